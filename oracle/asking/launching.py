"""Express batches on their way: sealed while they are written, sent once on disk, and in what order."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from oracle.domain.asked import AskedBatch
from oracle.domain.errors import Refused
from oracle.domain.ids import MemberId

MANY: Final = 16
"""Of fewer holders the first has answered before the last is asked in any case."""
HEAD_START_S: Final = 0.015
"""To ask a hundred takes several times as long."""


class NotOnDisk(Refused):
    """The query could not be journalled, so nothing of it has left."""

    code: ClassVar[str] = "not_on_disk"


class OnDisk:
    """Whether a batch is journalled: it is sealed meanwhile, and leaves then.

    Entered around the writing, it is told by how that ends.
    """

    def __init__(self) -> None:
        self._known = asyncio.Event()
        self._is = False

    @classmethod
    def as_found(cls) -> Self:
        """Of one that was read from there."""
        with cls() as known:
            return known

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is = kind is None
        self._known.set()

    async def reached(self) -> bool:
        """Waits until it is known."""
        await self._known.wait()
        return self._is

    async def require(self) -> None:
        """Waits until it is there. Raises `NotOnDisk` when it never will be."""
        if not await self.reached():
            raise NotOnDisk("The query could not be journalled, so nothing of it has left.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """An express batch that leaves once it is journalled."""

    batch: AskedBatch
    holders: tuple[MemberId, ...]
    until_ms: int
    """Unix milliseconds, by the wall: what has not answered by then has not answered."""
    on_disk: OnDisk
    head_start_s: float = HEAD_START_S
    """Longest that one holder of many is alone."""
    _judging: "set[asyncio.Event]" = field(default_factory=set, init=False, compare=False, repr=False)

    @property
    def in_turn(self) -> tuple[MemberId, ...]:
        """The holders; with another one at the head in each batch, so that one that is down seldom is."""
        if not self.holders:
            return ()
        head = int.from_bytes(self.batch.batch_id) % len(self.holders)
        return self.holders[head:] + self.holders[:head]

    @contextmanager
    def judging(self, *, in_time: bool) -> Iterator[None]:
        """Around what is done about an answer."""
        over = asyncio.Event()
        if in_time:
            self._judging.add(over)
        try:
            yield
        finally:
            self._judging.discard(over)
            over.set()

    async def judged(self) -> None:
        """Waits for the answers that came in time."""
        for over in tuple(self._judging):
            await over.wait()

    async def head_start(self, asked: Collection[asyncio.Task[Any]]) -> None:
        """Where many are to be asked, let the first be judged and written before the others are in its way.

        Whoever asks sees an answer that much earlier, and the last one hardly later.
        """
        if len(asked) == 1 and len(self.holders) > MANY:
            await asyncio.wait(asked, timeout=self.head_start_s)
