"""Work that is done in rounds: woken when there is news, and now and then in any case."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from oracle.domain.errors import Refused, RiskmeshError, Transient
from oracle.domain.reports import RoundLine
from oracle.telemetry.metrics import ROUND_FAILURES, ROUND_SECONDS

log = structlog.get_logger()


def _never() -> bool:
    return False


@dataclass(slots=True, kw_only=True)
class Round:
    """One kind of work, begun whenever there is news; a wake-up during a round causes another.

    A round that talks to other members may `overlap` itself: what it still waits for, say a member that does
    not answer, must not hold up what it could begin for others. Such work notes for itself what is under way.
    """

    name: str
    work: Callable[[], Awaitable[None]]
    every_s: float
    overlap: bool = False
    held: Callable[[], bool] = _never
    """Nothing is begun while this holds."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by whoever has something for this round."""
    _running: int = field(default=0, init=False)
    _ended_at: int | None = field(default=None, init=False)
    _failure: str = field(default="", init=False)

    def wake(self) -> None:
        self.news.set()

    async def run(self) -> None:
        """Run until cancelled. `Broken` and `Misconfigured` end the daemon; the journal survives them."""
        async with asyncio.TaskGroup() as group:
            while True:
                self.news.clear()
                begun = group.create_task(self._once())
                if not self.overlap:
                    await begun
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.every_s):
                        await self.news.wait()

    @property
    def line(self) -> RoundLine:
        """How it went last, for the status."""
        return RoundLine(
            name=self.name, running=self._running, last_ended_at=self._ended_at, last_failure=self._failure
        )

    async def _once(self) -> None:
        if self.held():
            return
        began, failure = time.monotonic(), ""
        self._running += 1
        try:
            await self.work()
        except* (Transient, Refused) as group:
            # Whatever is left in a group after these is ours to stop for.
            for error in _leaves(group):
                failure = error.code if isinstance(error, RiskmeshError) else type(error).__name__
                ROUND_FAILURES.labels(self.name, failure).inc()
                log.warning("round_met", task=self.name, error=error)
        finally:
            self._running -= 1
        self._failure, self._ended_at = failure, int(time.time())
        ROUND_SECONDS.labels(self.name).observe(time.monotonic() - began)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
