"""Collects what holders answer: notes commitments, journals replies, has them judged, ends what is over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, assert_never

import structlog

from oracle.asking.commitment import NotYetCommitted, commitment_of, final_commitment_of
from oracle.asking.judging import Judge
from oracle.asking.ports import Clock
from oracle.asking.receipts import Receipts
from oracle.asking.rejection import ReplyOfAnotherOrder
from oracle.asking.reminders import Reminders
from oracle.asking.reordering import Reordering, stated_place
from oracle.chain.view import AllianceView
from oracle.domain.asked import AskedBatch, AskedReply, BatchState, ReceivedReply, ReplyState
from oracle.domain.errors import Broken, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.domain.settlement import RefusalReason, reason_name
from oracle.peer.bodies.refusal import decode_refusal
from oracle.peer.errors import UnknownBatch
from oracle.peer.sealed import OpenedMessage
from oracle.store.asked import AskedJournal
from oracle.store.replies import Part, ReplyJournal
from oracle.telemetry.metrics import REFUSED, STAGE_SECONDS

log = structlog.get_logger()
CATCH_UP_S = 2.0
Step: TypeAlias = Callable[[AskedBatch, AskedReply], Awaitable[None]]
Read: TypeAlias = Callable[[BatchId, MemberId], Awaitable[AskedReply | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journals:
    """The requester's two journals."""

    asked: AskedJournal
    replies: ReplyJournal


