"""A holder's dataset as the rest of a daemon uses it: nothing here holds up the event loop."""

import asyncio
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from oracle.crypto.buckets import HASH_BITS, bucket_hash
from oracle.dataset.building import Terms, build_snapshot
from oracle.dataset.columns import Defaults
from oracle.dataset.environment import MAP_SIZE, DatasetEnvironment
from oracle.dataset.identity import settle
from oracle.dataset.import_run import ImportReport, ImportRun, ImportSummary
from oracle.dataset.importing import ImportFormat, Reading
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.listing import DatasetStats, RecordPage, list_records
from oracle.dataset.pending import PendingChanges
from oracle.dataset.retention import forget_entries, prune
from oracle.dataset.rotation import prepare, replace_tags
from oracle.dataset.runs import clear_runs
from oracle.dataset.snapshot import Disclosed, Snapshot, Withdrawn
from oracle.dataset.snapshot_rows import all_rows, latest_row, mark_published, row_of
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tagging import Tagger
from oracle.dataset.threads import Threads
from oracle.dataset.upgrading import upgrade
from oracle.domain.ids import BlockNumber, KeyVersion, Sequence, Tag
from oracle.domain.query import Cut
from oracle.domain.subject import Subject

_NONE_PUBLISHED: Final = Sequence(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    removed: bool
    """Whether the subject had a current record."""
    versions_erased: int
    """Versions, listed by older snapshots, whose content is gone."""


class Dataset:
    """Opened by one process at a time, closed by `close`. One import runs at a time; others wait."""

    def __init__(
        self,
        environment: DatasetEnvironment,
        cipher: RowCipher,
        tagger: Tagger,
        threads: Threads,
        *,
        tagged: KeyVersion,
    ) -> None:
        """`tagged`: the key version of the entries, an earlier one than the tagger's before a rotation."""
        self._environment = environment
        self._cipher = cipher
        self._tagger = tagger
        self._threads = threads
        self._tagged = tagged
        self._importing = asyncio.Lock()

    @classmethod
    async def open(cls, folder: Path, *, cipher: RowCipher, tagger: Tagger, map_size: int = MAP_SIZE) -> Self:
        """Ready at once, whatever its size; a newer key tags every record anew before the next change.

        Raises `DatasetInUse`, `DatasetForeign`, `StorageKeyWrong`, `OprfKeyDiffers`, `DatasetDamaged` and
        `DatasetUnreadable`.
        """
        threads = Threads()
        try:
            environment, tagged = await threads.write(_open_settled, folder, cipher, tagger, map_size)
        except BaseException:
            threads.close()
            raise
        return cls(environment, cipher, tagger, threads, tagged=tagged)

    @property
    def key_version(self) -> KeyVersion:
        """Version of the OPRF key that its records are tagged with."""
        return self._tagged

    async def rekey(self, tagger: Tagger) -> None:
        """Give every record a tag under a newer key and a new salt, from the next snapshot on.

        Older snapshots stay as they were published, and are answered meanwhile; imports wait. Raises
        `OprfKeyDiffers` for an older key.
        """
        async with self._importing:
            await self._threads.write(settle, self._environment, self._cipher, tagger)
            self._tagger = tagger
            await self._follow_key()

    async def _follow_key(self) -> None:
        """Tags every record anew if the key is newer. Call while nothing is imported."""
        if self._tagged < self._tagger.key_version:
            prepared = await prepare(self._environment, self._cipher, self._tagger)
            await self._threads.write(replace_tags, self._environment, self._cipher, self._tagger, prepared)
            self._tagged = self._tagger.key_version
            await self._threads.write(clear_runs, self._environment.runs_folder)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.close)
        self._environment.close()

    async def import_lines(
        self,
        chunks: AsyncIterable[bytes],
        *,
        form: ImportFormat,
        defaults: Defaults,
        report: ImportReport,
        strict: bool = False,
    ) -> ImportSummary:
        """Imports a file given as its bytes in chunks of any size, wholly or not at all.

        `report` hears of every bad line and, now and then, of progress. Raises `HeaderUnusable`, and
        `StrictImportRefused` after the last line when `strict` and any line was bad.
        """
        async with self._importing:
            await self._follow_key()
            run = ImportRun(
                self._environment, self._cipher, self._tagger, self._threads, report, strict=strict
            )
            return await run.run(chunks, Reading(form=form, defaults=defaults))

    async def digests_of(self, subject: Subject) -> tuple[bytes, ...]:
        """Of every version of the subject's record that could have been disclosed and is kept."""
        return await self._threads.read(self._digests_of, subject.encoded)

    async def remove(self, subject: Subject, *, erase: bool = False) -> Removal:
        """Ends the subject's record with the next snapshot; `erase` deletes its content at once."""
        removal = await self._threads.write(self._remove, subject.encoded, erase=erase)
        if erase and not self._importing.locked():
            # What an import that was cut off has left may be about the subject, too.
            await self._threads.write(clear_runs, self._environment.runs_folder)
        return removal

    async def list_records(self, *, limit: int = 100, after: bytes | None = None) -> RecordPage:
        return await self._threads.read(self._list, limit, after)

    async def stats(self) -> DatasetStats:
        return await self._threads.read(self._stats)

    async def build_snapshot(
        self, *, now: int, max_bits: int = HASH_BITS, after: Sequence = _NONE_PUBLISHED
    ) -> SnapshotRow:
        """The snapshot that holds every change so far; the newest one again when there is none.

        `now`: unix seconds, ends expired records. `max_bits`: the governed limit. `after`: the last sequence
        published on the chain, which the new one exceeds even when this dataset is an older copy.
        """
        if self._tagged < self._tagger.key_version:
            async with self._importing:
                await self._follow_key()
        return await self._threads.write(self._build, now=now, max_bits=max_bits, after=after)

    async def latest(self) -> Snapshot | None:
        return await self._threads.read(self._latest)

    async def snapshot(self, sequence: Sequence) -> Snapshot:
        """Raises `SnapshotUnknown`; a cut from it `DatasetDamaged` when it is not what was committed."""
        return await self._threads.read(self._snapshot, sequence)

    async def snapshots(self) -> tuple[SnapshotRow, ...]:
        """Those that are kept, in ascending sequence."""
        return await self._threads.read(self._snapshots)

    async def mark_published(
        self, sequence: Sequence, *, block: BlockNumber | None, block_hash: bytes = bytes(32)
    ) -> SnapshotRow:
        """Notes where a publication was mined; None when a reorganisation dropped it."""
        return await self._threads.write(self._mark, sequence, block, block_hash)

    async def cut(self, sequence: Sequence, prefixes: Iterable[tuple[int, int]]) -> tuple[Cut, ...]:
        """The cut for each (prefix_bits, prefix), in order, from one snapshot."""
        wanted = tuple(prefixes)
        return await self._threads.read(lambda: self._snapshot(sequence).cut_all(wanted))

    async def record_for(self, sequence: Sequence, subject: bytes, tag: Tag) -> Disclosed | Withdrawn:
        """What is committed about `subject` (`subject_bytes`) under its tag.

        Raises `SnapshotUnknown` and `TagNotInSnapshot`.
        """
        return await self._threads.read(lambda: self._snapshot(sequence).record_for(subject, tag))

    async def digests_of_bucket(self, sequence: Sequence, number: int) -> tuple[bytes, ...]:
        return await self._threads.read(lambda: self._snapshot(sequence).digests_of_bucket(number))

    async def prune(self, older_than: Sequence) -> Sequence | None:
        """Forgets snapshots before `older_than`, never the newest; returns the oldest that is kept."""
        oldest = await self._threads.write(self._prune, older_than)
        while oldest is not None and await self._threads.write(self._forget_entries, oldest):
            """Whoever else writes has its turn in between; what a crash leaves is forgotten next time."""
        return oldest

    def _remove(self, subject: bytes, *, erase: bool) -> Removal:
        hash32 = bucket_hash(subject)
        with self._environment.writing() as rows:
            changes = PendingChanges(rows, self._cipher)
            found = changes.find(hash32, subject)
            if found is not None:
                changes.drop(found)
            erased = changes.erase(hash32, subject) if erase else 0
            changes.finish()
        return Removal(removed=found is not None, versions_erased=erased)

    def _digests_of(self, subject: bytes) -> tuple[bytes, ...]:
        with self._environment.reading() as rows:
            return PendingChanges(rows, self._cipher).digests(bucket_hash(subject), subject)

    def _list(self, limit: int, after: bytes | None) -> RecordPage:
        with self._environment.reading() as rows:
            return list_records(rows, self._cipher, limit=limit, after=after)

    def _stats(self) -> DatasetStats:
        with self._environment.reading() as rows:
            return DatasetStats.read(rows)

    def _build(self, *, now: int, max_bits: int, after: Sequence) -> SnapshotRow:
        terms = Terms(key_version=self._tagged, now=now, max_bits=max_bits, after=after)
        return build_snapshot(self._environment, self._cipher, terms, processes=self._tagger.processes)

    def _latest(self) -> Snapshot | None:
        with self._environment.reading() as rows:
            row = latest_row(rows)
        return self._opened(row) if row is not None else None

    def _snapshot(self, sequence: Sequence) -> Snapshot:
        with self._environment.reading() as rows:
            row = row_of(rows, sequence)
        return self._opened(row)

    def _opened(self, row: SnapshotRow) -> Snapshot:
        return Snapshot(self._environment, self._cipher, row)

    def _snapshots(self) -> tuple[SnapshotRow, ...]:
        with self._environment.reading() as rows:
            return tuple(all_rows(rows))

    def _mark(self, sequence: Sequence, block: BlockNumber | None, block_hash: bytes) -> SnapshotRow:
        with self._environment.writing() as rows:
            return mark_published(rows, sequence, block, block_hash)

    def _prune(self, older_than: Sequence) -> Sequence | None:
        with self._environment.writing() as rows:
            return prune(rows, older_than)

    def _forget_entries(self, oldest: Sequence) -> bool:
        with self._environment.writing() as rows:
            return forget_entries(rows, oldest)


def _open_settled(
    folder: Path, cipher: RowCipher, tagger: Tagger, map_size: int
) -> tuple[DatasetEnvironment, KeyVersion]:
    environment = DatasetEnvironment(folder, map_size=map_size)
    try:
        if environment.outdated:
            upgrade(environment, cipher)
        return environment, settle(environment, cipher, tagger)
    except BaseException:
        environment.close()
        raise
