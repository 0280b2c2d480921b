"""One import from first byte to summary: parse, tag, stage, and at the end apply everything at once."""

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from oracle.dataset.columns import Defaults
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import StrictImportRefused
from oracle.dataset.importing import ImportFormat, LineReader, ParsedLine
from oracle.dataset.lines import BadLine
from oracle.dataset.staging import Applied, apply_staged, clear_staged, stage
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tagging import Tagger
from oracle.dataset.threads import Threads

_CHUNK_BYTES: Final = 64 * 1024
_BATCH_LINES: Final = 4_000


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
    """Used once. An import that does not reach its end, for whatever reason, leaves nothing behind."""

    def __init__(
        self,
        environment: DatasetEnvironment,
        cipher: RowCipher,
        tagger: Tagger,
        threads: Threads,
        report: ImportReport,
        *,
        strict: bool,
    ) -> None:
        self._environment = environment
        self._cipher = cipher
        self._tagger = tagger
        self._threads = threads
        self._report = report
        self._strict = strict
        self._batch: list[ParsedLine] = []
        self._good = 0
        self._bad = 0
        self._first_bad = 0

    async def run(
        self, chunks: AsyncIterable[bytes], form: ImportFormat, defaults: Defaults
    ) -> ImportSummary:
        reader = LineReader(form, defaults)
        try:
            await self._threads.write(clear_staged, self._environment)
            async for chunk in chunks:
                for start in range(0, len(chunk), _CHUNK_BYTES):
                    part = chunk[start : start + _CHUNK_BYTES]
                    await self._take(await self._threads.read(_feed, reader, part))
            await self._take(await self._threads.read(_finish, reader))
            await self._stage()
            return await self._apply()
        finally:
            await self._threads.write(clear_staged, self._environment)

    async def _take(self, lines: Sequence[ParsedLine | BadLine]) -> None:
        for line in lines:
            if isinstance(line, BadLine):
                await self._skip(line)
            else:
                self._batch.append(line)
                self._good += 1
        if len(self._batch) >= _BATCH_LINES:
            await self._stage()

    async def _skip(self, line: BadLine) -> None:
        self._bad += 1
        self._first_bad = self._first_bad or line.number
        await self._report(line)

    async def _stage(self) -> None:
        batch, self._batch = self._batch, []
        # Once a strict import has a bad line, the rest is only read to list the others.
        if batch and not (self._strict and self._bad):
            tags = await self._tagger.tags([line.subject.encoded for line in batch])
            await self._threads.write(stage, self._environment, self._cipher, batch, tags)
        await self._report(ImportProgress(lines=self._good + self._bad, good=self._good, skipped=self._bad))

    async def _apply(self) -> ImportSummary:
        if self._strict and self._bad:
            raise StrictImportRefused(bad_lines=self._bad, first_number=self._first_bad)
        lines = self._good + self._bad
        applied: Applied = await self._threads.write(self._apply_staged)
        for line in applied.refused:
            await self._skip(line)
        return ImportSummary(
            lines=lines,
            added=applied.added,
            updated=applied.updated,
            unchanged=applied.unchanged,
            skipped=self._bad,
        )

    def _apply_staged(self) -> Applied:
        return apply_staged(self._environment, self._cipher, strict=self._strict)


def _feed(reader: LineReader, part: bytes) -> list[ParsedLine | BadLine]:
    return list(reader.feed(part))


def _finish(reader: LineReader) -> list[ParsedLine | BadLine]:
    return list(reader.finish())
