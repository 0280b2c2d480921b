"""Whole transactions in one visit to a thread each, and writes that come together in one transaction.

Awaited statement by statement, a transaction goes to another thread and back at each of them, at its begin
and at its end: that takes longer than most statements do. Here a function has the connection for as long as
its transaction lasts. Its statements are built once, with names for their values: to build one and to look
it up among those that are compiled takes five times as long as to execute it.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from oracle.domain.errors import RiskmeshError

Result = TypeVar("Result")
Work = Callable[[Connection], Result]
_Tell = Callable[[], None]
_THREADS: Final = 3
"""One that writes and two that read beside it."""


@dataclass(slots=True, kw_only=True)
class _Waiting:
    work: Work[Any]
    done: asyncio.Future[Any]


class Visits:
    """`turn` is that of whoever else writes in this process; `begin` is called first in each writing."""

    def __init__(
        self, reading: Engine, writing: Engine, *, turn: asyncio.Lock, begin: Callable[[Connection], None]
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._turn = turn
        self._begin = begin
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="store")
        self._waiting: list[_Waiting] = []
        self._group: asyncio.Task[None] | None = None

    async def read(self, work: Work[Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, work)

    async def write(self, work: Work[Result]) -> Result:
        """In one transaction with all that came while another was on its way to the disk.

        To wait for the disk takes as long for one as for a hundred. What one refuses is undone
        alone. A commit that fails fails for all, and so does a statement that the store itself fails at:
        SQLite may have undone with it all that came before. One that is cancelled undoes no other.
        """
        one = _Waiting(work=work, done=asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._group is None or self._group.done():
            self._group = asyncio.create_task(self._write_waiting())
        result: Result = await one.done
        return result

    async def close(self) -> None:
        """Waits for what has begun."""
        if self._group is not None:
            await self._group
        await asyncio.to_thread(self._threads.shutdown)
        self._reading.dispose()

    async def _write_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            async with self._turn:
                waiting, self._waiting = self._waiting, []
                group = [one for one in waiting if not one.done.cancelled()]
                written = loop.run_in_executor(self._threads, self._write, group)
                (told,) = await asyncio.gather(written, return_exceptions=True)
            if isinstance(told, BaseException):
                told = [partial(one.done.set_exception, told) for one in group]
            for one, tell in zip(group, told, strict=True):
                if not one.done.cancelled():
                    tell()

    def _read(self, work: Work[Result]) -> Result:
        with self._reading.connect() as connection:
            return work(connection)

    def _write(self, group: Sequence[_Waiting]) -> list[_Tell]:
        """What to tell each of them once this has returned: the commit is done by then."""
        with self._writing.begin() as connection:
            self._begin(connection)
            if len(group) == 1:
                return [partial(group[0].done.set_result, group[0].work(connection))]
            return [_one_of_many(one, connection) for one in group]


def _one_of_many(one: _Waiting, connection: Connection) -> _Tell:
    savepoint = connection.begin_nested()
    try:
        result = one.work(connection)
    except (IntegrityError, RiskmeshError) as error:
        savepoint.rollback()
        return partial(one.done.set_exception, error)
    savepoint.commit()
    return partial(one.done.set_result, result)
