"""What became of the outcomes that an institution rated records by."""

from dataclasses import dataclass, field

from oracle.domain.reports.accounts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """One closed case, as the institution's own system has it; a reference, a subject, or both."""

    line: int
    """In the file that it came from."""
    verdict: Verdict
    case_reference: str = field(default="", repr=False)
    type: str = ""
    """Label of a subject type; empty where no subject is named."""
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRatable:
    """An outcome that rates nothing, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderRatings:
    """Ratings of one holder's records that wait, and how many of them may be sent now."""

    holder: int
    name: str
    waiting: int
    allowed: int
    """Ratings never exceed the hits in vouchers that the holder has redeemed; the rest waits for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReport:
    """Items that got a verdict now, and what could not be rated."""

    confirmed: int
    refuted: int
    rated_before: int
    """Items that had a verdict already; the first one stands."""
    not_ratable: tuple[NotRatable, ...]
    holders: tuple[HolderRatings, ...]
