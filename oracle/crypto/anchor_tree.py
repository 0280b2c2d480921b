"""The Merkle tree of an anchor: batches in order, and on every node how many elements are under it.

A level of odd width hands its last node up as it is. Because sums are hashed in, the batches that can be
proven under a root never have more elements together than the anchor says. As in the contracts' AnchorTree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from oracle.crypto.errors import FieldOutOfRange
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import BatchId

MAX_BATCHES = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorNode:
    """The hash of a part of the tree and the elements under it."""

    hash: bytes
    elements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredBatch:
    batch_id: BatchId
    count: int


def leaf(batch: AnchoredBatch) -> AnchorNode:
    """`keccak256(0x00 || batchId || uint32 count)`."""
    hashed = keccak256(b"\x00" + batch.batch_id + batch.count.to_bytes(4, "big"))
    return AnchorNode(hash=hashed, elements=batch.count)


def node(left: AnchorNode, right: AnchorNode) -> AnchorNode:
    """`keccak256(0x01 || left || uint64 its elements || right || uint64 its elements)`."""
    sides = (side.hash + side.elements.to_bytes(8, "big") for side in (left, right))
    return AnchorNode(hash=keccak256(b"\x01" + b"".join(sides)), elements=left.elements + right.elements)


def anchor_root(batches: Sequence[AnchoredBatch]) -> AnchorNode:
    """The root over batches in their order, and all their elements."""
    return _levels(batches)[-1][0]


def anchor_proof(batches: Sequence[AnchoredBatch], index: int) -> tuple[AnchorNode, ...]:
    """The siblings from a batch up to the root, bottom up."""
    return anchor_proofs(batches, [index])[0]


def anchor_proofs(
    batches: Sequence[AnchoredBatch], indices: Sequence[int]
) -> tuple[tuple[AnchorNode, ...], ...]:
    """As `anchor_proof` of many batches of one tree."""
    levels = _levels(batches)
    return tuple(_siblings(levels, index) for index in indices)


def proves(
    root: AnchorNode, *, batches: int, batch: AnchoredBatch, index: int, siblings: Sequence[AnchorNode]
) -> bool:
    """Whether a batch stands at `index` among `batches` under a root with so many elements."""
    if not 0 <= index < batches:
        return False
    at, left, place, width = leaf(batch), list(siblings), index, batches
    while width > 1:
        if place ^ 1 < width:
            if not left or at.elements > root.elements:
                return False
            sibling = left.pop(0)
            at = node(sibling, at) if place & 1 else node(at, sibling)
        place, width = place // 2, (width + 1) // 2
    return not left and at == root


def _siblings(levels: Sequence[Sequence[AnchorNode]], index: int) -> tuple[AnchorNode, ...]:
    if not 0 <= index < len(levels[0]):
        raise FieldOutOfRange("A batch of an anchor has a place among its batches.")
    siblings, place = [], index
    for level in levels[:-1]:
        if place ^ 1 < len(level):
            siblings.append(level[place ^ 1])
        place //= 2
    return tuple(siblings)


def _levels(batches: Sequence[AnchoredBatch]) -> list[list[AnchorNode]]:
    if not 0 < len(batches) < MAX_BATCHES:
        raise FieldOutOfRange("An anchor has at least one batch and fewer than 2^32.")
    levels = [[leaf(batch) for batch in batches]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append(pairs + below[len(pairs) * 2 :])
    return levels
