"""Which of its own batches stands at a place of an anchor that a draw fell on."""

from oracle.domain.audits import AnchorLeaf
from oracle.domain.ids import BatchId
from oracle.store.anchors import AnchorJournal


class DrawnBatches:
    """Reads; writes nothing."""

    def __init__(self, anchors: AnchorJournal) -> None:
        self._anchors = anchors

    async def of(self, leaf: AnchorLeaf) -> BatchId | None:
        """None where the journal has no such anchor any more."""
        batches = await self._anchors.members_of(leaf.root)
        return batches[leaf.index].batch_id if leaf.index < len(batches) else None
