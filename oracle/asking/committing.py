"""Brings prepared batches to the chain: the commitment comes before any holder can see an element.

What waits together goes together: a commitment in a transaction of ten costs less than half of one alone.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from oracle.chain.contracts.query_ledger import Commitment, QueryLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order, Transaction
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import AskedBatch, BatchState
from oracle.domain.errors import Transient
from oracle.domain.ids import BatchId, BlockNumber, MemberId
from oracle.store.asked import AskedJournal
from oracle.telemetry.metrics import timed_stage

log = structlog.get_logger()
TOGETHER = 50
"""Batches in one transaction: far below any block's gas, and few enough to repeat when one is refused."""
INTENT = "commit:"
ALREADY_OURS = "BatchAlreadyCommitted"
"""The ledger keeps batches by requester: what is there already was committed by this member."""


class Committing:
    """However often a round is repeated, over crashes and reorganisations, a batch is committed once."""

    def __init__(
        self,
        *,
        me: MemberId,
        journal: AskedJournal,
        ledger: QueryLedger,
        lane: Lane,
        view: AllianceView,
        changed: Callable[[], None],
    ) -> None:
        self._me = me
        self._journal = journal
        self._ledger = ledger
        self._lane = lane
        self._view = view
        self._changed = changed
        self._under_way: set[BatchId] = set()
        self._mined: dict[BatchId, BlockNumber] = {}
        """What is on the chain in a block that is not read here yet."""

    async def round(self) -> None:
        """Commit everything that is prepared; what the ledger refuses has failed for good."""
        waiting = {
            batch.batch_id: batch
            for batch in await self._journal.batches_in(BatchState.PREPARED)
            if not self._on_its_way(batch.batch_id)
        }
        async with asyncio.TaskGroup() as group:
            # What an earlier run has sent, or a reorganisation has undone, is on its way already.
            for row in await self._lane.unfinished(INTENT) if waiting else ():
                carried = [waiting.pop(batch) for batch in self._carried(row) if batch in waiting]
                if carried:
                    self._begin(group, carried, row.intent, Order(to=row.to, data=row.data))
            batches = sorted(waiting.values(), key=lambda batch: batch.batch_id)
            for start in range(0, len(batches), TOGETHER):
                together = batches[start : start + TOGETHER]
                self._begin(group, together, _intent(together), self._order(together))

    def _on_its_way(self, batch: BatchId) -> bool:
        """Whether it is being committed, or is and the view, or whoever follows it, has yet to see it."""
        if batch in self._under_way or self._view.commitment(self._me, batch) is not None:
            return True
        head = self._view.head
        if head is not None and head.number >= self._mined.get(batch, 0):
            self._mined.pop(batch, None)
        return batch in self._mined

    def _begin(
        self, group: asyncio.TaskGroup, batches: Sequence[AskedBatch], intent: str, order: Order
    ) -> None:
        self._under_way.update(batch.batch_id for batch in batches)
        group.create_task(self._attempt(batches, intent, order))

    async def _attempt(self, batches: Sequence[AskedBatch], intent: str, order: Order) -> None:
        try:
            await self._commit(batches, intent, order)
        except Transient as error:
            log.info("commitment_waits", batches=len(batches), reason=error.code)
        finally:
            self._under_way.difference_update(batch.batch_id for batch in batches)

    async def _commit(self, batches: Sequence[AskedBatch], intent: str, order: Order) -> None:
        try:
            with timed_stage("commit"):
                row = await self._lane.execute(intent, order)
        except TransactionReverted as error:
            if len(batches) == 1:
                await self._refused(batches[0], error)
                return
            # One of them spoilt it for all: each for itself shows which.
            for batch in batches:
                await self._commit([batch], _intent([batch]), self._order([batch]))
        else:
            block = row.block_number or BlockNumber(0)
            self._mined.update((batch.batch_id, block) for batch in batches)

    async def _refused(self, batch: AskedBatch, error: TransactionReverted) -> None:
        if error.error == ALREADY_OURS:
            log.info("commitment_found", batch=batch.batch_id.hex())
            return
        log.warning("commitment_refused", batch=batch.batch_id.hex(), reason=error.code)
        await self._journal.close(batch.batch_id, BatchState.FAILED, error.error)
        self._changed()

    def _order(self, batches: Sequence[AskedBatch]) -> Order:
        return self._ledger.commit(
            [Commitment(batch_id=one.batch_id, count=one.count, deadline=one.deadline) for one in batches]
        )

    def _carried(self, row: Transaction) -> Sequence[BatchId]:
        return [commitment.batch_id for commitment in self._ledger.commitments_in(row.data)]


def _intent(batches: Sequence[AskedBatch]) -> str:
    """The same for the same batches, so that a repetition finds what it did before."""
    if len(batches) == 1:
        return INTENT + batches[0].batch_id.hex()
    return INTENT + keccak256(b"".join(batch.batch_id for batch in batches)).hex()
