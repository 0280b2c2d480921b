"""The columns of an import file, and how the text in each becomes part of a record item."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final

from oracle.dataset.errors import LineRefused
from oracle.domain.record import Category, RecordItem
from oracle.domain.subject import Subject, subject_type
from oracle.peer.record_codec import REFERENCE_LIMIT
from oracle.subjects import ListName, canonical, code_list

COLUMNS: Final = (
    "type",
    "value",
    "category",
    "severity",
    "first_seen",
    "last_seen",
    "reason",
    "evidence",
    "confidence",
    "expires",
    "reference",
)
REQUIRED: Final = ("type", "value", "category")

_DEFAULT_SEVERITY: Final = "3"
# The weakest claim on the list: a line that names no evidence must not look like more.
_DEFAULT_EVIDENCE: Final = "automated_detection"
_DEFAULT_CONFIDENCE_BPS: Final = 8_000
_WHOLE_BPS: Final = 10_000
_LIFETIME_DAYS: Final = 2 * 365
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One line's columns as text; an absent or empty one is None."""

    type: str | None = None
    value: str | None = field(default=None, repr=False)
    category: str | None = None
    severity: str | None = None
    first_seen: str | None = None
    last_seen: str | None = None
    reason: str | None = None
    evidence: str | None = None
    confidence: str | None = None
    expires: str | None = None
    reference: str | None = field(default=None, repr=False)

    @property
    def said(self) -> tuple[str | None, ...]:
        """What the line says, whoever it is about."""
        return (
            self.category,
            self.severity,
            self.first_seen,
            self.last_seen,
            self.reason,
            self.evidence,
            self.confidence,
            self.expires,
            self.reference,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What an import assumes where a line says nothing."""

    today: int
    """Days since 1970-01-01: when a finding without dates was seen; it expires two years later."""
    phone_region: str | None = None
    """Region of phone numbers without a country code, as `subjects.canonical` takes it."""
    reason: str | None = None
    """Label or code for lines without a reason. Nothing is assumed: a reason is a claim about somebody."""


def read_subject(cells: Cells, defaults: Defaults) -> Subject:
    """Raises LineRefused, or SubjectRefused with a reason that does not show the value."""
    label = _required(cells.type, "type")
    kind = subject_type(label)
    if kind is None:
        raise LineRefused("the type is not one of the ten subject types; write its label, e.g. phone")
    return canonical(kind, _required(cells.value, "value"), phone_region=defaults.phone_region)


def read_item(cells: Cells, defaults: Defaults) -> RecordItem:
    today = defaults.today
    last_seen = _day(cells.last_seen, "last_seen")
    first_seen = _day(cells.first_seen, "first_seen")
    if last_seen is None:
        last_seen = today
    if first_seen is None:
        first_seen = last_seen
    if first_seen > last_seen:
        raise LineRefused("first_seen is later than last_seen")
    # One day of grace: a day begins earlier in the east than in UTC.
    if last_seen > today + 1:
        raise LineRefused("last_seen lies in the future")
    expires = _day(cells.expires, "expires")
    if expires is not None and expires < today:
        raise LineRefused("the finding has expired already")
    category = _code(ListName.CATEGORIES, _required(cells.category, "category"), "category")
    return RecordItem(
        category=Category(category),
        severity=_code(ListName.SEVERITIES, cells.severity or _DEFAULT_SEVERITY, "severity"),
        first_seen_day=first_seen,
        last_seen_day=last_seen,
        reason_code=_code(ListName.REASONS, _required(cells.reason or defaults.reason, "reason"), "reason"),
        evidence_class=_code(ListName.EVIDENCE, cells.evidence or _DEFAULT_EVIDENCE, "evidence"),
        confidence_bps=_confidence(cells.confidence),
        expires_day=today + _LIFETIME_DAYS if expires is None else expires,
        holder_reference=_reference(cells.reference),
    )


def _required(cell: str | None, column: str) -> str:
    if cell is None:
        raise LineRefused(f"{column} is missing")
    return cell


@cache
def _codes(name: ListName) -> dict[str, int]:
    known = code_list(name).codes
    return {each.label: each.code for each in known} | {str(each.code): each.code for each in known}


def _code(name: ListName, cell: str, column: str) -> int:
    code = _codes(name).get(cell)
    if code is None:
        raise LineRefused(f"{column} is neither a label nor a code of the published list")
    return code


def _day(cell: str | None, column: str) -> int | None:
    if cell is None:
        return None
    try:
        day = dt.date.fromisoformat(cell).toordinal() - _EPOCH
    except ValueError:
        day = -1
    if day < 0:
        raise LineRefused(f"{column} is not a date since 1970 written as YYYY-MM-DD")
    return day


def _confidence(cell: str | None) -> int:
    if cell is None:
        return _DEFAULT_CONFIDENCE_BPS
    try:
        share = Decimal(cell)
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 <= share <= 1:
        raise LineRefused("confidence is not a number from 0 to 1")
    return int((share * _WHOLE_BPS).to_integral_value())


def _reference(cell: str | None) -> str:
    if cell is None:
        return ""
    # No free text about a person: a case number has no spaces.
    if len(cell) > REFERENCE_LIMIT or not cell.isprintable() or any(sign.isspace() for sign in cell):
        raise LineRefused(
            f"reference is not a case number of at most {REFERENCE_LIMIT} characters without spaces"
        )
    return cell
