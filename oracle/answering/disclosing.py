"""Serves the records behind claims whose opening holds, each signed by category for later ratings."""

from collections.abc import Iterable
from typing import assert_never

from oracle.answering.claims import JudgedClaim
from oracle.answering.ports import Snapshots
from oracle.domain.answered import NoRecord, StoredRecord
from oracle.domain.ids import BatchId
from oracle.domain.messages import Disclosure, ReplyHead
from oracle.domain.settlement import CategorySignature, RefusalReason, ServedRecord, ServedStatus
from oracle.peer.notary import Notary
from oracle.peer.record_codec import open_frame


class Discloser:
    """Reads from the very snapshot that the reply was cut from, whatever was published since."""

    def __init__(self, *, snapshots: Snapshots, notary: Notary) -> None:
        self._snapshots = snapshots
        self._notary = notary

    async def serve(
        self, batch_id: BatchId, head: ReplyHead, judged: Iterable[JudgedClaim]
    ) -> tuple[ServedRecord, ...]:
        """One answer a claim, in the order of the claims."""
        kept = await self._snapshots.holds(head.sequence, head.root)
        return tuple([await self._serve_one(batch_id, head, claim, kept=kept) for claim in judged])

    async def _serve_one(
        self, batch_id: BatchId, head: ReplyHead, judged: JudgedClaim, *, kept: bool
    ) -> ServedRecord:
        index = judged.claim.index
        if judged.tag is None or judged.reason is not None:
            reason = judged.reason or RefusalReason.CLAIM_BLIND_WRONG
            return ServedRecord(index=index, status=ServedStatus.REFUSED, reason=reason)
        if not kept:
            # Lost with the dataset: the record is as gone as an erased one, and so is its fee.
            return ServedRecord(index=index, status=ServedStatus.WITHDRAWN, reason=0)
        stored = await self._snapshots.record(head.sequence, judged.claim.subject, judged.tag)
        match stored:
            case NoRecord.NEVER_THERE:
                return ServedRecord(
                    index=index, status=ServedStatus.REFUSED, reason=RefusalReason.CLAIM_NOT_FOUND
                )
            case NoRecord.ERASED:
                return ServedRecord(index=index, status=ServedStatus.WITHDRAWN, reason=0)
            case StoredRecord():
                return await self._served(batch_id, head, judged, stored)
            case _:
                assert_never(stored)

    async def _served(
        self, batch_id: BatchId, head: ReplyHead, judged: JudgedClaim, stored: StoredRecord
    ) -> ServedRecord:
        index = judged.claim.index
        categories = [int(item.category) for item in open_frame(stored.frame).items]
        return ServedRecord(
            index=index,
            status=ServedStatus.SERVED,
            reason=0,
            record_frame=stored.frame,
            salt=stored.salt,
            digests=await self._snapshots.digests(head.sequence, judged.claim.subject),
            signatures=tuple(self._sign(batch_id, index, category, stored.digest) for category in categories),
        )

    def _sign(self, batch_id: BatchId, index: int, category: int, digest: bytes) -> CategorySignature:
        statement = Disclosure(batch_id=batch_id, index=index, category=category, record_digest=digest)
        return CategorySignature(category=category, signature=self._notary.sign(statement))
