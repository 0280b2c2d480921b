"""What a requester keeps of its own questions: openings, and what each holder's reply proved."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence, Tag
from oracle.domain.place import SnapshotPlace
from oracle.domain.record import Record
from oracle.domain.reference import ReferenceBlock
from oracle.domain.reports.queries import RefusedSubject
from oracle.domain.subject import Subject


class BatchState(StrEnum):
    """States of a batch at the requester."""

    PREPARED = "prepared"
    ASKED = "asked"
    """Express: on its way to the holders; nothing of it waits for a block."""
    COMMITTED = "committed"
    DONE = "done"
    FAILED = "failed"


class ReplyState(StrEnum):
    """States of one holder's reply."""

    WAITING = "waiting"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REFUSED = "refused"
    """The holder said no, with a reason."""
    EXPIRED = "expired"


class ReceiptState(StrEnum):
    """States of a receipt."""

    PENDING = "pending"
    SETTLED = "settled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the institution wants to know, before it is cut into batches."""

    subjects: tuple[Subject, ...] = field(repr=False)
    positions: tuple[int, ...]
    """Where each subject stood in the submitted list, which also had the refused ones."""
    refused: tuple[RefusedSubject, ...]
    purpose: int
    case_reference: str = field(repr=False)
    deadline_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What only the requester knows of one element: the subject, its blind, where the question had it."""

    subject: Subject
    blind: bytes = field(repr=False)
    positions: tuple[int, ...]
    """Places in the submitted list (a subject asked twice is sent once)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchContent:
    """A batch as it was signed, with everything that opens it."""

    statement: bytes = field(repr=False)
    """The signed request in its fixed-width encoding."""
    elements: bytes = field(repr=False)
    """37 bytes an element, the same for all holders."""
    openings: tuple[Opening, ...] = field(repr=False)
    case_salt: bytes = field(repr=False)
    reference: ReferenceBlock | None = None
    """Of an express request; None where the commitment's block counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenHit:
    """One element whose tag stands in the committed bucket, and what its record must match."""

    index: int
    tag: Tag = field(repr=False)
    place: int
    """Position of the tag in its bucket."""
    bucket_size: int
    digests_hash: bytes = field(repr=False)
    """keccak256 of the bucket's record digests in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenReply:
    """What a verified reply says; every element that is not among the hits is proven absent."""

    holder: MemberId
    sequence: Sequence
    snapshot_block: BlockNumber
    hits: tuple[ProvenHit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedItem:
    """The holder's signature under one category item; a rating cites it."""

    category: int
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedRecord:
    """A record that matched the digest its holder had committed to."""

    index: int
    record: Record = field(repr=False)
    digest: bytes
    items: tuple[DisclosedItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAnswer:
    """A holder's answer to a receipt as it came, and what of its header is needed to check who signed it."""

    version: int
    """Of the header."""
    key_version: KeyVersion
    """Of the holder's operator key."""
    sealing_version: KeyVersion
    """Of the requester's sealing key, to which it was sealed."""
    signature: bytes
    """65 bytes over the header."""
    content: bytes = field(repr=False)
    """The frame without the zeros at its end."""
    frame_size: int

    @property
    def frame(self) -> bytes:
        return self.content.ljust(self.frame_size, b"\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of one receipt: the records, and the claims that were not served, with the reason."""

    records: tuple[DisclosedRecord, ...]
    withdrawn: tuple[int, ...]
    unserved: tuple[tuple[int, int], ...]
    """(element index, refusal reason)."""
    answer: HolderAnswer | None = None
    """What all of this was read from; None where an earlier release did not keep it."""


def with_record(settled: Settled, record: DisclosedRecord) -> Settled:
    """With a record that came otherwise than as the answer to the receipt."""
    others = [one for one in settled.records if one.index != record.index]
    return replace(
        settled,
        records=tuple(sorted((*others, record), key=lambda one: one.index)),
        withdrawn=tuple(index for index in settled.withdrawn if index != record.index),
        unserved=tuple(one for one in settled.unserved if one[0] != record.index),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBatch:
    """A batch in the requester's journal."""

    batch_id: BatchId
    query_id: str
    ordinal: int
    state: BatchState
    count: int
    deadline: int
    created_at_ms: int
    committed_at_ms: int | None
    failure: str = ""
    """Why it could not be committed, as the chain put it."""
    content: BatchContent = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedReply:
    """A reply as it came out of its seal: what an auditor will be shown, good or bad."""

    statement: bytes = field(repr=False)
    """The signed head."""
    frame: bytes = field(repr=False)
    sender_key_version: KeyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReply:
    """One holder's part in a batch."""

    batch_id: BatchId
    holder: MemberId
    state: ReplyState
    reason: int
    latency_ms: int | None
    received: ReceivedReply | None
    proven: ProvenReply | None
    place: SnapshotPlace | None = None
    """From where our chain said it has to be answered when the reply or refusal came."""
    earlier: int = 0
    """How many replies came before this one, each under an order of the chain that does not hold any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyNews:
    """A holder's part as it was written just now."""

    reply: AskedReply
    """Without the message as it came."""
    ended: bool
    """Whether it was the last of its batch, which ended with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersededReply:
    """What a holder had replied before a reorganisation, with the receipt: the requester's half."""

    reply: AskedReply
    receipt: "AskedReceipt | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingReceipt:
    """Names a receipt that is not answered yet."""

    batch_id: BatchId
    holder: MemberId
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReceipt:
    """The receipt for one reply: the message as sent, and what it brought."""

    batch_id: BatchId
    holder: MemberId
    state: ReceiptState
    reason: int
    hits: int
    statement: bytes = field(repr=False)
    frame: bytes = field(repr=False)
    settled: Settled | None
