"""Delivers a reply again whose receipt does not come: its requester may have lost what it had."""

import asyncio
from dataclasses import dataclass

import structlog

from oracle.answering.ports import ChainClock
from oracle.domain.answered import AnswerState
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.peer.courier import Courier
from oracle.store.answered import AnswerJournal

log = structlog.get_logger()
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 3_600


@dataclass(slots=True)
class _Wait:
    """When a batch's reply is delivered again, by the chain's time, and how long it is waited then."""

    until: int
    length_s: int


class Reminding:
    """Waits twice as long each time; what is waited for is in the journal, only the waits are in memory."""

    def __init__(
        self, *, journal: AnswerJournal, courier: Courier, clock: ChainClock, first_wait_s: int = FIRST_WAIT_S
    ) -> None:
        self._journal = journal
        self._courier = courier
        self._clock = clock
        self._first_wait_s = first_wait_s
        self._waits: dict[tuple[MemberId, BatchId], _Wait] = {}

    async def round(self) -> None:
        """Deliver again what has waited long enough."""
        now = self._clock.chain_time()
        open_ones = await self._journal.without_receipt()
        waits = {
            key: self._waits.get(key, _Wait(now + self._first_wait_s, self._first_wait_s))
            for key in open_ones
        }
        self._waits = waits
        async with asyncio.TaskGroup() as group:
            for key, wait in waits.items():
                if wait.until <= now:
                    wait.length_s = min(2 * wait.length_s, LONGEST_WAIT_S)
                    wait.until = now + wait.length_s
                    group.create_task(self._remind(*key))

    async def _remind(self, requester: MemberId, batch_id: BatchId) -> None:
        batch = await self._journal.batch(requester, batch_id)
        if batch is None or batch.answer is None or batch.state is not AnswerState.DELIVERED:
            return  # its receipt came meanwhile
        log.info("reply_delivered_again", batch=batch_id.hex(), requester=int(requester))
        try:
            await self._courier.deliver_reply(
                requester, batch_id, statement=batch.answer.statement, frame=batch.answer.frame
            )
        except (Transient, Refused) as error:
            log.info("reminder_not_taken", batch=batch_id.hex(), reason=error.code)
