"""Brings prepared batches to the chain: the commitment comes before any holder can see an element."""

import asyncio
from collections.abc import Callable

import structlog

from oracle.chain.contracts.query_ledger import Commitment, QueryLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.domain.asked import AskedBatch, BatchState
from oracle.domain.errors import Transient
from oracle.domain.ids import BatchId
from oracle.store.asked import AskedJournal
from oracle.telemetry.metrics import timed_stage

log = structlog.get_logger()


class Committing:
    """One intent a batch: however often a round is repeated, a batch is committed once."""

    def __init__(
        self, *, journal: AskedJournal, ledger: QueryLedger, lane: Lane, changed: Callable[[], None]
    ) -> None:
        self._journal = journal
        self._ledger = ledger
        self._lane = lane
        self._changed = changed
        self._under_way: set[BatchId] = set()

    async def round(self) -> None:
        """Commit everything that is prepared; what the ledger refuses has failed for good."""
        async with asyncio.TaskGroup() as group:
            for batch in await self._journal.batches_in(BatchState.PREPARED):
                if batch.batch_id not in self._under_way:
                    self._under_way.add(batch.batch_id)
                    group.create_task(self._attempt(batch))

    async def _attempt(self, batch: AskedBatch) -> None:
        try:
            await self._commit(batch)
        except Transient as error:
            log.info("commitment_waits", batch=batch.batch_id.hex(), reason=error.code)
        finally:
            self._under_way.discard(batch.batch_id)

    async def _commit(self, batch: AskedBatch) -> None:
        commitment = Commitment(batch_id=batch.batch_id, count=batch.count, deadline=batch.deadline)
        order = self._ledger.commit([commitment])
        try:
            with timed_stage("commit"):
                await self._lane.execute(f"commit:{batch.batch_id.hex()}", order)
        except TransactionReverted as error:
            log.warning("commitment_refused", batch=batch.batch_id.hex(), reason=error.code)
            await self._journal.close(batch.batch_id, BatchState.FAILED, error.error)
            self._changed()
