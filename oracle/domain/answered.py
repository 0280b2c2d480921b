"""What a holder keeps of a batch that another member asked: from its commitment to its receipt."""

from dataclasses import dataclass, field
from enum import Enum, StrEnum

from oracle.domain.ids import BatchId, MemberId, Tag
from oracle.domain.messages import ReplyHead
from oracle.domain.place import SnapshotPlace
from oracle.domain.reference import ReferenceBlock


class AnswerState(StrEnum):
    """States of a batch at the holder, in the order they are passed."""

    SEEN = "seen"
    """The commitment is on the chain; the envelope is not here yet."""
    FETCHED = "fetched"
    """The envelope is journalled and passed every check that costs little."""
    SEALED = "sealed"
    """The reply is journalled; it has not been delivered for certain."""
    DELIVERED = "delivered"
    """The requester has the reply; its receipt is awaited."""
    SETTLED = "settled"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A request that passed verification, with its elements."""

    statement: bytes = field(repr=False)
    """The signed request in its fixed-width encoding."""
    elements: bytes = field(repr=False)
    reference: ReferenceBlock | None = None
    """Of an express request; None where the commitment's block counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A signed reply before it is sealed; the same bytes are sent however often it is asked for."""

    head: ReplyHead
    statement: bytes = field(repr=False)
    frame: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenReceipt:
    """The receipt that ended a batch, as its requester signed it."""

    digest: bytes
    """keccak256 of statement and frame."""
    statement: bytes = field(repr=False)
    frame: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredBatch:
    """A batch in the holder's journal."""

    batch_id: BatchId
    requester: MemberId
    state: AnswerState
    reason: int
    count: int
    deadline: int
    query_fees: int
    envelope: Envelope | None = field(repr=False)
    answer: Answer | None = field(repr=False)
    receipt_digest: bytes | None
    disclosures: bytes | None = field(repr=False)
    """The frame that answered the receipt."""
    earlier: int
    """How many answers came before this one, each under an order of the chain that does not hold any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAnswer:
    """A batch that was answered or refused, and from where."""

    requester: MemberId
    batch_id: BatchId
    place: SnapshotPlace
    earlier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersededAnswer:
    """What was answered before a reorganisation: the holder's half of the evidence."""

    state: AnswerState
    reason: int
    place: SnapshotPlace | None
    answer: Answer | None = field(repr=False)
    receipt_digest: bytes | None
    disclosures: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as its digest covers it."""

    tag: Tag = field(repr=False)
    frame: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)


class NoRecord(Enum):
    """Why there is no record behind a tag."""

    ERASED = "erased"
    """It was in the snapshot and has been erased since: the claim's fee is waived."""
    NEVER_THERE = "never there"
