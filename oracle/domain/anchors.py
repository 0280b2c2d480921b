"""Express batches on their way to an anchor: what the requester owes the chain, what a holder may report."""

from dataclasses import dataclass, field

from oracle.domain.ids import BatchId, KeyVersion, MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanchored:
    """An express batch of our own that stands in no anchor yet."""

    batch_id: BatchId
    elements: int
    issued_at: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnchor:
    """An anchor that was decided on: its batches never change, whether it is on the chain or not yet."""

    root: bytes
    batches: int
    elements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenPlace:
    """A batch's place in an anchor: its index, and siblings bottom up as (hash, elements)."""

    batch_id: BatchId
    index: int
    siblings: tuple[tuple[bytes, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorProofs:
    """What a requester tells a holder of one anchor: the places of batches that this holder has."""

    root: bytes
    batches: int
    elements: int
    places: tuple[ProvenPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A signed express request of another member, as its holder could report it."""

    requester: MemberId
    batch_id: BatchId
    nonce: int
    elements: int
    issued_at: int
    """Unix seconds."""
    key_version: KeyVersion
    """Of the operator key that signed the request."""
    statement: bytes = field(repr=False)
    """The signed request in its fixed-width encoding."""
