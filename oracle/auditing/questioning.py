"""Asks holders what the accused of a case told them: each until it has answered, or time is up."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Final, Protocol

import structlog

from oracle.auditing.fetching import Fetching
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.rules.cases import Case
from oracle.store.presented import PresentedJournal

log = structlog.get_logger()
AT_ONCE: Final = 8
"""Holders that are asked at the same time."""
ASK_S: Final = 20.0
"""For one of them to answer: an auditor has other duties."""
ATTEMPTS: Final = 64
"""In the time to rule: one that is away is not called at every round."""


class ChainClock(Protocol):
    """The newest block's time."""

    @property
    def now(self) -> int: ...


class Questioning:
    """What came is journalled at once; whoever has answered is asked no more, also after a restart."""

    def __init__(self, *, fetching: Fetching, journal: PresentedJournal, clock: ChainClock) -> None:
        self._fetching = fetching
        self._journal = journal
        self._clock = clock
        self._again_at: dict[bytes, int] = {}
        """By case; lost with the process, which costs one more call."""

    def waits(self, case: Case, *, last: bool) -> bool:
        """Whether holders of this case are away, and it is too early to call them again."""
        return not last and self._clock.now < self._again_at.get(case.id, 0)

    async def presented(
        self, case: Case, batch_id: BatchId, holders: Collection[MemberId], *, last: bool
    ) -> Mapping[MemberId, bytes] | None:
        """The file of each holder that answers; None while one may still do so: not to the `last`."""
        answered = await self._journal.of(case.id)
        asked = [holder for holder in holders if holder not in answered]
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for holder in asked:
                group.create_task(self._ask(case, batch_id, holder, places))
        answered = await self._journal.of(case.id)
        if not last and any(holder not in answered for holder in holders):
            pause = (case.decide_by - case.answer_by) // ATTEMPTS
            self._again_at[case.id] = self._clock.now + pause
            return None
        self._again_at.pop(case.id, None)
        return {holder: answered[holder] for holder in holders if holder in answered}

    async def forget(self, *, before: int) -> None:
        """What holders presented in cases that were opened before this time."""
        await self._journal.forget(before=before)

    async def _ask(self, case: Case, batch_id: BatchId, holder: MemberId, places: asyncio.Semaphore) -> None:
        try:
            async with places, asyncio.timeout(ASK_S):
                file = await self._fetching.receipt(case, holder, batch_id)
        except (Transient, Refused, TimeoutError) as error:
            reason = "timeout" if isinstance(error, TimeoutError) else error.code
            log.info("receipt_not_presented", case_id=case.id.hex(), holder=int(holder), reason=reason)
            return
        await self._journal.keep(case.id, holder, file, opened_at=case.opened_at)
