"""Which snapshot answers a batch: decided by the chain alone, so nothing is inserted after a query."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


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


def commitment_counts(*, commit_block: int, finality_depth: int, cursor: int) -> bool:
    """Whether a commitment has its confirmations for whoever has read the chain up to `cursor`."""
    return cursor >= commit_block + finality_depth
