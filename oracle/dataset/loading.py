"""The end of an import: its runs enter the dataset in one transaction, in the order of the index."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import StrictImportRefused
from oracle.dataset.layout import EntryKey, pack_number
from oracle.dataset.lines import BadLine
from oracle.dataset.pending import Change, PendingChanges, pending_sequence
from oracle.dataset.rows import Rows
from oracle.dataset.runs import PLACE_SIZE, Run, merged_rows, row_day, row_line, row_value
from oracle.dataset.stored_record import RowCipher, StoredRecord, record_context
from oracle.dataset.tally import Tally
from oracle.dataset.touched import touch, touch_everything
from oracle.domain.record import Record
from oracle.peer.record_errors import RecordTooLarge

# Sorting holds up the event loop for as long as it takes: some hundredths of a second.
_ROWS_AT_ONCE: Final = 50_000
_CURRENT: Final = bytes(8)
_DIGEST_END: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the lines of an import did to the dataset, and those that no longer fitted their record."""

    added: int
    updated: int
    unchanged: int
    refused: tuple[BadLine, ...]


def load_runs(
    environment: DatasetEnvironment,
    cipher: RowCipher,
    runs: Sequence[Run],
    *,
    strict: bool,
    at_once: int = _ROWS_AT_ONCE,
) -> Loaded:
    """All of them become pending changes, or none. Raises `StrictImportRefused`."""
    with environment.writing() as rows:
        loading, merging = _Loading(rows, runs), _Merging(rows, cipher)
        for sorted_rows in merged_rows(runs, at_once=at_once):
            # Several lines about one subject, or a record that is there already: merged one by one. Not at
            # the end, since of a list that comes again every line meets a record.
            for row in sorted(loading.put_new(sorted_rows), key=row_line):
                loading.tally.remove(*merging.put(row))
        loading.tally.write(rows)
        loaded = merging.finish(added=loading.added)
        if strict and loaded.refused:
            # Leaving the block this way undoes every change of it.
            first = loaded.refused[0].number
            raise StrictImportRefused(bad_lines=len(loaded.refused), first_number=first)
    return loaded


class _Loading:
    def __init__(self, rows: Rows, runs: Sequence[Run]) -> None:
        self._rows = rows
        self._entries = rows.txn.cursor(db=rows.tables.entries)
        self._expiries = rows.txn.cursor(db=rows.tables.expiries)
        # Into an empty dataset rows are appended, which is quicker and leaves no page half full.
        self._empty = rows.txn.stat(rows.tables.entries)["entries"] == 0
        self._stamp = pack_number(pending_sequence(rows))
        self._many = touch_everything(rows, sum(run.head.rows for run in runs))
        self.added = 0
        self.tally = Tally()
        for run in runs:
            self.tally.count(run.head.types, run.head.categories)

    def put_new(self, sorted_rows: Sequence[bytes]) -> list[bytes]:
        """Puts the rows that meet no other and no record, and returns the rest."""
        meeting: list[bytes] = []
        new: list[tuple[bytes, bytes]] = []
        days: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for place, same in groupby(sorted_rows, key=_place):
            row, *more = same
            if more or not (self._empty or self._is_free(place)):
                meeting += (row, *more)
            else:
                new.append((place + self._stamp, row_value(row)))
                days[row_day(row)].append(place[:4])
        self._entries.putmulti(new, append=self._empty)
        due = [(day, hash32) for day in sorted(days) for hash32 in dict.fromkeys(days[day])]
        self._expiries.putmulti(due, append=self._empty)
        if not self._many:
            touch(self._rows, [place[:4] for place, _ in new])
        self.added += len(new)
        return meeting

    def _is_free(self, place: bytes) -> bool:
        """Whether no current record stands there."""
        cursor = self._entries
        if cursor.set_range(place):
            for key, value in cursor.iternext():
                if not key.startswith(place):
                    break
                if value.startswith(_CURRENT):
                    return False
        return True


def _place(row: bytes) -> bytes:
    return row[:PLACE_SIZE]


class _Merging:
    def __init__(self, rows: Rows, cipher: RowCipher) -> None:
        self._cipher = cipher
        self._changes = PendingChanges(rows, cipher)
        self._counts = dict.fromkeys(Change, 0)
        self._refused: list[BadLine] = []

    def put(self, row: bytes) -> tuple[bytes, Record]:
        """Merges a row; returns what it was counted as with its run, as if it were new."""
        place, value = row[:PLACE_SIZE], row_value(row)
        context = record_context(place, value[8:_DIGEST_END])
        stored = StoredRecord.parse(self._cipher.open(value[_DIGEST_END:], context))
        key, record = EntryKey.parse(place + pack_number(0)), stored.record
        try:
            change = self._changes.put(key.hash32, key.tag, stored.subject, record.items[0])
        except RecordTooLarge as error:
            self._refused.append(BadLine(number=row_line(row), reason=str(error)))
        else:
            self._counts[change] += 1
        return stored.subject, record

    def finish(self, *, added: int) -> Loaded:
        self._changes.finish()
        return Loaded(
            added=added + self._counts[Change.ADDED],
            updated=self._counts[Change.UPDATED],
            unchanged=self._counts[Change.UNCHANGED],
            refused=tuple(sorted(self._refused, key=lambda line: line.number)),
        )
