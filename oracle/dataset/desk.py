"""The institution's own dataset as its interface shows it: imports, listings, removals, figures."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from oracle.dataset.columns import Defaults
from oracle.dataset.dataset import Dataset
from oracle.dataset.errors import CursorUnusable, StrictImportRefused
from oracle.dataset.import_run import ImportProgress as RunProgress
from oracle.dataset.import_run import ImportSummary as RunSummary
from oracle.dataset.importing import ImportFormat as FileFormat
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.lines import BadLine
from oracle.dataset.ports import Clock, Recalls
from oracle.dataset.publishing import Publisher
from oracle.domain.recalls import RecallReason
from oracle.domain.record import Category
from oracle.domain.reports import (
    BadLineReport,
    DatasetStats,
    ImportFormat,
    ImportProgress,
    ImportSummary,
    PublishedSnapshot,
    RawSubject,
    RecordPage,
    RefusedSubject,
    RemovalSummary,
    StoredRecord,
    record_line,
)
from oracle.domain.subject import Subject, SubjectType, subject_type
from oracle.subjects import SubjectRefused, canonical

SECONDS_A_DAY = 86_400
QUEUED_REPORTS = 1_000
ImportEvent = ImportProgress | BadLineReport | ImportSummary


class RecordsDesk:
    """Converts between the interface's values and the dataset's own."""

    def __init__(self, *, dataset: Dataset, publisher: Publisher, recalls: Recalls, clock: Clock) -> None:
        self._dataset = dataset
        self._recalls = recalls
        self._publisher = publisher
        self._clock = clock

    async def import_records(
        self, chunks: AsyncIterator[bytes], *, file_format: ImportFormat, strict: bool
    ) -> AsyncGenerator[ImportEvent, None]:
        """Read a file as it arrives; the last value is the summary. A strict import is all or nothing."""
        # Bounded: a caller that reads slowly slows the import down instead of filling memory.
        events: asyncio.Queue[ImportEvent | None] = asyncio.Queue(QUEUED_REPORTS)
        run = asyncio.create_task(self._run(chunks, file_format, events, strict=strict))
        try:
            while (event := await events.get()) is not None:
                yield event
            yield await run
        finally:
            if not run.done():
                run.cancel()
            await asyncio.gather(run, return_exceptions=True)

    async def _run(
        self,
        chunks: AsyncIterator[bytes],
        file_format: ImportFormat,
        events: "asyncio.Queue[ImportEvent | None]",
        *,
        strict: bool,
    ) -> ImportSummary:
        skipped = lines = 0

        async def report(news: RunProgress | BadLine) -> None:
            nonlocal skipped, lines
            if isinstance(news, BadLine):
                skipped += 1
                await events.put(BadLineReport(line=news.number, reason=news.reason))
            else:
                lines = news.lines
                await events.put(ImportProgress(line=news.lines, imported=news.good, skipped=news.skipped))

        try:
            summary: RunSummary = await self._dataset.import_lines(
                chunks,
                form=FileFormat(file_format.value),
                defaults=Defaults(today=self._clock.chain_time() // SECONDS_A_DAY),
                report=report,
                strict=strict,
            )
        except StrictImportRefused:
            return ImportSummary(lines=lines, imported=0, skipped=skipped, applied=False)
        finally:
            await events.put(None)
        return ImportSummary(
            lines=summary.lines,
            imported=summary.lines - summary.skipped,
            skipped=summary.skipped,
            applied=True,
        )

    async def records(self, *, limit: int, after: str | None) -> RecordPage:
        """A part of the listing in a stable order."""
        try:
            place = None if after is None else bytes.fromhex(after)
        except ValueError as error:
            raise CursorUnusable("This is not where a page ended. Begin again without it.") from error
        page = await self._dataset.list_records(limit=limit, after=place)
        return RecordPage(
            records=tuple(
                StoredRecord(
                    type=entry.subject.type.label,
                    value=entry.subject.value,
                    items=tuple(record_line(item) for item in entry.record.items),
                )
                for entry in page.records
            ),
            next=None if page.after is None else page.after.hex(),
        )

    async def remove_records(self, subjects: Sequence[RawSubject], *, refuted: bool) -> RemovalSummary:
        """Remove the records of these subjects, salts and all, from the next snapshot on.

        Whoever claimed one is told, also that it was wrong where it is `refuted`.
        """
        removed = not_held = recalled = 0
        reason = RecallReason.REFUTED if refuted else RecallReason.WITHDRAWN
        refused: list[RefusedSubject] = []
        for index, raw in enumerate(subjects):
            subject = _read(raw)
            if isinstance(subject, str):
                refused.append(RefusedSubject(index=index, reason=subject))
                continue
            # First, for what is erased cannot be looked up any more.
            digests = await self._dataset.digests_of(subject)
            recalled += await self._recalls.note(digests, reason, at=self._clock.chain_time())
            if (await self._dataset.remove(subject, erase=True)).removed:
                removed += 1
            else:
                not_held += 1
        return RemovalSummary(removed=removed, not_held=not_held, refused=tuple(refused), recalled=recalled)

    async def dataset_stats(self) -> DatasetStats:
        stats = await self._dataset.stats()
        published = [row for row in await self._dataset.snapshots() if row.published_block is not None]
        return DatasetStats(
            records=stats.counts.records,
            by_type={kind.label: stats.counts.by_type.get(kind, 0) for kind in SubjectType},
            by_category={kind.label: stats.counts.by_category.get(kind, 0) for kind in Category},
            unpublished_changes=stats.changes,
            snapshot=_published(published[-1]) if published else None,
        )

    async def publish_snapshot(self) -> PublishedSnapshot:
        """Publish now if anything changed; returns the snapshot that stands on the chain."""
        return _published(await self._publisher.publish())


def _published(row: SnapshotRow) -> PublishedSnapshot:
    return PublishedSnapshot(
        sequence=row.sequence,
        root="0x" + row.root.hex(),
        bits=row.bits,
        oprf_key_version=row.oprf_key_version,
        block=row.published_block or 0,
    )


def _read(raw: RawSubject) -> Subject | str:
    """The subject, or why it is not one."""
    kind = subject_type(raw.type)
    if kind is None:
        return "the subject type is not known"
    try:
        return canonical(kind, raw.value)
    except SubjectRefused as error:
        return str(error)
