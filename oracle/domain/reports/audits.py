"""Audits, disputes and quality as one member sees them."""

from dataclasses import dataclass
from enum import StrEnum


class CaseReason(StrEnum):
    """Why a member is accused."""

    DRAWN = "drawn"
    CAUSE = "cause"
    DISPUTE = "dispute"
    CONTRADICTION = "contradiction"
    NONCE_REUSE = "nonce_reuse"
    REPORT = "report"


class CaseStanding(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    ANSWERED = "answered"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorLine:
    """One auditor."""

    account: str
    sealing_suite: int
    sealing_key: str
    """What openings are sealed with, in hexadecimal."""
    tls_fingerprint: str
    """SHA-256 of the certificate that it calls with, in hexadecimal."""
    name_hash: str
    """keccak256 of its name, in hexadecimal."""
    appointed_at: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One audit, dispute, contradiction or report of an unanchored batch. Times are in unix seconds."""

    case_id: str
    reason: CaseReason
    standing: CaseStanding
    accused: int
    accused_name: str
    subject: str
    """The batch, evidence, claim, sequence number or nonce that it is about, in hexadecimal."""
    opened_at: int
    answer_by: int
    decide_by: int
    upheld_votes: int
    dismissed_votes: int
    overturned: bool
    found: int
    """Hits read and not claimed, 1 for any other fault; 0 unless it is, or was, upheld."""
    most: int
    """As many it can be about."""
    amount: int
    """Credits in escrow, of a dispute."""
    opener: int | None = None
    """The member that opened it, or reported; None when an auditor did, or anyone with a proof."""
    opener_name: str = ""
    appeal_by: int | None = None
    """None while it came to nothing."""
    outcome: CaseStanding | None = None
    """How it was settled."""
    answer: str | None = None
    """Digest of what the accused handed to the auditors, in hexadecimal; None while there is none."""
    to_do: str = ""
    """What this institution has to do about it; empty where it is not a party or has nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryQuality:
    """Ratings of a member's records in one category."""

    category: str
    score_bps: int
    confirmed: int
    """Weight of confirmed ratings, in thousandths of a rating."""
    refuted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityEpoch:
    """What a member's data was worth in one epoch."""

    epoch: int
    score_bps: int
    entitlement: int
    fresh_bps: int
    categories: tuple[CategoryQuality, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLine:
    """What a member's data is worth in this epoch, and what right to ask it earns."""

    member_id: int
    name: str
    score_bps: int
    next_score_bps: int
    """What the next epoch begins with if nothing else happens."""
    entitlement: int
    """Elements that the member may ask for in this epoch."""
    confirmed: int
    """Weight of confirmed ratings, in thousandths of a rating."""
    refuted: int
    fresh_bps: int
    breaches: int
    """Ever recorded."""
    breach_bps: int
    """What they take from the score now."""
    categories: tuple[CategoryQuality, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """One member: what its data is worth, how that came about, and what would raise it."""

    line: QualityLine
    paid_hits: int
    """Hits that all requesters have paid for."""
    rated_hits: int
    """As many of them are rated; never more than are paid for."""
    advice: tuple[str, ...]
    epochs: tuple[QualityEpoch, ...]
    """The last ones up to the current, ascending."""
