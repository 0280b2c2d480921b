"""Recalls, both ways: tells whoever claimed a record that is gone, and takes what others tell."""

import secrets
from itertools import groupby

import structlog

from oracle.accounting.ports import Clock, Counterparties, Names
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import MemberId
from oracle.domain.recalls import GivenRecall, Recall, RecalledRecord, RecallReason, TakenRecall
from oracle.domain.reports import RecallReport, RecallSent, RecallTaken
from oracle.peer.bodies.recall import MAX_RECALLED, decode_recall, encode_recall
from oracle.store.asked import AskedJournal
from oracle.store.recalls import RecallJournal, TakenRecalls
from oracle.store.receipts import ReceiptJournal

log = structlog.get_logger()
SALT_SIZE = 16
MOST = 1_000


class Recalling:
    """Sent until it is taken; taken for records that this holder did disclose to us, and for no others."""

    def __init__(
        self,
        *,
        given: RecallJournal,
        taken: TakenRecalls,
        asked: AskedJournal,
        receipts: ReceiptJournal,
        counterparties: Counterparties,
        names: Names,
        clock: Clock,
    ) -> None:
        self._given = given
        self._taken = taken
        self._asked = asked
        self._receipts = receipts
        self._counterparties = counterparties
        self._names = names
        self._clock = clock

    async def round(self) -> None:
        """Tell everybody who has not taken it; one that is not reached now is tried next round."""
        untold = await self._given.untold()
        for (requester, reason), group in groupby(
            sorted(untold, key=_order), key=lambda one: (one.requester, one.reason)
        ):
            theirs = tuple(group)
            for start in range(0, len(theirs), MAX_RECALLED):
                await self._tell(requester, reason, theirs[start : start + MAX_RECALLED])

    async def take(self, frame: bytes, holder: MemberId) -> None:
        """Note what a holder recalls, as far as it is ours."""
        recall = decode_recall(frame)
        now = self._clock.chain_time()
        ours = [
            TakenRecall(
                batch_id=record.batch_id,
                holder=holder,
                index=record.index,
                reason=recall.reason,
                taken_at=now,
            )
            for record in recall.records
            if await self._disclosed(record, holder)
        ]
        await self._taken.add(ours)
        log.warning("records_recalled", holder=int(holder), count=len(ours))

    async def recalls(self) -> RecallReport:
        """What was recalled to us and by us, the newest first."""
        taken = [await self._line(one) for one in await self._taken.listed(limit=MOST)]
        return RecallReport(
            taken=tuple(one for one in taken if one is not None),
            sent=tuple(
                RecallSent(
                    requester=one.requester,
                    name=self._names.name_of(one.requester),
                    reason=one.reason.label,
                    noted_at=one.noted_at,
                    told=one.told,
                )
                for one in await self._given.listed(limit=MOST)
            ),
        )

    async def _tell(self, requester: MemberId, reason: RecallReason, part: tuple[GivenRecall, ...]) -> None:
        recall = Recall(reason=reason, records=tuple(one.record for one in part))
        frame = encode_recall(recall, salt=secrets.token_bytes(SALT_SIZE))
        try:
            await self._counterparties.recall(requester, frame=frame)
        except (Transient, Refused) as error:
            # A member of an earlier release does not know the message: it is told once it does.
            log.info("recall_waits", requester=int(requester), reason=error.code)
            return
        await self._given.told(part)

    async def _disclosed(self, record: RecalledRecord, holder: MemberId) -> bool:
        receipt = await self._receipts.receipt(record.batch_id, holder)
        records = () if receipt is None or receipt.settled is None else receipt.settled.records
        return any((one.index, one.digest) == (record.index, record.record_digest) for one in records)

    async def _line(self, one: TakenRecall) -> RecallTaken | None:
        batch = await self._asked.batch(one.batch_id)
        if batch is None:
            return None
        return RecallTaken(
            query_id=batch.query_id,
            index=batch.content.openings[one.index].positions[0],
            holder=one.holder,
            name=self._names.name_of(one.holder),
            reason=one.reason.label,
            taken_at=one.taken_at,
        )


def _order(one: GivenRecall) -> tuple[int, int]:
    return one.requester, one.reason
