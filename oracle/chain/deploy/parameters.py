"""What a consortium decides at its deployment: a TOML file over defaults that suit production."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from oracle.chain.errors import BadParameters
from oracle.subjects import ListName, code_list, code_lists_hash, rules_hash

_DAY = 86_400
_WORD = 2**256 - 1
_EPOCH_START = "epoch_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits, inclusive, and the value without a file."""

    least: int
    most: int
    default: int


def _b(least: int, most: int, default: int) -> Bounds:
    return Bounds(least=least, most=most, default=default)


GOVERNANCE: Final[Mapping[str, Bounds]] = MappingProxyType(
    {
        "voting_delay_s": _b(0, 30 * _DAY, _DAY),
        "voting_period_s": _b(1, 60 * _DAY, 7 * _DAY),
        "timelock_delay_s": _b(0, 60 * _DAY, 2 * _DAY),
        "quorum_percent": _b(1, 100, 50),
    }
)
"""Constructor arguments of governor and timelock; changed later by proposals to these contracts."""

_PREFIX_BITS = (17, 17, 19, 14, 18, 15, 18, 18, 14, 13)
"""By subject type code from 1: phone, id_card, bank_card, uscc, email, domain, ip, device_id, evm_address,
merchant_id; floor(log2(population / 10,000)) of protocol.md, section 4."""

PROTOCOL: Final[Mapping[str, Bounds]] = MappingProxyType(
    {
        "finality_depth": _b(0, 1_000, 0),
        "epoch_length_s": _b(1, 366 * _DAY, 7 * _DAY),
        "claim_window_s": _b(1, 30 * _DAY, 3_600),
        "dispute_window_s": _b(0, 365 * _DAY, 7 * _DAY),
        "max_batch_count": _b(1, 1_000, 1_000),
        "max_deadline_s": _b(1, 30 * _DAY, _DAY),
        "max_bucket_bits": _b(0, 32, 24),
        "publish_interval_s": _b(1, _DAY, 30),
        "activation_delay_s": _b(0, 30 * _DAY, 7 * _DAY),
        "key_grace_s": _b(0, 30 * _DAY, _DAY),
        "emergency_suspension_s": _b(1, 3 * _DAY, 3 * _DAY),
        "emergency_pause_s": _b(30 * _DAY, 366 * _DAY, 30 * _DAY),
        "max_admissions_per_epoch": _b(1, 1_000, 3),
        "credit_floor": _b(0, 2**63, 100_000),
        "admission_grant": _b(0, 2**63, 1_000_000),
        "allowance_rate": _b(0, 2**32, 1_000),
        "anchor_window_s": _b(1, 7 * _DAY, 3_600),
        "report_answer_s": _b(1, 30 * _DAY, _DAY),
        "report_retention_s": _b(_DAY, 366 * _DAY, 30 * _DAY),
        "needless_report_fee": _b(0, 2**64, 1_000),
        "query_fee": _b(0, 2**64, 1),
        "hit_fee": _b(0, 2**64, 100),
        "rating_rebate_percent": _b(0, 50, 10),
        "entitlement_floor": _b(0, 2**48, 10_000),
        "entitlement_per_rating": _b(0, 2**32, 1_000),
        "entitlement_ceiling": _b(0, 2**48, 10_000_000),
        "answer_window_s": _b(3_600, 30 * _DAY, 3 * _DAY),
        "ruling_window_s": _b(3_600, 60 * _DAY, 14 * _DAY),
        "appeal_window_s": _b(0, 90 * _DAY, 21 * _DAY),
        "reveal_window_s": _b(60, 30 * _DAY, 2 * _DAY),
        "audit_retention_s": _b(_DAY, 3_650 * _DAY, 90 * _DAY),
        "audit_sample_ppm": _b(0, 1_000_000, 10_000),
        "breach_penalty": _b(0, 2**64, 10_000),
        "unclaimed_hit_penalty": _b(0, 2**48, 20_000),
        "needless_case_fee": _b(0, 2**64, 1_000),
        "express_max_age_s": _b(1, 3_600, 60),
        "subject_rules_hash": _b(0, _WORD, int.from_bytes(rules_hash())),
        "code_lists_hash": _b(0, _WORD, int.from_bytes(code_lists_hash())),
        "purpose_count": _b(1, 65_535, len(code_list(ListName.PURPOSES).codes)),
        **{f"prefix_bits_{code}": _b(0, 32, bits) for code, bits in enumerate(_PREFIX_BITS, start=1)},
    }
)
"""Declared in ProtocolParameters with these bounds; `epoch_start` is the moment of the deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsortiumParameters:
    governance: Mapping[str, int]
    protocol: Mapping[str, int]

    def declarations(self, epoch_start: int) -> tuple[tuple[str, int, int, int], ...]:
        """Name, least, most and value of each parameter, as the contract's constructor takes them."""
        fixed = (_EPOCH_START, epoch_start, epoch_start, epoch_start)
        return (
            fixed,
            *((name, bounds.least, bounds.most, self.protocol[name]) for name, bounds in PROTOCOL.items()),
        )

    def flat(self, epoch_start: int) -> dict[str, int]:
        """All of them by name, for the deployment record."""
        return {_EPOCH_START: epoch_start, **self.governance, **self.protocol}


def default_parameters() -> ConsortiumParameters:
    return parse_parameters({}, "The defaults")


def read_parameters(path: Path | None) -> ConsortiumParameters:
    """Tables [governance] and [protocol] of a TOML file, or the defaults. Raises BadParameters."""
    if path is None:
        return default_parameters()
    try:
        content = tomllib.loads(path.read_text())
    except OSError as error:
        raise BadParameters(f"The parameters file {path} cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadParameters(f"The parameters file {path} is not TOML: {error}") from error
    return parse_parameters(content, f"The parameters file {path}")


def parse_parameters(content: Mapping[str, object], source: str) -> ConsortiumParameters:
    _refuse_unknown(content, ("governance", "protocol"), source)
    return ConsortiumParameters(
        governance=_table(content.get("governance", {}), GOVERNANCE, f"{source} [governance]"),
        protocol=_table(content.get("protocol", {}), PROTOCOL, f"{source} [protocol]"),
    )


def _table(given: object, known: Mapping[str, Bounds], source: str) -> Mapping[str, int]:
    if not isinstance(given, dict):
        raise BadParameters(f"{source} is not a table")
    _refuse_unknown(given, tuple(known), source)
    values = {name: bounds.default for name, bounds in known.items()} | given
    for name, value in values.items():
        bounds = known[name]
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadParameters(f"{source}: {name} is not a whole number")
        if not bounds.least <= value <= bounds.most:
            raise BadParameters(f"{source}: {name} = {value} is not between {bounds.least} and {bounds.most}")
    return MappingProxyType(values)


def _refuse_unknown(given: Mapping[str, object], known: tuple[str, ...], source: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}"
            raise BadParameters(f"{source} does not know '{name}'{hint}")
