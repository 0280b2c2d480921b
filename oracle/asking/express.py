"""Takes express batches to their holders, all at once, and takes each answer when it comes."""

import asyncio
from collections.abc import Callable

import stamina
import structlog

from oracle.asking.collecting import Collector
from oracle.asking.judging import Judge
from oracle.asking.launching import Launch, NotOnDisk, OnDisk
from oracle.asking.ports import Clock
from oracle.domain.asked import AskedBatch, BatchState, ReceivedReply, ReplyNews, ReplyState
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.domain.settlement import RefusalReason, reason_name
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.envelope import encode_envelope
from oracle.peer.bodies.refusal import decode_refusal
from oracle.peer.courier import Courier
from oracle.peer.errors import EndpointRefused, PeerRefused, PeerUnknown
from oracle.peer.sealed import OpenedMessage
from oracle.peer.statements import parse_request
from oracle.store.asked import AskedJournal
from oracle.store.replies import ReplyJournal
from oracle.telemetry.metrics import REFUSED, STAGE_SECONDS

log = structlog.get_logger()
LATE_MS = 2_000
"""An answer that comes so much later is no answer any more, but its holder gets a receipt for it."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.0
RECEIPTS_WAIT_S, TELLING_S = 0.5, 0.02
"""Receipts of a batch wait for its end, but no longer than the first: they would be in the way of the answers
that come. The second is for whoever asked to be told that it ended."""
LEFT_OVER_MS = 5_000
"""A batch this old that nobody carries was left by a daemon that ended."""


class NotAnsweredInTime(Transient):
    """A holder has taken an express request and not answered by the deadline."""

    code = "not_answered_in_time"


class Expressing:
    """Each holder is a task of its own, so that one that is slow or gone delays no other."""

    def __init__(
        self,
        *,
        asked: AskedJournal,
        replies: ReplyJournal,
        judge: Judge,
        collector: Collector,
        courier: Courier,
        clock: Clock,
        launched: Callable[[], None],
        judged: Callable[[], None],
        changed: Callable[[], None],
        taken: Callable[[str, ReplyNews], None],
    ) -> None:
        """`launched` wakes the round that sends, `judged` the one that writes receipts.

        Whoever follows a query learns by `changed` that there is something to read, by `taken` what was
        written.
        """
        self._asked = asked
        self._replies = replies
        self._judge = judge
        self._collector = collector
        self._courier = courier
        self._clock = clock
        self._launched = launched
        self._judged = judged
        self._changed = changed
        self._taken = taken
        self._fresh: list[Launch] = []
        self._under_way: set[BatchId] = set()
        self._receipts_wait: asyncio.TimerHandle | None = None

    def launch(self, launch: Launch) -> None:
        """Send it in the round that this wakes."""
        self._under_way.add(launch.batch.batch_id)
        self._fresh.append(launch)
        self._launched()

    async def round(self) -> None:
        """Carry everything that was launched since the last round, and what an ended daemon has left."""
        fresh, self._fresh = self._fresh, []
        async with asyncio.TaskGroup() as group:
            for launch in fresh:
                group.create_task(self._carry(launch))
            if not fresh:
                for launch in await self._left_over():
                    self._under_way.add(launch.batch.batch_id)
                    group.create_task(self._carry(launch))

    async def _left_over(self) -> list[Launch]:
        old = self._clock.wall_ms() - LEFT_OVER_MS
        found = []
        for batch in await self._asked.batches_in(BatchState.ASKED):
            if batch.batch_id not in self._under_way and batch.created_at_ms < old:
                states = await self._replies.states_of(batch.batch_id)
                waiting = tuple(holder for holder, state in states.items() if state is ReplyState.WAITING)
                request = parse_request(batch.content.statement).value
                until_ms = batch.created_at_ms + 1_000 * (request.deadline - request.issued_at)
                found.append(
                    Launch(batch=batch, holders=waiting, until_ms=until_ms, on_disk=OnDisk.as_found())
                )
        return found

    async def _carry(self, launch: Launch) -> None:
        batch_id = launch.batch.batch_id
        try:
            async with asyncio.TaskGroup() as group:
                frame = encode_envelope(unpack_elements(launch.batch.content.elements))
                tasks = []
                for holder in launch.in_turn:
                    tasks.append(group.create_task(self._ask(launch, holder, frame)))
                    # One is sealed while the batch is written; the others then, one by one, so that those
                    # that answer are judged before the last of them is asked.
                    await asyncio.sleep(0)
                    await launch.on_disk.reached()
                    await launch.head_start(tasks)
                left_s = max(0, launch.until_ms - self._clock.wall_ms()) / 1_000
                if tasks:
                    await asyncio.wait(tasks, timeout=left_s)
                # What came in time is judged in its turn, however many came before it.
                await launch.judged()
                if await launch.on_disk.reached() and not any(
                    task.done() and task.result() for task in tasks
                ):
                    await self._asked.finish(batch_id)
                    self._changed()
        finally:
            self._under_way.discard(batch_id)
            self._write_receipts(within_s=TELLING_S)

    def _write_receipts(self, *, within_s: float) -> None:
        loop, waiting = asyncio.get_running_loop(), self._receipts_wait
        if waiting is not None and waiting.when() > loop.time() + within_s:
            waiting.cancel()
            waiting = None
        if waiting is None or waiting.when() <= loop.time():
            self._receipts_wait = loop.call_later(within_s, self._judged)

    async def _ask(self, launch: Launch, holder: MemberId, frame: bytes) -> bool:
        """Whether the batch ended with this holder's answer."""
        batch = launch.batch
        try:
            return await self._patiently(launch, holder, frame)
        except (Transient, EndpointRefused, PeerUnknown) as error:
            # Not reached in time: its part expires with the batch.
            log.info(
                "express_not_answered", batch=batch.batch_id.hex(), holder=int(holder), reason=error.code
            )
        except PeerRefused as error:
            # It answers, but no express requests: a release from before them, perhaps.
            log.info("express_not_served", holder=int(holder), reason=error.peer_code)
            await self._replies.ended(
                batch.batch_id, holder, ReplyState.REFUSED, RefusalReason.MODE_NOT_SERVED
            )
            self._changed()
        except NotOnDisk:
            # Whoever asked is told why; no part of it is journalled.
            return False
        except Refused as error:
            log.warning("express_answer_unusable", holder=int(holder), reason=error.code)
            await self._replies.ended(
                batch.batch_id, holder, ReplyState.REJECTED, RefusalReason.REPLY_MALFORMED
            )
            self._changed()
        return False

    async def _patiently(self, launch: Launch, holder: MemberId, frame: bytes) -> bool:
        """Ask until the deadline: a holder that is busy, or lags, may answer in time all the same."""
        left_s = (launch.until_ms - self._clock.wall_ms()) / 1_000
        if left_s <= 0:
            raise NotAnsweredInTime("The query's deadline passed before this holder was asked.")
        try:
            # Most answer at once: what it takes to try again is set up for those that do not.
            return await self._once(launch, holder, frame)
        except Transient:
            await asyncio.sleep(FIRST_PAUSE_S)
        async for attempt in stamina.retry_context(
            on=Transient,
            attempts=None,
            timeout=left_s,
            wait_initial=FIRST_PAUSE_S,
            wait_max=LONGEST_PAUSE_S,
            wait_jitter=FIRST_PAUSE_S,
        ):
            with attempt:
                return await self._once(launch, holder, frame)
        return False

    async def _once(self, launch: Launch, holder: MemberId, frame: bytes) -> bool:
        batch = launch.batch
        left_s = (launch.until_ms + LATE_MS - self._clock.wall_ms()) / 1_000
        try:
            async with asyncio.timeout(max(0.0, left_s)):
                message = await self._courier.ask_express(
                    holder,
                    batch.batch_id,
                    statement=batch.content.statement,
                    frame=frame,
                    before=launch.on_disk.require,
                )
        except TimeoutError as error:
            raise NotAnsweredInTime("The holder has not answered within the query's deadline.") from error
        with launch.judging(in_time=self._clock.wall_ms() <= launch.until_ms):
            ended = await self._take(batch, message)
        self._write_receipts(within_s=RECEIPTS_WAIT_S)
        return ended

    async def _take(self, batch: AskedBatch, message: OpenedMessage) -> bool:
        """Judge it where it came: verdict and reply are one write, and nothing follows before that."""
        batch_id, holder = batch.batch_id, message.header.sender
        if message.header.type is MessageType.REFUSAL:
            refusal = decode_refusal(message.frame)
            if await self._replies.ended(batch_id, holder, ReplyState.REFUSED, refusal.reason):
                REFUSED.labels("a holder", reason_name(refusal.reason)).inc()
            self._changed()
            return False
        reply = ReceivedReply(
            statement=message.statement,
            frame=message.frame,
            sender_key_version=message.header.sender_key_version,
        )
        verdict = await self._judge.verdict(batch, holder, reply)
        latency_ms = self._clock.wall_ms() - batch.created_at_ms
        news = await self._replies.taken(batch_id, holder, reply, verdict=verdict, latency_ms=latency_ms)
        if news is not None:
            STAGE_SECONDS.labels("express_reply").observe(latency_ms / 1_000)
            self._taken(batch.query_id, news)
            return news.ended
        part = await self._replies.reply(batch_id, holder)
        if part is not None:
            await self._collector.take_again(batch, part)
        return False
