"""Forgets what the rules say that nobody can ask about, in small steps, and gives the space back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from oracle.chain.encoding import decode_fact
from oracle.chain.facts import Committed
from oracle.chain.transactions import TransactionStatus
from oracle.chain.view import AllianceView
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import CompactionReport
from oracle.rules.retention import (
    ANSWERS_OVER,
    BATCHES_OVER,
    Horizon,
    Windows,
    horizon,
)
from oracle.store.compaction import Compaction
from oracle.store.database import Database
from oracle.store.facts import FactRow, FactTable

log = structlog.get_logger()
STEP = 200
"""Entries in one transaction: others wait for its end."""
FACTS_STEP = 2_000
FINISHED = (TransactionStatus.MINED.value, TransactionStatus.REVERTED.value)
WITHOUT_EFFECT = (TransactionStatus.FAILED.value,)


class Compacting:
    """A step that is cut off is undone; the next round goes on with it."""

    def __init__(
        self,
        *,
        database: Database,
        facts: FactTable,
        view: AllianceView,
        leads: Callable[[], bool] = lambda: True,
        under_audit: Callable[[], frozenset[BatchId]] = frozenset,
    ) -> None:
        self._leads = leads
        self._under_audit = under_audit
        self._database = database
        self._compaction = Compaction(database)
        self._facts = facts
        self._view = view
        self._turn = asyncio.Lock()

    async def round(self) -> None:
        if not self._leads():
            # The events are this daemon's own, the rest is the leader's to forget.
            await self._forget_commitments(self._horizon())
            return
        report = await self.compact()
        if report.batches or report.answers or report.transactions or report.commitments:
            log.info("store_compacted", before_bytes=report.bytes_before, after_bytes=report.bytes_after)

    async def compact(self) -> CompactionReport:
        """Forget all that may be forgotten now."""
        async with self._turn:
            before = await self._database.size()
            over, gone = self._horizon(), self._gone()
            await _repeatedly(lambda: self._compaction.anchors(before=over.anchors, limit=STEP))
            await _repeatedly(lambda: self._compaction.evidence(before=over.reports, limit=STEP))
            await _repeatedly(lambda: self._compaction.claimed(before=over.questions, limit=STEP))
            await _repeatedly(lambda: self._compaction.taken_receipts(before=over.receipts, limit=STEP))
            done = CompactionReport(
                batches=await _repeatedly(
                    lambda: self._compaction.batches(
                        BATCHES_OVER, before=over.questions, limit=STEP, but=self._under_audit(), gone=gone
                    )
                ),
                answers=await _repeatedly(
                    lambda: self._compaction.answers(ANSWERS_OVER, before=over.answers, limit=STEP, gone=gone)
                ),
                transactions=await _repeatedly(
                    lambda: self._compaction.transactions(
                        FINISHED, WITHOUT_EFFECT, before_block=over.transactions, limit=STEP
                    )
                ),
                commitments=await self._forget_commitments(over),
                bytes_before=before,
                bytes_after=0,
            )
            await self._database.give_back()
            return replace(done, bytes_after=await self._database.size())

    async def _forget_commitments(self, over: Horizon) -> int:
        """Commitments are most of a chain's events; all others are few and stay."""
        forgotten, looked_at = 0, await self._facts.compacted_to()
        gone: list[FactRow] = []
        async for row in self._facts.rows(looked_at):
            fact = decode_fact(row.body)
            if fact.at.block_timestamp >= over.commitments:
                break
            if isinstance(fact, Committed):
                gone.append(row)
            if len(gone) == FACTS_STEP:
                # Of the last block there may be more to come.
                await self._facts.forget(gone, row.block_number - 1)
                forgotten, gone = forgotten + len(gone), []
            looked_at = row.block_number - 1
        if looked_at is not None:
            await self._facts.forget(gone, looked_at)
        return forgotten + len(gone)

    def _gone(self) -> frozenset[MemberId]:
        """Members that left or were expelled so long ago that no voucher of theirs, or for them, is taken."""
        now = self._view.now
        grace = self._view.parameters.checkpoint_at(now).length_s
        return frozenset(
            member.id
            for member in self._view.members.all.values()
            if member.exited_at is not None and member.exited_at + grace < now
        )

    def _horizon(self) -> Horizon:
        head, parameter = self._view.head, self._view.parameter
        return horizon(
            Windows(
                claim_s=parameter("claim_window_s").value,
                dispute_s=parameter("dispute_window_s").value,
                audit_s=parameter("audit_retention_s").value,
                report_s=parameter("report_retention_s").value + parameter("report_answer_s").value,
                answer_s=parameter("answer_window_s").value,
                ruling_s=parameter("ruling_window_s").value,
            ),
            now=0 if head is None else head.timestamp,
            head=0 if head is None else head.number,
            longest_deadline_s=parameter("max_deadline_s").value,
        )


async def _repeatedly(step: Callable[[], Awaitable[int]]) -> int:
    """All steps, with a pause between them for whoever waits to write."""
    done = 0
    while (now := await step()) == STEP:
        done += now
        await asyncio.sleep(0)
    return done + now
