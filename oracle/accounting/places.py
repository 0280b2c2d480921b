"""The places of own batches in an anchor, computed from the journal."""

from collections.abc import Sequence

from oracle.crypto.anchor_tree import AnchoredBatch, anchor_proofs
from oracle.domain.anchors import OwnAnchor, ProvenPlace
from oracle.domain.ids import BatchId
from oracle.store.anchors import AnchorJournal


class AnchorPlaces:
    """The tree of the newest anchor asked about is kept: its batches never change."""

    def __init__(self, journal: AnchorJournal) -> None:
        self._journal = journal
        self._root = b""
        self._batches: tuple[AnchoredBatch, ...] = ()

    async def of(self, anchor: OwnAnchor, batch_ids: Sequence[BatchId]) -> tuple[ProvenPlace, ...]:
        """In the order asked for; every batch is one of the anchor's."""
        if self._root != anchor.root:
            members = await self._journal.members_of(anchor.root)
            self._batches = tuple(AnchoredBatch(batch_id=one.batch_id, count=one.elements) for one in members)
            self._root = anchor.root
        indices = {batch.batch_id: index for index, batch in enumerate(self._batches)}
        wanted = [indices[batch_id] for batch_id in batch_ids]
        return tuple(
            ProvenPlace(
                batch_id=batch_id,
                index=index,
                siblings=tuple((node.hash, node.elements) for node in siblings),
            )
            for batch_id, index, siblings in zip(
                batch_ids, wanted, anchor_proofs(self._batches, wanted), strict=True
            )
        )
