"""The current records, page by page, and the dataset in numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from oracle.dataset.errors import CursorUnusable
from oracle.dataset.layout import ENTRY_KEY_SIZE, Entry, SnapshotRow
from oracle.dataset.pending import first_expiry, pending_sequence, stored_record
from oracle.dataset.rows import Rows
from oracle.dataset.snapshot_rows import latest_row
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tally import RecordCounts, read_counts
from oracle.dataset.touched import pending_changes
from oracle.domain.record import Record
from oracle.domain.subject import Subject, SubjectType

MAX_PAGE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecord:
    subject: Subject
    record: Record
    pending: bool
    """True until the next snapshot is built."""

    def __repr__(self) -> str:
        return f"ListedRecord(type={self.subject.type.label}, pending={self.pending})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    records: tuple[ListedRecord, ...]
    after: bytes | None
    """Opaque: where the next page begins; None on the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStats:
    counts: RecordCounts
    changes: int
    """About how many subjects the next snapshot will treat differently, expiry aside."""
    next_expiry_day: int | None
    """Once this day is over, building a snapshot may end records even when nothing else has changed."""
    latest: SnapshotRow | None
    snapshots_kept: int

    @property
    def changes_pending(self) -> bool:
        return self.changes > 0

    @classmethod
    def read(cls, rows: Rows) -> Self:
        return cls(
            counts=read_counts(rows),
            changes=pending_changes(rows),
            next_expiry_day=first_expiry(rows),
            latest=latest_row(rows),
            snapshots_kept=rows.txn.stat(rows.tables.snapshots)["entries"],
        )


def list_records(rows: Rows, cipher: RowCipher, *, limit: int, after: bytes | None) -> RecordPage:
    """At most `limit` (1 to 1,000) current records, pending ones included, in the order of the index."""
    if after is not None and len(after) != ENTRY_KEY_SIZE:
        raise CursorUnusable("This is not where a page ended. Begin again without it.")
    limit = max(1, min(limit, MAX_PAGE))
    next_sequence = pending_sequence(rows)
    found: list[ListedRecord] = []
    last = None
    for entry in _current(rows, after):
        if len(found) == limit:
            return RecordPage(records=tuple(found), after=last)
        stored = stored_record(cipher, entry)
        if stored is not None:
            found.append(
                ListedRecord(
                    subject=_subject(stored.subject),
                    record=stored.record,
                    pending=entry.key.added >= next_sequence,
                )
            )
        last = entry.key.packed()
    return RecordPage(records=tuple(found), after=None)


def _current(rows: Rows, after: bytes | None) -> Iterator[Entry]:
    cursor = rows.txn.cursor(db=rows.tables.entries)
    if not cursor.set_range(after or b"\0"):
        return
    for key, value in cursor.iternext():
        entry = Entry.parse(key, value)
        if key != after and entry.removed is None:
            yield entry


def _subject(encoded: bytes) -> Subject:
    return Subject(type=SubjectType(encoded[0]), value=encoded[1:].decode())
