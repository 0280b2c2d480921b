"""The real lists that the institutions hold, and the questions that are asked of them."""

import csv
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from oracle.domain.errors import Misconfigured
from oracle.domain.reports import RawSubject

PHONES_PACKAGE = "@ip1sms/disposable-phone-numbers"
DOMAINS_PACKAGE = "eth-phishing-detect"
OVERLAP = 2_000
MILLION = 1_000_000
EVIDENCE = "third_party_list"


class ListsMissing(Misconfigured):
    """The packages with the real lists are not installed."""

    code: ClassVar[str] = "lists_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldList:
    """What one institution imports: raw lines as the list's publisher wrote them."""

    source: str
    lines: tuple[RawSubject, ...] = field(repr=False)
    category: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RealLists:
    """Three lists as published, a fourth that overlaps them, and domains that are known to be good."""

    phones: HeldList
    phishing: HeldList
    mail_domains: HeldList
    overlapping: HeldList
    good_domains: tuple[str, ...] = field(repr=False)


def read_lists(chance: random.Random) -> RealLists:
    """Read the lists from the installed packages."""
    numbers = json.loads(_package_file(PHONES_PACKAGE, "number-list.json"))
    phishing = json.loads(_package_file(DOMAINS_PACKAGE, "src/config.json"))
    phones = tuple(RawSubject(type="phone", value=f"+{number}") for number in numbers)
    domains = tuple(RawSubject(type="domain", value=name) for name in phishing["blacklist"])
    mail = tuple(RawSubject(type="domain", value=name) for name in sorted(_mail_domains()))
    overlap = (
        *chance.sample(phones, OVERLAP),
        *chance.sample(domains, OVERLAP),
        *chance.sample(mail, OVERLAP // 2),
    )
    return RealLists(
        phones=HeldList(
            source=PHONES_PACKAGE, lines=phones, category="telecom_fraud", reason="disposable_contact"
        ),
        phishing=HeldList(
            source=DOMAINS_PACKAGE, lines=domains, category="transaction_fraud", reason="phishing"
        ),
        mail_domains=HeldList(
            source="disposable-email-domains",
            lines=mail,
            category="marketing_abuse",
            reason="disposable_contact",
        ),
        overlapping=HeldList(
            source="a sample of the other three",
            lines=overlap,
            category="high_risk_account",
            reason="money_mule",
        ),
        good_domains=tuple(phishing["whitelist"]),
    )


def write_csv(path: Path, held: HeldList) -> None:
    """The list in the form that `riskmesh records import` reads."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["type", "value", "category", "reason", "evidence"])
        for line in held.lines:
            writer.writerow([line.type, line.value, held.category, held.reason, EVIDENCE])


def question(lists: RealLists, chance: random.Random, *, size: int) -> tuple[RawSubject, ...]:
    """Half from the others' lists, half of which nobody is known to hold; several types, in random order."""
    listed = size // 2
    half = [
        *chance.sample(lists.phones.lines, listed // 2),
        *chance.sample(lists.phishing.lines, listed // 4),
        *chance.sample(lists.mail_domains.lines, listed - listed // 2 - listed // 4),
    ]
    rest = size - listed
    domains = chance.sample(lists.good_domains, min(rest // 3, len(lists.good_domains)))
    other = [
        *(RawSubject(type="domain", value=name) for name in domains),
        *(_mobile(chance) for _ in range(rest // 3)),
        *(_address(chance) for _ in range((rest - len(domains) - rest // 3) // 2)),
    ]
    other += [_account(chance) for _ in range(rest - len(other))]
    subjects = half + other
    chance.shuffle(subjects)
    return tuple(subjects)


def _mobile(chance: random.Random) -> RawSubject:
    """A well-formed Swedish mobile number; whether somebody lists it, the plain sets will say."""
    return RawSubject(type="phone", value=f"+4670{chance.randrange(MILLION * 10):07d}")


def _address(chance: random.Random) -> RawSubject:
    return RawSubject(
        type="ip", value=f"{chance.randrange(1, 224)}.{chance.randrange(256)}.7.{chance.randrange(256)}"
    )


def _account(chance: random.Random) -> RawSubject:
    return RawSubject(type="evm_address", value=f"0x{chance.randrange(16**40):040x}")


def _mail_domains() -> frozenset[str]:
    try:
        # A package of the checkout, which an installed `riskmesh` goes without.
        from disposable_email_domains import blocklist  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ListsMissing(
            "The package disposable-email-domains is not installed; run `make setup` in a checkout"
        ) from error
    return frozenset(blocklist)


def _package_file(package: str, name: str) -> str:
    path = Path.cwd() / "node_modules" / package / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ListsMissing(
            f"The npm package {package} is not installed; run `make setup`, or `npm ci --ignore-scripts`"
        ) from error
