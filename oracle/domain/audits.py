"""Audits, disputes and contradictions: what a member can be accused of, and where its case stands."""

from dataclasses import dataclass
from enum import IntEnum


class CaseKind(IntEnum):
    """Why a member is accused, by the contract's code."""

    NONE = 0
    DRAWN = 1
    """The draw of an epoch fell on one of its batches: it opens it to the auditors."""
    CAUSE = 2
    """A member or an auditor says that there is something to look at."""
    DISPUTE = 3
    """A requester says that a disclosure was not served or was wrong; its money waits."""
    CONTRADICTION = 4
    """Its own signatures contradict each other or its publication: proven, unless rebutted."""
    NONCE_REUSE = 5
    """It signed two requests with one nonce: proven, unless rebutted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorLeaf:
    """The place of a batch in an anchor, which is all that the chain knows of an express batch."""

    root: bytes
    index: int


class CaseState(IntEnum):
    """Where a case stands, by the contract's code."""

    NONE = 0
    OPEN = 1
    ANSWERED = 2
    UPHELD = 3
    DISMISSED = 4
    LAPSED = 5
    SETTLED = 6


class BreachKind(IntEnum):
    """What the ledgers record against a member, by the contract's code."""

    UNANSWERED_REPORT = 1
    NONCE_REUSED = 2
    CONTRADICTION = 3
    DRAWN_AUDIT = 4
    AUDIT_FOR_CAUSE = 5
    DISPUTE = 6
