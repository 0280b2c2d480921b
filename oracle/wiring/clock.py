"""The times a daemon knows: the chain's, from the newest block read, and the wall's."""

import asyncio
import time
from collections.abc import Callable

from oracle.chain.view import AllianceView


class ChainClock:
    """Told of every step of the event stream; what waits for a block is woken by it."""

    def __init__(self, view: AllianceView, wake: Callable[[], None]) -> None:
        self._view = view
        self._wake = wake
        self._moved = asyncio.Condition()
        self.caught_up = asyncio.Event()
        """Set once the newest block read was the node's head, too."""

    def chain_time(self) -> int:
        """Timestamp of the newest block read, unix seconds; 0 before the first."""
        return 0 if self._view.head is None else self._view.head.timestamp

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def reached(self, block: int) -> None:
        """Wait until the local view has read this block."""
        await self.until(lambda: self._head() >= block)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until this holds after a step of the event stream."""
        async with self._moved:
            await self._moved.wait_for(holds)

    async def catch_up(self, holds: Callable[[], bool], *, patience_s: float) -> bool:
        """Read the chain now, not at the next poll, until this holds; False when it does not in time."""
        self._wake()
        try:
            async with asyncio.timeout(patience_s):
                await self.until(holds)
        except TimeoutError:
            return False
        return True

    async def tell(self) -> None:
        async with self._moved:
            self._moved.notify_all()

    def _head(self) -> int:
        return -1 if self._view.head is None else self._view.head.number
