"""Has a batch answered anew that a reorganisation put behind, or before, another publication."""

import structlog

from oracle.answering.ports import ChainClock
from oracle.chain.facts import Committed
from oracle.chain.view import AllianceView
from oracle.domain.answered import AnsweredBatch, DecidedAnswer
from oracle.domain.ids import MemberId
from oracle.domain.place import SnapshotPlace
from oracle.rules.snapshot import Order, order_since
from oracle.store.superseded_answers import SupersededAnswers

log = structlog.get_logger()


class Reordering:
    """Looks after a start and after each reorganisation: journal and chain say all, nothing else is kept.

    What was answered from another snapshot than the chain's order now names is evidence and no answer.
    """

    def __init__(
        self, *, me: MemberId, journal: SupersededAnswers, view: AllianceView, clock: ChainClock
    ) -> None:
        self._me = me
        self._journal = journal
        self._view = view
        self._clock = clock
        self._look = True
        self._open: tuple[DecidedAnswer, ...] = ()
        """Whose commitment does not count again yet."""

    def look_again(self) -> None:
        """The order of the chain may have changed."""
        self._look = True

    async def round(self) -> None:
        """Open again whatever has to be answered from another snapshot."""
        if self._look:
            self._look = False
            self._open = await self._journal.decided(since=self._clock.chain_time())
        still_open = []
        for decided in self._open:
            match self._order(decided):
                case Order.OPEN:
                    still_open.append(decided)
                case Order.OTHER:
                    if await self._journal.supersede(decided):
                        log.warning(
                            "answer_superseded",
                            batch=decided.batch_id.hex(),
                            requester=int(decided.requester),
                        )
                case Order.SAME:
                    pass
        self._open = tuple(still_open)

    def in_order(self, batch: AnsweredBatch, committed: Committed) -> bool:
        """Whether what was sealed may be delivered: a reorganisation may have come while it was made."""
        return answered_in_order(batch, committed, self._view)

    def _order(self, decided: DecidedAnswer) -> Order:
        committed = self._view.commitment(decided.requester, decided.batch_id)
        if committed is None or not self._view.final(committed):
            return Order.OPEN
        if committed.deadline < self._clock.chain_time():
            return Order.SAME  # nobody waits for another answer: what was settled stays
        return order_since(decided.place, self._view.place_of(self._me, committed))


def answered_in_order(batch: AnsweredBatch, committed: Committed, view: AllianceView) -> bool:
    """Whether a batch's answer is from the snapshot that the chain names for it now."""
    if batch.answer is None:
        return False
    head = batch.answer.head
    place = SnapshotPlace(block=head.snapshot_block, block_hash=head.snapshot_block_hash)
    return order_since(place, view.place_of(head.holder, committed)) is Order.SAME
