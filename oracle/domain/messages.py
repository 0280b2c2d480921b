"""The statements members sign to each other: one value a EIP-712 struct of `formats.md`."""

from dataclasses import dataclass
from enum import IntEnum

from oracle.domain.ids import Address, BatchId, BlockNumber, Credits, KeyVersion, MemberId, Sequence


class Mode(IntEnum):
    """How a batch is asked."""

    COMMITTED = 1
    EXPRESS = 2


class MessageType(IntEnum):
    """The `type` of a header."""

    QUERY_ENVELOPE = 1
    REPLY = 2
    RECEIPT = 3
    DISCLOSURES = 4
    VOUCHER_STATE_REQUEST = 5
    VOUCHER_STATE = 6
    REFUSAL = 7
    ANCHOR_PROOFS = 8
    RECALL = 9


class Outcome(IntEnum):
    """What a requester made of a reply."""

    ACCEPTED = 1
    REFUSED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Travels in clear before every sealed message; its digest is bound into the seal."""

    version: int
    type: MessageType
    batch_id: BatchId
    sender: MemberId
    recipient: MemberId
    sender_key_version: KeyVersion
    """Version of the sender's operator key that signs."""
    recipient_key_version: KeyVersion
    """Version of the recipient's sealing key."""
    body_digest: bytes
    """keccak256 of the whole padded plaintext frame, 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a requester asks, the same for all holders; `batchId` is its EIP-712 digest."""

    mode: Mode
    requester: MemberId
    nonce: int
    """Random, 128 bit."""
    elements_hash: bytes
    """keccak256 over the ordered 37-byte elements, 32 bytes."""
    count: int
    purpose: int
    """Code of the governed purpose list."""
    case_commitment: bytes
    """keccak256(random salt (32) || case reference in UTF-8), 32 bytes."""
    issued_at: int
    """Unix seconds."""
    deadline: int
    """Unix seconds."""
    reference_block: BlockNumber
    """Express: the final block whose snapshots are asked; committed: 0."""
    reference_block_hash: bytes
    """32 bytes; zeros when committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyHead:
    """A holder's signed statement of which snapshot a reply was cut from."""

    batch_id: BatchId
    holder: MemberId
    snapshot_block: BlockNumber
    snapshot_block_hash: bytes
    sequence: Sequence
    root: bytes
    bits: int
    oprf_key_version: KeyVersion
    answered_at: int
    body_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A requester's signed verdict on one reply; its frame carries the claims and the voucher."""

    batch_id: BatchId
    holder: MemberId
    outcome: Outcome
    reason: int
    """0 when accepted, else a `RefusalReason`."""
    body_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Opens one element to one holder: the record behind a proven hit is asked for."""

    batch_id: BatchId
    holder: MemberId
    index: int
    subject: bytes
    """`subject_bytes`."""
    blind: bytes
    """The scalar r, 32 bytes little-endian as ristretto255 encodes it."""

    def __repr__(self) -> str:
        return f"Claim(index={self.index})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A holder's signature under one category item of a disclosed record; a rating cites it."""

    batch_id: BatchId
    index: int
    category: int
    record_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A requester's signed running total owed to one holder."""

    requester: MemberId
    holder: MemberId
    queries: int
    hits: int
    amount: Credits
    price_version: int
    key_version: KeyVersion
    """Version of the requester's operator key that signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A holder's snapshot as it stands on the chain."""

    holder: MemberId
    sequence: Sequence
    root: bytes
    bits: int
    oprf_key_version: KeyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRotation:
    """The order to make an account the member's next operator; signed by that account and by governance."""

    member_id: MemberId
    version: KeyVersion
    """The one that follows the current one, so that an order serves once."""
    operator: Address
    grace_s: int
    """Seconds for which the operator before still counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """The order to leave the consortium for ever; signed by the governance account."""

    member_id: MemberId