class Collector:
    """Every reply is journalled as it came before anything is made of it."""

    def __init__(
        self,
        *,
        me: MemberId,
        journals: Journals,
        receipts: Receipts,
        reminders: Reminders,
        reordering: Reordering,
        judge: Judge,
        view: AllianceView,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self._me = me
        self._asked = journals.asked
        self._replies = journals.replies
        self._receipts = receipts
        self._reminders = reminders
        self._reordering = reordering
        self._verdicts = judge
        self._view = view
        self._clock = clock
        self._changed = changed
        self._judging = asyncio.Lock()

    async def note_commitments(self) -> None:
        """Find our prepared batches on the chain and note who has to answer them."""
        for batch in await self._asked.batches_in(BatchState.PREPARED):
            if self._view.commitment(self._me, batch.batch_id) is not None:
                await self._asked.committed(batch.batch_id, self._clock.wall_ms(), self._holders(batch))
                self._changed()

    async def note_reorganisation(self) -> None:
        """Batches whose commitment a reorganisation took are prepared again, also those that were done."""
        self._reordering.look_again()
        for batch_id in await self._asked.on_chain(since=self._clock.chain_time()):
            if self._view.commitment(self._me, batch_id) is None:
                await self._asked.uncommitted(batch_id)

    async def take(self, message: OpenedMessage) -> None:
        """Journal a reply or a refusal; returns once it is on disk, judging follows."""
        batch_id, holder = message.header.batch_id, message.header.sender
        batch = await self._asked.batch(batch_id)
        if batch is None:
            self._take_for_lost(message)
            return
        if batch.state is BatchState.PREPARED and not await self._catch_up(batch_id):
            raise NotYetCommitted("This member has not read the batch's commitment yet; try again shortly.")
        part = await self._replies.reply(batch_id, holder)
        if part is None:
            raise UnknownBatch("This batch was not put to you: you had no snapshot when it was committed.")
        place = None
        if batch.content.reference is None:
            place = self._view.place_of(holder, commitment_of(self._view, self._me, batch_id))
        if message.header.type is MessageType.REFUSAL:
            refusal = decode_refusal(message.frame)
            if await self._replies.ended(batch_id, holder, ReplyState.REFUSED, refusal.reason, place=place):
                REFUSED.labels("a holder", reason_name(refusal.reason)).inc()
            self._changed()
            return
        reply = ReceivedReply(
            statement=message.statement,
            frame=message.frame,
            sender_key_version=message.header.sender_key_version,
        )
        started = batch.committed_at_ms or batch.created_at_ms
        latency_ms = self._clock.wall_ms() - started
        if await self._replies.received(batch_id, holder, reply, latency_ms, place=place):
            STAGE_SECONDS.labels("reply").observe(latency_ms / 1_000)
        else:
            self._require_same_order(part, reply)
            await self.take_again(batch, part)

    def _require_same_order(self, part: AskedReply, reply: ReceivedReply) -> None:
        """A reply from another snapshot than the one that is here must not count as the same one again."""
        same = part.received is not None and part.received.statement == reply.statement
        if same or part.place is None or part.state is ReplyState.EXPIRED:
            return
        if stated_place(reply) not in {part.place, stated_place(part.received)}:
            self._reordering.look_again()
            raise ReplyOfAnotherOrder(
                "The reply is from another snapshot than the one that this member has. It has not read the "
                "reorganisation that explains it, or has not acted on it yet; try again shortly."
            )

    def _take_for_lost(self, message: OpenedMessage) -> None:
        """A batch that the chain says is ours and the journal does not have was lost with the journal."""
        batch_id, holder = message.header.batch_id, message.header.sender
        committed = self._view.commitment(self._me, batch_id)
        if committed is None:
            raise UnknownBatch("No batch of this member has this identifier.")
        if message.header.type is MessageType.REPLY:
            self._reminders.lost(batch_id, holder, committed.count)

    async def take_again(self, batch: AskedBatch, part: AskedReply) -> None:
        """A reply whose part is decided comes from a holder that waits for its receipt, or was restored."""
        if part.state in {ReplyState.EXPIRED, ReplyState.REFUSED}:
            await self._receipts.follow_late(batch, part)
        self._reminders.again(batch.batch_id, part.holder)

    async def _catch_up(self, batch_id: BatchId) -> bool:
        """A holder read the commitment before us: read it too, instead of sending the holder away."""
        found = await self._clock.catch_up(
            lambda: self._view.commitment(self._me, batch_id) is not None, patience_s=CATCH_UP_S
        )
        if found:
            await self.note_commitments()
        return found

    async def judge_all(self) -> None:
        """Judge whatever was journalled and not judged yet; one round at a time, one reply in memory."""
        async with self._judging:
            await self._reordering.round()
            whole, judged_one = self._replies.reply, self._replies.verdict
            for part in await self._replies.parts_in(ReplyState.RECEIVED):
                await self._patiently(self._judge, part, whole)
                self._changed()
            judged = await self._replies.without_receipt()
            for part in judged:
                await self._patiently(self._receipts.note, part, judged_one)
            for part in judged:
                await self._patiently(self._receipts.follow, part, judged_one)

    async def _patiently(self, step: Step, part: Part, read: Read) -> None:
        """One reply that has to wait, for the chain or a worker, holds up no other."""
        batch = await self._asked.batch(part[0])
        reply = await read(*part)
        if reply is None:
            return  # forgotten with its batch since it was listed
        if batch is None:
            raise Broken("a reply is journalled for a batch that is not")
        try:
            await step(batch, reply)
        except Transient as error:
            log.info("reply_waits", holder=int(reply.holder), reason=error.code)

    async def _judge(self, batch: AskedBatch, reply: AskedReply) -> None:
        if reply.received is None:
            raise Broken("a reply is judged that is not in the journal")
        if batch.content.reference is None:
            self._require_final(batch, reply)
        verdict = await self._verdicts.verdict(batch, reply.holder, reply.received)
        if isinstance(verdict, RefusalReason):
            await self._replies.ended(batch.batch_id, reply.holder, ReplyState.REJECTED, verdict)
        else:
            latency = self._clock.wall_ms() - (batch.committed_at_ms or batch.created_at_ms)
            await self._replies.accepted(batch.batch_id, verdict, latency_ms=latency)

    def _require_final(self, batch: AskedBatch, reply: AskedReply) -> None:
        commitment = final_commitment_of(self._view, self._me, batch.batch_id)
        if reply.place not in {None, self._view.place_of(reply.holder, commitment)}:
            self._reordering.look_again()
            raise NotYetCommitted("A reorganisation came since the reply did; the next round looks at both.")

    async def end_overdue(self) -> None:
        """Expire what was not answered by its deadline and close batches with nothing left to wait for."""
        now = self._clock.chain_time()
        for batch in await self._asked.batches_in(BatchState.PREPARED):
            if batch.deadline < now and self._view.commitment(self._me, batch.batch_id) is None:
                await self._asked.close(batch.batch_id, BatchState.FAILED)
                self._changed()
        for batch in await self._asked.batches_in(BatchState.COMMITTED):
            await self._end_batch(batch, overdue=batch.deadline < now)
        # An express deadline is the wall's, too: a chain may stand still meanwhile.
        latest = max(now, self._clock.wall_ms() // 1_000)
        for batch in await self._asked.batches_in(BatchState.ASKED):
            await self._end_batch(batch, overdue=batch.deadline < latest)

    async def _end_batch(self, batch: AskedBatch, *, overdue: bool) -> None:
        open_holders = 0
        for holder, state in (await self._replies.states_of(batch.batch_id)).items():
            match state:
                case ReplyState.WAITING if overdue:
                    await self._replies.ended(batch.batch_id, holder, ReplyState.EXPIRED)
                case ReplyState.WAITING | ReplyState.RECEIVED:
                    open_holders += 1
                case ReplyState.ACCEPTED | ReplyState.REJECTED | ReplyState.REFUSED | ReplyState.EXPIRED:
                    pass
                case _:
                    assert_never(state)
        if open_holders == 0:
            await self._asked.close(batch.batch_id, BatchState.DONE)
            self._changed()

    def _holders(self, batch: AskedBatch) -> tuple[MemberId, ...]:
        """Members in standing that had published before the commitment; the others are not ready."""
        view = self._view
        commitment = view.commitment(self._me, batch.batch_id)
        if commitment is None:
            return ()
        block = commitment.at.block_number
        return tuple(
            member.id
            for member in view.members_in_standing()
            if member.id != self._me and view.publication_before(member.id, block) is not None
        )
