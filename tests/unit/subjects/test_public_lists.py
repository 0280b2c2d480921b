"""Real public lists go through the rules; what is refused is little, and each reason is explained."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import disposable_email_domains

from oracle.domain.subject import SubjectType
from oracle.subjects import INTERNATIONAL, SubjectReason, SubjectRefused, canonical

NODE_MODULES = Path(__file__).parents[3] / "node_modules"


def refusals(
    subject_type: SubjectType, lines: Iterable[str], region: str | None = None
) -> Counter[SubjectReason]:
    counted: Counter[SubjectReason] = Counter()
    for line in lines:
        try:
            canonical(subject_type, line, phone_region=region)
        except SubjectRefused as refusal:
            counted[refusal.reason] += 1
    return counted


def test_disposable_phone_numbers__without_plus__only_impossible_lengths_are_refused() -> None:
    path = NODE_MODULES / "@ip1sms" / "disposable-phone-numbers" / "number-list.json"
    numbers = list(json.loads(path.read_text(encoding="utf-8")))
    sample = numbers[::10] + [number for number in numbers if len(number) == 16]
    counted = refusals(SubjectType.PHONE, sample, INTERNATIONAL)
    # Numbers of Ivory Coast with neither the old nor the new count of digits; one is longer than E.164.
    assert set(counted) <= {SubjectReason.IMPOSSIBLE_NUMBER}
    assert counted.total() * 1000 < len(sample)


def test_phishing_domains__block_and_allow_list__only_non_names_are_refused() -> None:
    path = NODE_MODULES / "eth-phishing-detect" / "src" / "config.json"
    lists = json.loads(path.read_text(encoding="utf-8"))
    counted = refusals(SubjectType.DOMAIN, lists["blacklist"])
    # IP addresses among the domains, names cut off before their top level, a label that IDNA 2008 forbids.
    assert set(counted) <= {SubjectReason.IP_GIVEN, SubjectReason.SINGLE_LABEL, SubjectReason.INVALID_LABEL}
    assert counted.total() * 1000 < len(lists["blacklist"])
    assert refusals(SubjectType.DOMAIN, lists["whitelist"]) == Counter()


def test_disposable_mail_domains__block_list__only_emoji_labels_are_refused() -> None:
    domains = disposable_email_domains.blocklist
    assert set(refusals(SubjectType.DOMAIN, domains)) <= {SubjectReason.INVALID_LABEL}
    assert refusals(SubjectType.DOMAIN, domains).total() * 1000 < len(domains)
    mailboxes = refusals(SubjectType.EMAIL, [f"box@{domain}" for domain in domains])
    assert mailboxes == refusals(SubjectType.DOMAIN, domains)
