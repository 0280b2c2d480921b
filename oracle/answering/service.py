"""Takes each batch of another member from its commitment to its delivered reply, journalling every step."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias, assert_never

import structlog

from oracle.answering.admission import Admission
from oracle.answering.ports import Always, ChainClock, Turns
from oracle.answering.reordering import Reordering
from oracle.answering.replying import ReplyMaker
from oracle.chain.facts import Committed
from oracle.chain.grounds import ground_of_commitment
from oracle.chain.view import AllianceView
from oracle.crypto.errors import CryptoError
from oracle.domain.answered import AnsweredBatch, AnswerState, Envelope
from oracle.domain.errors import Broken, Refused, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.settlement import Refusal, RefusalReason
from oracle.peer.bodies.refusal import encode_refusal
from oracle.peer.courier import Courier
from oracle.peer.errors import FrameTooLarge
from oracle.store.answered import AnswerJournal
from oracle.telemetry.metrics import REFUSED, timed_stage

log = structlog.get_logger()
PER_REQUESTER = 2
"""Batches of one requester under way at once: one that is slow or gone holds up nobody else."""
SALT_SIZE = 16
Lanes: TypeAlias = defaultdict[MemberId, asyncio.Lock]
"""One batch of a requester at a time is let in, whichever way it came."""


class Answering:
    """A round takes every open batch as far as it goes now; what cannot go on waits for the next one."""

    def __init__(
        self,
        *,
        me: MemberId,
        journal: AnswerJournal,
        admission: Admission,
        maker: ReplyMaker,
        reordering: Reordering,
        courier: Courier,
        view: AllianceView,
        clock: ChainClock,
        turns: Turns | None = None,
        lanes: Lanes | None = None,
    ) -> None:
        self._me = me
        self._journal = journal
        self._admission = admission
        self._maker = maker
        self._reordering = reordering
        self._courier = courier
        self._view = view
        self._clock = clock
        self._turns = turns or Always()
        self._lanes = defaultdict(asyncio.Lock) if lanes is None else lanes
        self._places = defaultdict[MemberId, asyncio.Semaphore](lambda: asyncio.Semaphore(PER_REQUESTER))
        self._under_way: set[tuple[MemberId, BatchId]] = set()

    async def note(self, committed: Iterable[Committed]) -> None:
        """Journal batches that others committed; safe to repeat."""
        for fact in committed:
            if fact.requester != self._me:
                await self._journal.seen(fact.requester, fact.batch_id, fact.count, fact.deadline)

    async def note_reorganisation(self) -> None:
        """Forget batches whose commitment is gone and that nothing was signed for; look at the others."""
        self._reordering.look_again()
        for requester, batch_id in await self._journal.open_batches():
            if self._view.commitment(requester, batch_id) is None:
                await self._journal.unseen(requester, batch_id)

    async def round(self) -> None:
        """Take all open batches that are not under way one attempt further, soonest deadline first."""
        await self._reordering.round()
        async with asyncio.TaskGroup() as group:
            for requester, batch_id in await self._journal.open_batches():
                if (requester, batch_id) not in self._under_way:
                    self._under_way.add((requester, batch_id))
                    group.create_task(self._attempt(requester, batch_id))

    async def _attempt(self, requester: MemberId, batch_id: BatchId) -> None:
        async with self._places[requester]:
            try:
                if await self._turns.take(requester):
                    try:
                        await self._advance(requester, batch_id)
                    finally:
                        await self._turns.give_back(requester)
            except Transient as error:
                log.info("answer_waits", batch=batch_id.hex(), reason=error.code)
            except Refused as error:
                # The other side sent something else than agreed, or does not want the reply any more.
                log.warning("answer_not_taken", batch=batch_id.hex(), reason=error.code)
            finally:
                self._under_way.discard((requester, batch_id))

    async def _advance(self, requester: MemberId, batch_id: BatchId) -> None:
        while (batch := await self._journal.batch(requester, batch_id)) is not None:
            committed = self._view.commitment(requester, batch_id)
            if committed is None:
                return
            if batch.deadline < self._clock.chain_time():
                await self._journal.ended(
                    requester, batch_id, AnswerState.EXPIRED, RefusalReason.DEADLINE_PASSED
                )
                return
            match batch.state:
                case AnswerState.SEEN | AnswerState.FETCHED | AnswerState.SEALED if not self._view.final(
                    committed
                ):
                    return
                case AnswerState.SEEN:
                    await self._fetch(batch, committed)
                case AnswerState.FETCHED:
                    await self._answer(batch, committed)
                case AnswerState.SEALED:
                    if not self._reordering.in_order(batch, committed):
                        # A reorganisation came while it was made: the next round opens it again.
                        self._reordering.look_again()
                        return
                    await self._deliver(batch)
                case AnswerState.DELIVERED | AnswerState.SETTLED | AnswerState.REFUSED | AnswerState.EXPIRED:
                    return
                case _:
                    assert_never(batch.state)

    async def _fetch(self, batch: AnsweredBatch, committed: Committed) -> None:
        if self._view.publication_before(self._me, committed.at.block_number) is None:
            await self._refuse(batch, RefusalReason.NOT_READY)
            return
        with timed_stage("fetch"):
            message = await self._courier.fetch_envelope(batch.requester, batch.batch_id)
        envelope = self._admission.read_envelope(message, committed)
        if isinstance(envelope, RefusalReason):
            await self._refuse(batch, envelope)
            return
        await self._journal.fetched(batch.requester, batch.batch_id, envelope)

    async def _answer(self, batch: AnsweredBatch, committed: Committed) -> None:
        if batch.envelope is None:
            raise Broken("a fetched batch has no envelope in the journal")
        # One at a time per requester: two batches must not both be let in on the same free credit.
        async with self._lanes[batch.requester]:
            await self._admit_and_seal(batch, batch.envelope, committed)

    async def _admit_and_seal(self, batch: AnsweredBatch, envelope: Envelope, committed: Committed) -> None:
        ground = ground_of_commitment(committed)
        standing = await self._admission.standing(batch.requester, batch.batch_id)
        reason = self._admission.refusal(envelope, ground, requester=batch.requester, standing=standing)
        if reason is not None:
            await self._refuse(batch, reason)
            return
        placed = self._view.publication_before(self._me, committed.at.block_number)
        if placed is None:
            raise Broken("an admitted batch has no snapshot to be answered from")
        if not await self._maker.can_make(placed):
            await self._refuse(batch, RefusalReason.NOT_READY)
            return
        try:
            with timed_stage("evaluate"):
                answer = await self._maker.make(
                    batch.batch_id, envelope.elements, placed, requester=batch.requester
                )
        except CryptoError:
            await self._refuse(batch, RefusalReason.ELEMENT_INVALID)
            return
        except FrameTooLarge:
            await self._refuse(batch, RefusalReason.REPLY_TOO_LARGE)
            return
        await self._journal.sealed(
            batch.requester, batch.batch_id, answer, self._admission.query_fees(batch.count, ground)
        )

    async def _deliver(self, batch: AnsweredBatch) -> None:
        if batch.answer is None:
            raise Broken("a sealed batch has no reply in the journal")
        with timed_stage("deliver"):
            await self._courier.deliver_reply(
                batch.requester, batch.batch_id, statement=batch.answer.statement, frame=batch.answer.frame
            )
        await self._journal.delivered(batch.requester, batch.batch_id, earlier=batch.earlier)

    async def _refuse(self, batch: AnsweredBatch, reason: RefusalReason) -> None:
        """Tell the requester why, then end; if it is not reached now, the next round tells it again."""
        log.info(
            "batch_refused", batch=batch.batch_id.hex(), requester=int(batch.requester), reason=reason.name
        )
        frame = encode_refusal(Refusal.because(reason), salt=secrets.token_bytes(SALT_SIZE))
        await self._courier.deliver_refusal(batch.requester, batch.batch_id, frame=frame)
        committed = self._view.commitment(batch.requester, batch.batch_id)
        place = None if committed is None else self._view.place_of(self._me, committed)
        await self._journal.ended(batch.requester, batch.batch_id, AnswerState.REFUSED, reason, place=place)
        REFUSED.labels("us", reason.name.lower()).inc()
