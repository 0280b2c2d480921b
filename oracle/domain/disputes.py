"""Disputes over disclosures: what a requester accuses a holder of, and how far it is with it."""

from dataclasses import dataclass
from enum import StrEnum

from oracle.domain.ids import BatchId, MemberId


class DisputeGround(StrEnum):
    """What was wrong with the disclosure of a proven hit."""

    WRONG = "wrong"
    """What was disclosed is not what was committed, or was not signed."""
    REFUSED = "refused"
    """The holder says no to a claim although its own reply proves the record."""
    UNANSWERED = "unanswered"
    """The claim window closed and the receipt is not answered."""


class DisputeState(StrEnum):
    """How far the requester is."""

    NOTED = "noted"
    """Nobody has decided to open it."""
    OPENING = "opening"
    OPENED = "opened"
    """It is a case on the chain."""
    CLOSED = "closed"
    """Its case is settled."""
    FAILED = "failed"
    """The chain would not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One claim that was not served as it had to be; receipt, reply and the holder's answer are kept."""

    batch_id: BatchId
    holder: MemberId
    index: int
    """Of the element in its batch."""
    claim_digest: bytes
    reply_digest: bytes
    ground: DisputeGround
    amount: int
    """Credits that wait in escrow: what the claim costs."""
    state: DisputeState
    noted_at: int
    """Unix seconds, by the chain."""
    failure: str = ""
    """Why the chain would not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenClaim:
    """A claim that a holder has taken."""

    requester: MemberId
    batch_id: BatchId
    index: int
    claim_digest: bytes
    record_digest: bytes | None
    """Of the record that was disclosed; None where none was."""
    claimed_at: int
    """Unix seconds, by the chain."""
