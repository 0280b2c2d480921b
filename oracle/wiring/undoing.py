"""Undoes what followed from blocks that a reorganisation dropped; a start finishes what is left of it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from oracle.chain.errors import NodeRefused
from oracle.chain.facts import Committed
from oracle.domain.errors import Transient
from oracle.domain.ids import BlockNumber
from oracle.store.errors import StandingBy
from oracle.wiring.foundation import Foundation
from oracle.wiring.holder import Holder
from oracle.wiring.requester import Requester

log = structlog.get_logger()
RETRY_S = 2.0


async def patiently(step: Callable[[], Awaitable[object]]) -> bool:
    """However long nodes or store are away; False when it is for the daemon that leads now."""
    while True:
        try:
            await step()
        except StandingBy:
            return False
        except (Transient, NodeRefused) as error:
            log.warning("transactions_wait", reason=error.code)
            await asyncio.sleep(RETRY_S)
        else:
            return True


class Undoing:
    """The event journal notes each of its rollbacks in the transaction that does it; the note goes last.

    So a start finds what an earlier run, or the time before the member was opened, has left to undo.
    """

    def __init__(self, base: Foundation, *, requester: Requester, holder: Holder) -> None:
        self._base = base
        self._requester = requester
        self._holder = holder
        self._turn = asyncio.Lock()

    async def finish(self) -> bool:
        """Whether there was something to undo here; own transactions are then to be sent again."""
        async with self._turn:
            rollback = await self._base.facts.rolled_back()
            if rollback is None:
                return False
            await self._holder.publisher.note_reorganisation(rollback.to)
            # The dataset is each daemon's own. What the store has is the leader's to undo: whoever does not
            # lead keeps the note until it does.
            if not await self.undo(rollback.to):
                return False
            await self._base.facts.followed_up(rollback)
            return True

    async def undo(self, valid_to: BlockNumber) -> bool:
        """Safe to repeat. False when another daemon leads."""
        if not self._base.leadership.holds():
            return False
        steps = (
            lambda: self._base.lane.roll_back(valid_to),
            self._requester.collector.note_reorganisation,
            self._holder.answering.note_reorganisation,
            # What came back while it was looked at was taken for gone.
            lambda: self._holder.answering.note(self.open_commitments()),
        )
        for step in steps:
            if not await patiently(step):
                return False
        return True

    def open_commitments(self) -> tuple[Committed, ...]:
        """What the chain has and whose deadline is not over."""
        now = self._base.clock.chain_time()
        return tuple(fact for fact in self._base.view.commitments.all if fact.deadline >= now)
