"""Disputes as this institution has them: what it accuses others of, and what it is accused of."""

from dataclasses import dataclass

from oracle.domain.disputes import DisputeGround, DisputeState
from oracle.domain.reports.audits import CaseLine


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDispute:
    """One claim of this institution that was not served as it had to be. Times are in unix seconds."""

    query_id: str
    batch_id: str
    """As `0x` hex."""
    index: int
    """Position of the subject in the submitted list."""
    holder: int
    holder_name: str
    ground: DisputeGround
    state: DisputeState
    amount: int
    """Credits in escrow while it is open."""
    noted_at: int
    open_until: int
    """Then holders have forgotten what they would need to answer."""
    failure: str = ""
    """Why the chain would not have it."""
    case_id: str = ""
    """As `0x` hex; empty until it is on the chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeReport:
    """Own disputes, noted ones too, and every dispute on the chain; the newest first."""

    own: tuple[OwnDispute, ...]
    cases: tuple[CaseLine, ...]
