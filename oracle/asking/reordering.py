"""Waits anew for replies that a reorganisation made ones from the wrong snapshot, and keeps those."""

from collections.abc import Callable

import structlog

from oracle.asking.ports import Clock
from oracle.asking.receipts import Receipts
from oracle.chain.view import AllianceView
from oracle.domain.asked import ReceivedReply, ReplyState
from oracle.domain.ids import MemberId
from oracle.domain.place import SnapshotPlace
from oracle.peer.errors import WireRefused
from oracle.peer.statements import parse_reply_head
from oracle.rules.snapshot import Order, order_since
from oracle.store.replies import ReplyJournal
from oracle.store.superseded_replies import DecidedReply, SupersededReplies

log = structlog.get_logger()


class Reordering:
    """Looks after a start and after each reorganisation, when the commitment has its confirmations again.

    Only a reply that fits the chain's final order is an answer. The receipt of one that does not is not sent
    any more from then on: it does not say which reply it is for.
    """

    def __init__(
        self,
        *,
        me: MemberId,
        journal: SupersededReplies,
        replies: ReplyJournal,
        receipts: Receipts,
        view: AllianceView,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self._me = me
        self._journal = journal
        self._replies = replies
        self._receipts = receipts
        self._view = view
        self._clock = clock
        self._changed = changed
        self._look = True
        self._open: tuple[DecidedReply, ...] = ()
        """Whose commitment does not count again, or whose receipt is under way."""

    def look_again(self) -> None:
        """The order of the chain may have changed."""
        self._look = True

    async def round(self) -> None:
        """Have whatever was decided by another order decided anew."""
        if self._look:
            self._look = False
            self._open = await self._journal.decided(since=self._clock.chain_time())
        still_open = []
        for decided in self._open:
            place = self._place(decided)
            match order_since(decided.place, place):
                case Order.OPEN:
                    still_open.append(decided)
                case Order.OTHER if place is not None and not await self._concluded(decided, place):
                    still_open.append(decided)
                case Order.OTHER | Order.SAME:
                    pass
        self._open = tuple(still_open)

    def _place(self, decided: DecidedReply) -> SnapshotPlace | None:
        committed = self._view.commitment(self._me, decided.batch_id)
        if committed is None or not self._view.final(committed):
            return None
        if committed.deadline < self._clock.chain_time():
            return decided.place  # no other reply can come: what was settled stays
        return self._view.place_of(decided.holder, committed)

    async def _concluded(self, decided: DecidedReply, place: SnapshotPlace) -> bool:
        """False while a receipt for the earlier reply is under way."""
        if not self._receipts.reserve(decided.batch_id, decided.holder):
            return False
        try:
            if decided.state is ReplyState.RECEIVED and await self._fits(decided, place):
                await self._journal.moved(decided, place)
            elif await self._journal.supersede(decided):
                log.warning("reply_superseded", batch=decided.batch_id.hex(), holder=int(decided.holder))
                self._changed()
        finally:
            self._receipts.release(decided.batch_id, decided.holder)
        return True

    async def _fits(self, decided: DecidedReply, place: SnapshotPlace) -> bool:
        """Whether a reply that is not judged yet was made under the new order: its holder read it first."""
        reply = await self._replies.reply(decided.batch_id, decided.holder)
        return reply is not None and stated_place(reply.received) == place


def stated_place(received: ReceivedReply | None) -> SnapshotPlace | None:
    """From where a reply says it is; None for what does not say it in our form."""
    if received is None:
        return None
    try:
        head = parse_reply_head(received.statement).value
    except WireRefused:
        return None
    return SnapshotPlace(block=head.snapshot_block, block_hash=head.snapshot_block_hash)
