"""Which snapshot answers a batch: decided by the chain alone, so nothing is inserted after a query."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import Enum

from oracle.domain.place import SnapshotPlace


class Order(Enum):
    """How the chain's order now stands to the one that something was decided by."""

    OPEN = "open"
    """The commitment is gone, or has too few blocks on top: nothing is concluded yet."""
    SAME = "same"
    OTHER = "other"
    """Another snapshot answers the batch: what was decided is evidence and no answer any more."""


def committed_snapshot(publication_blocks: Sequence[int], *, commit_block: int) -> int | None:
    """Index of the last publication in a block strictly before the commitment's, None when there is none.

    `publication_blocks` are the block numbers of one holder's publications in the order of the chain.
    """
    index = bisect_left(publication_blocks, commit_block) - 1
    return index if index >= 0 else None


def express_snapshot(publication_blocks: Sequence[int], *, reference_block: int) -> int | None:
    """Index of the last publication up to and including the reference block, None when there is none."""
    index = bisect_right(publication_blocks, reference_block) - 1
    return index if index >= 0 else None


def oldest_needed(superseded_at: Sequence[int], *, now: int, kept_s: int) -> int:
    """Index of the first publication that a query may still be about; all before it may be forgotten.

    `superseded_at` are the unix seconds at which each publication but the newest was followed by the next:
    a batch committed before that moment is answered from it, and is over `kept_s` later (deadline, claim
    window and dispute window together).
    """
    for index, moment in enumerate(superseded_at):
        if moment + kept_s >= now:
            return index
    return len(superseded_at)


def commitment_counts(*, commit_block: int, finality_depth: int, cursor: int) -> bool:
    """Whether a commitment has its confirmations for whoever has read the chain up to `cursor`."""
    return cursor >= commit_block + finality_depth


def order_since(decided: SnapshotPlace, now: SnapshotPlace | None) -> Order:
    """`now` is None while the commitment does not count."""
    if now is None:
        return Order.OPEN
    return Order.SAME if decided == now else Order.OTHER
