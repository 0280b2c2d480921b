"""A batch on its way: elements, and the buckets that answer them."""

from dataclasses import dataclass

from oracle.domain.ids import Tag

ELEMENT_SIZE = 37
MAX_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """`B (32) || uint8 p || uint32 prefix` (right-aligned): one blinded subject and its candidate set."""

    blinded: bytes
    prefix_bits: int
    prefix: int

    def __repr__(self) -> str:
        return f"Element(prefix_bits={self.prefix_bits})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Tags in strictly increasing order and the record digests in the same order."""

    number: int
    tags: tuple[Tag, ...]
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutBucket:
    """A bucket as a reply carries it: its tags, and only the hash of its digests."""

    tags: tuple[Tag, ...]
    digests_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a reply holds for one element: a subtree's buckets in ascending order and its path to the root."""

    buckets: tuple[CutBucket, ...]
    siblings: tuple[bytes, ...]
    """Bottom up from the subtree's root, `q` of them, 32 bytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBody:
    """One DLEQ proof for the batch and, per element in order, `k · B` and the cut."""

    proof: bytes
    """64 bytes: c || s."""
    evaluated: tuple[bytes, ...]
    cuts: tuple[Cut, ...]
