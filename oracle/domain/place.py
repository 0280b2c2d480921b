"""Where a snapshot stands on the chain: what a batch is answered from is named by it."""

from dataclasses import dataclass

from oracle.domain.ids import BlockNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPlace:
    """The block of the publication that a batch is answered from, under one order of the chain."""

    block: BlockNumber
    block_hash: bytes
    """Empty where no publication stood before the batch."""


NO_SNAPSHOT = SnapshotPlace(block=BlockNumber(0), block_hash=b"")
