"""Processes for work that would hold up the event loop: evaluations, proofs, hashing of whole batches.

Workers are spawned, never forked, so they share no random state and no open files; what a task needs,
keys included, reaches them through a pipe and nothing else.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import ClassVar, Final, ParamSpec, TypeVar

from oracle.crypto.turns import OutOfTurns, Turns
from oracle.domain.errors import Transient
from oracle.domain.ids import MemberId

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


WAITING: Final = 256
WAITING_EACH: Final = 8
"""Tasks of one member that may wait; a receipt or a batch of it is one task."""


_LESS_URGENT: Final = 10
FEW: Final = 4
"""So many elements take less than their way to a worker and back, and hold up nobody for long."""


class WorkersBusy(Transient):
    """As many tasks of other members wait for a worker as may wait."""

    code: ClassVar[str] = "workers_busy"


class WorkerLost(Transient):
    """A worker process died under a task; the task is done again from the journal."""

    code: ClassVar[str] = "worker_lost"


class Workers:
    """A pool of spawned processes; a lost worker fails its task and is replaced.

    Tasks take turns: a member that sends much, or an import of our own, holds up nobody else for long.
    """

    def __init__(
        self, processes: int = 1, *, waiting: int = WAITING, waiting_each: int = WAITING_EACH
    ) -> None:
        self._processes = processes
        self._pool = self._fresh()
        # One more than run at once, so that no worker waits for its next task.
        places = processes + 1
        self._turns = Turns(places=places, places_each=places, waiting=waiting, waiting_each=waiting_each)

    async def run(
        self,
        function: Callable[Arguments, Result],
        *arguments: Arguments.args,
        **keywords: Arguments.kwargs,
    ) -> Result:
        """Run a module-level function in a worker, for ourselves; its own errors come back as they are."""
        _require_positional(keywords)
        async with self._turns.turn(None, patient=True):
            return await self._run(function, *arguments)

    async def run_for(
        self,
        member: MemberId,
        function: Callable[Arguments, Result],
        *arguments: Arguments.args,
        **keywords: Arguments.kwargs,
    ) -> Result:
        """As `run`, for another member: raises `WorkersBusy` at once when too much waits already."""
        _require_positional(keywords)
        try:
            async with self._turns.turn(member):
                return await self._run(function, *arguments)
        except OutOfTurns as error:
            raise WorkersBusy("too many tasks wait for a worker process; try again in a moment") from error

    async def run_sized(
        self, elements: int, member: MemberId | None, function: Callable[..., Result], *arguments: object
    ) -> Result:
        """As `run`, or `run_for` a member; few elements are worked on here, at once."""
        if elements <= FEW:
            return function(*arguments)
        if member is None:
            return await self.run(function, *arguments)
        return await self.run_for(member, function, *arguments)

    async def _run(self, function: Callable[..., Result], *arguments: object) -> Result:
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, function, *arguments)
        except BrokenProcessPool as error:
            if self._pool is pool:
                self._pool = self._fresh()
            raise WorkerLost("a worker process ended unexpectedly; the work is tried again") from error

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _fresh(self) -> ProcessPoolExecutor:
        return _spawned(self._processes, _belong_to_the_daemon)


def builders(processes: int, *, urgent: bool = False) -> ProcessPoolExecutor:
    """Processes for long work of our own, such as an index: whatever answers has the processors first.

    `urgent` work is what others wait for: it gives way to nobody.
    """
    return _spawned(processes, _belong_to_the_daemon if urgent else _build_for_the_daemon)


def _spawned(processes: int, begin: Callable[[], None]) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max_workers=processes, mp_context=context, initializer=begin)


def _require_positional(keywords: Mapping[str, object]) -> None:
    if keywords:
        message = "workers take positional arguments only"
        raise TypeError(message)


def _belong_to_the_daemon() -> None:
    """Runs in a fresh worker: only the daemon decides when it stops, and it never outlives the daemon."""
    # Ctrl-C reaches the whole process group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_daemon, daemon=True).start()


def _build_for_the_daemon() -> None:
    os.nice(_LESS_URGENT)
    _belong_to_the_daemon()


def _end_with_the_daemon() -> None:
    """A daemon that is killed says nothing to its workers: they would wait for ever, keys in memory."""
    daemon = multiprocessing.parent_process()
    if daemon is not None:
        wait([daemon.sentinel])
        os._exit(1)
