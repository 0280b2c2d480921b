"""Records: what a holder knows about one subject, and the published code lists it is written in."""

from dataclasses import dataclass
from enum import IntEnum


class Category(IntEnum):
    """The four list categories that exist from the start."""

    TRANSACTION_FRAUD = 1
    HIGH_RISK_ACCOUNT = 2
    MARKETING_ABUSE = 3
    TELECOM_FRAUD = 4

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordItem:
    """One category's finding about a subject. Dates are days since 1970-01-01; no free text."""

    category: Category
    severity: int
    """1 (slight) to 5 (grave)."""
    first_seen_day: int
    last_seen_day: int
    reason_code: int
    """Code of the published reason list."""
    evidence_class: int
    """Code of the published evidence list."""
    confidence_bps: int
    """0 to 10,000."""
    expires_day: int
    holder_reference: str
    """The holder's own case number, at most 64 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All items a holder has about one subject, in ascending category; at most one item a category."""

    items: tuple[RecordItem, ...]
