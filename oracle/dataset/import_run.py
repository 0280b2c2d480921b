"""One import from first byte to summary: blocks become runs, and at the end all runs enter at once."""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from oracle.crypto.workers import WorkerLost, builders
from oracle.dataset.blocks import BLOCK_BYTES, Block, BlockCutter
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import ImportRefused, StrictImportRefused
from oracle.dataset.importing import ImportFormat, Reading, read_header
from oracle.dataset.indexing import IndexedBlock, index_block, read_block
from oracle.dataset.lines import BadLine
from oracle.dataset.loading import Loaded, load_runs
from oracle.dataset.runs import Run, clear_runs
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tagging import Tagger
from oracle.dataset.threads import Threads

_CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import is. Lines count once they are read; none is in the dataset before the end."""

    lines: int
    good: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """`lines` = added + updated + unchanged + skipped; blank lines and the header row do not count."""

    lines: int
    added: int
    updated: int
    unchanged: int
    skipped: int


ImportReport = Callable[[ImportProgress | BadLine], Awaitable[None]]


class ImportRun:
    """Used once. An import that is cut off changes nothing and leaves its runs for the next attempt."""

    def __init__(
        self,
        environment: DatasetEnvironment,
        cipher: RowCipher,
        tagger: Tagger,
        threads: Threads,
        report: ImportReport,
        *,
        strict: bool,
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        self._environment = environment
        self._cipher = cipher
        self._keys = tagger.keys(cipher.key_for_workers())
        self._processes = tagger.processes
        self._threads = threads
        self._report = report
        self._strict = strict
        self._cutter = BlockCutter(block_bytes)
        self._reading: Reading
        # The first block waits for a second: a small file needs no processes of its own.
        self._first: Block | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._pending: deque[asyncio.Future[IndexedBlock]] = deque()
        self._runs: list[Path] = []
        self._good = 0
        self._bad = 0
        self._first_bad = 0

    async def run(self, chunks: AsyncIterable[bytes], reading: Reading) -> ImportSummary:
        self._reading = reading
        folder = self._environment.runs_folder
        try:
            async for chunk in chunks:
                for start in range(0, len(chunk), _CHUNK_BYTES):
                    for block in self._cutter.feed(chunk[start : start + _CHUNK_BYTES]):
                        await self._take(block)
            for block in self._cutter.finish():
                await self._take(block)
            if self._first is not None:
                self._start(self._first)
            while self._pending:
                await self._settle()
            await self._close_pool()
            summary = await self._apply()
        except ImportRefused:
            await self._close_pool()
            await self._threads.write(clear_runs, folder)
            raise
        except BrokenProcessPool as error:
            await self._close_pool()
            raise WorkerLost(
                "A process that builds the index ended unexpectedly. Import the file again: what was done "
                "of it is kept."
            ) from error
        except BaseException:
            await self._close_pool()
            raise
        await self._threads.write(clear_runs, folder)
        return summary

    async def _take(self, block: Block) -> None:
        if self._reading.form is ImportFormat.CSV and self._reading.columns is None:
            columns, block = read_header(block)
            self._reading = replace(self._reading, columns=columns)
        if not block.content:
            return
        if self._first is None and not self._pending and not self._runs:
            self._first = block
            return
        if self._processes and self._pool is None:
            self._pool = builders(self._processes)
        for waiting in (self._first, block):
            if waiting is not None:
                self._start(waiting)
        self._first = None
        while len(self._pending) > self._processes + 1:
            await self._settle()

    def _start(self, block: Block) -> None:
        # Once a strict import has a bad line, the rest is only read to list the others.
        work = (
            partial(read_block, self._reading, block)
            if self._strict and self._bad
            else partial(index_block, self._keys, self._environment.runs_folder, self._reading, block)
        )
        self._pending.append(asyncio.get_running_loop().run_in_executor(self._pool, work))

    async def _settle(self) -> None:
        """Waits for the oldest block: lines are reported in the order of the file."""
        done = await self._pending[0]
        self._pending.popleft()
        if done.run is not None:
            self._runs.append(done.run)
        self._good += done.good
        for line in done.bad:
            await self._skip(line)
        await self._report(ImportProgress(lines=self._good + self._bad, good=self._good, skipped=self._bad))

    async def _skip(self, line: BadLine) -> None:
        self._bad += 1
        self._first_bad = self._first_bad or line.number
        await self._report(line)

    async def _apply(self) -> ImportSummary:
        if self._strict and self._bad:
            raise StrictImportRefused(bad_lines=self._bad, first_number=self._first_bad)
        lines = self._good + self._bad
        loaded: Loaded = await self._threads.write(self._load)
        for line in loaded.refused:
            await self._skip(line)
        return ImportSummary(
            lines=lines,
            added=loaded.added,
            updated=loaded.updated,
            unchanged=loaded.unchanged,
            skipped=self._bad,
        )

    def _load(self) -> Loaded:
        runs = [Run(path) for path in self._runs]
        return load_runs(self._environment, self._cipher, runs, strict=self._strict)

    async def _close_pool(self) -> None:
        """Waits for the blocks that have begun, so that nobody writes a run that is cleared away."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)
        await asyncio.gather(*self._pending, return_exceptions=True)
