"""What a member does whose store is an older copy: it takes over what the chain and the others can prove."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog

from oracle.accounting.rating import RatingDesk
from oracle.chain.errors import NodeRefused
from oracle.chain.facts import Committed
from oracle.chain.transactions import TransactionStatus
from oracle.domain.asked import ReplyState
from oracle.domain.audits import CaseKind
from oracle.domain.errors import Transient
from oracle.domain.ids import BatchId, BlockNumber, MemberId
from oracle.rules.vouchers import Totals
from oracle.store.restoration import Restoration
from oracle.store.transactions import TransactionTable
from oracle.wiring.foundation import Foundation
from oracle.wiring.holder import Holder
from oracle.wiring.requester import Requester

log = structlog.get_logger()
SHOWN_BATCHES = 5
LOOK_S = 0.5
NEVER_SENT = frozenset({TransactionStatus.QUEUED, TransactionStatus.FAILED})


class Recovery:
    """Does nothing while the store has no mark; the mark ends when all were asked and all is over."""

    def __init__(
        self, base: Foundation, me: MemberId, *, requester: Requester, holder: Holder, rating: RatingDesk
    ) -> None:
        self._base = base
        self._me = me
        self._requester = requester
        self._holder = holder
        self._rating = rating
        self._transactions = TransactionTable(base.database)
        self._known_to = BlockNumber(0)
        self._lost: dict[BatchId, int] = {}
        """Subjects by batch: on the chain as ours, and not in the journal."""

    async def begin(self, known_to: BlockNumber | None) -> None:
        """Before anything is sent or answered; up to `known_to` the store knows all that we committed.

        A restored store first reads the chain to its head, however long that takes: what it would do by an
        older view, its lost journal may have done already.
        """
        self._known_to = BlockNumber(known_to or 0)
        restored = await self._base.restoration.current()
        if restored is None:
            await self.notice(self._own_after(self._known_to))
            return
        if restored.head is None:
            await self._base.clock.reached(await self._head())
            await self._forget_unsent()
            await self._adopt_chain()
        await self.notice(self._own_after(restored.cursor))

    def _own_after(self, block: BlockNumber) -> tuple[Committed, ...]:
        return tuple(
            fact
            for fact in self._base.view.commitments.all
            if fact.requester == self._me and fact.at.block_number > block
        )

    async def adopted(self) -> None:
        """Of a store that several daemons share: wait until the one that leads has adopted the chain.

        Before that nobody may take a receipt: its charge may be in what is adopted, and would count twice.
        """
        waiting = False
        while (restored := await self._restored()) is not None and restored.head is None:
            if not waiting:
                log.info("recovery_awaited")
            waiting = True
            await asyncio.sleep(LOOK_S)

    async def _restored(self) -> Restoration | None:
        while True:
            try:
                return await self._base.restoration.current()
            except Transient as error:
                log.warning("recovery_waits", reason=error.code)
                await asyncio.sleep(LOOK_S)

    async def notice(self, committed: Iterable[Committed]) -> None:
        """Commitments just read: one of ours that is not in the journal shows that the store is older."""
        for fact in committed:
            if fact.requester != self._me or await self._requester.journals.asked.knows(fact.batch_id):
                continue
            if await self._base.restoration.current() is None:
                log.warning("store_is_older_than_the_chain", block=int(self._known_to))
                await self._base.restoration.begin(0, self._known_to)
            self._lost[fact.batch_id] = fact.count

    async def round(self) -> None:
        """Ask who has not been asked yet, and end when nothing of what was lost can matter any more."""
        restored = await self._base.restoration.current()
        if restored is None:
            return
        if restored.head is None:
            await self._adopt_chain()
            return
        waiting = await self._not_asked()
        unknown = await self._with_open_replies()
        for holder in waiting - unknown:
            try:
                await self._requester.lane.adopt(holder)
            except Transient as error:
                log.info("member_not_asked", holder=int(holder), reason=error.code)
        if not await self._not_asked() and self._is_over(restored):
            log.info("recovery_ended")
            await self._base.restoration.end()

    def _is_over(self, restored: Restoration) -> bool:
        """A dispute that is settled counts with its holder from then on: it may have to be adopted."""
        return self._base.clock.chain_time() > restored.over_at and not any(
            case.kind is CaseKind.DISPUTE and case.opener == self._me and case.opened_at <= restored.over_at
            for case in self._base.view.audits.cases.values()
            if case.outcome is None
        )

    async def problems(self) -> tuple[str, ...]:
        """For the status: what was lost, and who could not be asked yet."""
        restored = await self._base.restoration.current()
        if restored is None:
            return ()
        parts = [_origin(restored)]
        if self._lost:
            parts.append(_told(self._lost))
        if waiting := await self._not_asked():
            numbers = ", ".join(str(number) for number in sorted(waiting))
            parts.append(
                f"Not reached yet to learn what was signed for them: members {numbers}; until then they get "
                "no receipt."
            )
        return (" ".join(parts),)

    async def _head(self) -> BlockNumber:
        while True:
            try:
                return await self._base.connection.ask(lambda node: node.block_number())
            except (Transient, NodeRefused) as error:
                log.warning("recovery_waits", reason=error.code)

    async def _forget_unsent(self) -> None:
        """What was queued then may have been sent since by the lost journal: whoever wants it asks again."""

        async def was_sent(intent: str) -> bool:
            row = await self._transactions.by_intent(intent)
            return row is not None and row.status not in NEVER_SENT

        await self._rating.adopt(was_sent=was_sent)
        await self._transactions.drop(self._base.lane.account, TransactionStatus.QUEUED)

    async def _adopt_chain(self) -> None:
        view, collector = self._base.view, self._requester.collector
        head = view.head
        if head is None:
            return
        await collector.note_commitments()
        await collector.judge_all()
        for requester in sorted(view.members.all):
            redeemed = view.redeemed(requester, self._me)
            if redeemed.amount:
                totals = Totals(queries=redeemed.queries, hits=redeemed.hits, amount=redeemed.amount)
                await self._holder.vouchers.adopt(requester, totals)
        windows = ("max_deadline_s", "claim_window_s")
        over_at = head.timestamp + sum(view.parameter(name).value for name in windows)
        await self._base.restoration.adopted(head.number, over_at=over_at)
        log.info("recovery_began", block=int(head.number))

    async def _not_asked(self) -> frozenset[MemberId]:
        """Members that may have answered us; those that left had their vouchers in the chain's totals."""
        standing = {member.id for member in self._base.view.members_in_standing()}
        return frozenset(standing) - {self._me} - await self._base.restoration.asked()

    async def _with_open_replies(self) -> frozenset[MemberId]:
        """Whose replies are judged and not charged yet: their base is found when they are."""
        replies = self._requester.journals.replies
        received = await replies.parts_in(ReplyState.RECEIVED)
        judged = await replies.without_receipt()
        return frozenset(holder for _, holder in (*received, *judged))


def _origin(restored: Restoration) -> str:
    if not restored.backed_up_at:
        return "This store is an older copy: the chain or another member has what it does not know."
    moment = datetime.fromtimestamp(restored.backed_up_at, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"This store was restored from a backup of {moment} UTC."


def _told(lost: dict[BatchId, int]) -> str:
    names = ", ".join("0x" + batch_id.hex() for batch_id in list(lost)[:SHOWN_BATCHES])
    more = "" if len(lost) <= SHOWN_BATCHES else f" and {len(lost) - SHOWN_BATCHES} more"
    return (
        f"{len(lost)} batches with {sum(lost.values())} subjects, asked after it, are lost with their "
        f"answers ({names}{more}): unanswered ones expire and are not charged. Ask again what still matters."
    )
