"""Answers a reply that comes again: its holder has no receipt of it, or lost what it had."""

import asyncio

import structlog

from oracle.asking.receipt_writing import ReceiptWriter
from oracle.domain.asked import AskedReceipt
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.settlement import RefusalReason
from oracle.peer.courier import Courier
from oracle.store.receipts import ReceiptJournal

log = structlog.get_logger()


class Reminders:
    """Kept in memory alone: a holder without a receipt reminds again.

    The same bytes as before where there is a receipt, whose answer is known already. For a batch that our
    journal lost, a signed receipt that refuses the reply: nothing is owed for it, and nobody waits for more.
    """

    def __init__(self, *, journal: ReceiptJournal, writer: ReceiptWriter, courier: Courier) -> None:
        self._journal = journal
        self._writer = writer
        self._courier = courier
        self._again: set[tuple[BatchId, MemberId]] = set()
        self._lost: dict[tuple[BatchId, MemberId], int] = {}

    def again(self, batch_id: BatchId, holder: MemberId) -> None:
        """The receipt of this reply is sent once more."""
        self._again.add((batch_id, holder))

    def lost(self, batch_id: BatchId, holder: MemberId, count: int) -> None:
        """A batch that stands on the chain as ours and not in the journal."""
        self._lost[batch_id, holder] = count

    async def round(self) -> None:
        """Send what was asked for since the last round, each once."""
        again, self._again = self._again, set()
        lost, self._lost = self._lost, {}
        async with asyncio.TaskGroup() as group:
            for batch_id, holder in again:
                group.create_task(self._repeat(batch_id, holder))
            for (batch_id, holder), count in lost.items():
                group.create_task(self._give_up(batch_id, holder, count))

    async def _repeat(self, batch_id: BatchId, holder: MemberId) -> None:
        receipt = await self._journal.receipt(batch_id, holder)
        if receipt is not None:
            await self._send(receipt)

    async def _give_up(self, batch_id: BatchId, holder: MemberId, count: int) -> None:
        log.warning("batch_lost", batch=batch_id.hex(), holder=int(holder))
        reason = RefusalReason.JOURNAL_LOST
        await self._send(await self._writer.refusing(batch_id, count, holder, reason=reason))

    async def _send(self, receipt: AskedReceipt) -> None:
        try:
            await self._courier.send_receipt(
                receipt.holder, receipt.batch_id, statement=receipt.statement, frame=receipt.frame
            )
        except (Transient, Refused) as error:
            log.info("reminder_not_answered", holder=int(receipt.holder), reason=error.code)
