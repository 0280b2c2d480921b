"""Puts own express batches into anchors on the chain, and answers reports of them with their places."""

from collections.abc import Sequence

import structlog

from oracle.accounting.places import AnchorPlaces
from oracle.accounting.ports import Clock
from oracle.chain.books.anchors import Report
from oracle.chain.contracts.query_ledger import QueryLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.crypto.anchor_tree import AnchoredBatch, AnchorNode, anchor_root
from oracle.domain.anchors import OwnAnchor, Unanchored
from oracle.domain.ids import MemberId
from oracle.rules.anchoring import MOST_BATCHES, AnchorPolicy, Waiting, anchor_is_due
from oracle.store.anchors import AnchorJournal

log = structlog.get_logger()
ALREADY_OURS = "AnchorAlreadyMade"
"""The ledger keeps anchors by requester: what is there already was made by this member."""


class Anchoring:
    """Decided once, in the journal; then sent under one intent until the chain has it, over any crash."""

    def __init__(
        self,
        *,
        me: MemberId,
        policy: AnchorPolicy,
        journal: AnchorJournal,
        places: AnchorPlaces,
        ledger: QueryLedger,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        self._me = me
        self._policy = policy
        self._journal = journal
        self._places = places
        self._ledger = ledger
        self._lane = lane
        self._view = view
        self._clock = clock

    async def round(self) -> None:
        """Decide what is due, send what is decided, answer what is reported."""
        reports = self._view.anchors.open_reports_on(self._me)
        now = self._clock.chain_time()
        answerable = [report for report in reports if not report.is_unanswered(now)]
        for report in reports:
            await self._adopt(report)
        while await self._decide(reported=bool(answerable)):
            pass
        for anchor in await self._journal.decided():
            await self._send(anchor)
        for report in answerable:
            await self._answer(report)

    async def _adopt(self, report: Report) -> None:
        """A reported batch that the journal has lost can be anchored all the same: its count is known."""
        reported = report.reported
        if await self._journal.anchor_of(reported.batch_id) is None:
            issued_at = reported.at.block_timestamp
            await self._journal.adopt(
                Unanchored(batch_id=reported.batch_id, elements=reported.count, issued_at=issued_at)
            )

    async def _decide(self, *, reported: bool) -> bool:
        """Whether an anchor was decided on, so that there may be another."""
        batches = await self._journal.unanchored(limit=MOST_BATCHES)
        now, view = self._clock.chain_time(), self._view
        checkpoint = view.parameters.checkpoint_at(now)
        waiting = Waiting(
            batches=len(batches),
            oldest_issued_at=min((batch.issued_at for batch in batches), default=now),
            reported=reported,
        )
        if not anchor_is_due(
            waiting,
            self._policy,
            window_s=view.parameter("anchor_window_s").value,
            now=now,
            epoch_end=checkpoint.end_of(view.epoch_of(now)),
            epoch_length_s=checkpoint.length_s,
        ):
            return False
        root = anchor_root(_leaves(batches))
        anchor = OwnAnchor(root=root.hash, batches=len(batches), elements=root.elements)
        await self._journal.decide(batches, anchor, now=now)
        log.info("anchor_decided", batches=anchor.batches, elements=anchor.elements)
        return True

    async def _send(self, anchor: OwnAnchor) -> None:
        node = AnchorNode(hash=anchor.root, elements=anchor.elements)
        try:
            await self._lane.execute(f"anchor:{anchor.root.hex()}", self._ledger.anchor(node, anchor.batches))
        except TransactionReverted as error:
            if error.error != ALREADY_OURS:
                # Out of budget, say: it stays decided and is tried again.
                log.warning("anchor_refused", batches=anchor.batches, reason=error.error)
                return
        await self._journal.anchored(anchor.root)

    async def _answer(self, report: Report) -> None:
        """With the batch's place; until its anchor stands on the chain the next round tries again."""
        batch_id = report.reported.batch_id
        anchor = await self._journal.anchor_of(batch_id)
        if anchor is None or self._view.anchors.anchor(self._me, anchor.root) is None:
            return
        (place,) = await self._places.of(anchor, [batch_id])
        siblings = [AnchorNode(hash=hashed, elements=elements) for hashed, elements in place.siblings]
        order = self._ledger.answer_report(
            self._me, batch_id, root=anchor.root, index=place.index, siblings=siblings
        )
        try:
            await self._lane.execute(f"answer-report:{batch_id.hex()}", order)
        except TransactionReverted as error:
            # Another daemon or member was quicker: then the report is closed.
            log.warning("report_answer_refused", batch=batch_id.hex(), reason=error.error)


def _leaves(batches: Sequence[Unanchored]) -> list[AnchoredBatch]:
    return [AnchoredBatch(batch_id=batch.batch_id, count=batch.elements) for batch in batches]
