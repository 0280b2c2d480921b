"""Bodies that belong to no exchange: what is said of anchors and of records afterwards."""

from oracle.domain.anchors import AnchorProofs, ProvenPlace
from oracle.domain.ids import BatchId
from oracle.domain.recalls import Recall, RecalledRecord, RecallReason

PLACE = ProvenPlace(batch_id=BatchId(bytes([7]) * 32), index=2, siblings=((bytes([8]) * 32, 3),) * 2)
PROOFS = AnchorProofs(root=bytes([6]) * 32, batches=3, elements=13, places=(PLACE,))
RECALLED = RecalledRecord(batch_id=BatchId(bytes([9]) * 32), index=7, record_digest=bytes([8]) * 32)
RECALL = Recall(reason=RecallReason.REFUTED, records=(RECALLED,))
