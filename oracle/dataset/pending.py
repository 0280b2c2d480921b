"""Changes for the next snapshot: written as rows that no built snapshot sees."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from typing import Final

from oracle.dataset.layout import (
    Entry,
    EntryKey,
    pack_day,
    pack_hash,
    pack_number,
    unpack_day,
    unpack_hash,
    unpack_number,
)
from oracle.dataset.merging import last_day, merged
from oracle.dataset.rows import Rows
from oracle.dataset.stored_record import RowCipher, StoredRecord, record_context
from oracle.dataset.tally import Tally
from oracle.dataset.touched import touch_everything
from oracle.domain.ids import Sequence, Tag
from oracle.domain.record import Record, RecordItem
from oracle.peer.record_codec import SALT_SIZE, encode_record, frame_of

_HASH_SIZE: Final = 4
_DUE_AT_ONCE: Final = 10_000


class Change(Enum):
    """What one imported item did to the dataset."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A current entry and its record."""

    entry: Entry
    stored: StoredRecord


class PendingChanges:
    """Writes within one transaction; `finish` must be called before it ends."""

    def __init__(self, rows: Rows, cipher: RowCipher) -> None:
        self._rows = rows
        self._cipher = cipher
        self._tally = Tally()
        self.sequence = pending_sequence(rows)

    def find(self, hash32: int, subject: bytes) -> Found | None:
        """The current entry of `subject`; different subjects may share one hash32."""
        for entry in self._versions(hash32):
            if entry.removed is None:
                stored = stored_record(self._cipher, entry)
                if stored is not None and stored.subject == subject:
                    return Found(entry=entry, stored=stored)
        return None

    def put(self, hash32: int, tag: Tag, subject: bytes, item: RecordItem) -> Change:
        """Adds `item` to the record of `subject`; a changed record gets a new salt and so a new digest.

        Raises `RecordTooLarge` before anything is written when the record no longer fits its frame.
        """
        found = self.find(hash32, subject)
        record = merged(found.stored.record if found else None, item)
        encoded = encode_record(record)
        frame_of(encoded)
        if found is not None:
            if found.stored.encoded == encoded:
                return Change.UNCHANGED
            self.drop(found)
        stored = StoredRecord(subject=subject, salt=secrets.token_bytes(SALT_SIZE), encoded=encoded)
        self.add(EntryKey(hash32=hash32, tag=tag, added=self.sequence), stored, record)
        return Change.ADDED if found is None else Change.UPDATED

    def add(self, key: EntryKey, stored: StoredRecord, record: Record) -> None:
        """Makes `stored` the current record under `key`; `record` is what it encodes, already read."""
        tables, txn = self._rows.tables, self._rows.txn
        digest = stored.digest
        sealed = self._cipher.seal(stored.packed(), record_context(key.place, digest))
        entry = Entry(key=key, removed=None, digest=digest, sealed=sealed)
        hash32 = pack_hash(key.hash32)
        txn.put(key.packed(), entry.packed_value(), db=tables.entries)
        txn.put(pack_day(last_day(record)), hash32, db=tables.expiries)
        txn.put(hash32, b"", db=tables.touched)
        self._tally.add(stored.subject, record)

    def drop(self, found: Found) -> None:
        """Ends an entry with the next snapshot; one that no snapshot has seen disappears."""
        tables, txn, key = self._rows.tables, self._rows.txn, found.entry.key
        packed = key.packed()
        if key.added == self.sequence:
            txn.delete(packed, db=tables.entries)
        else:
            ended = replace(found.entry, removed=self.sequence)
            txn.put(packed, ended.packed_value(), db=tables.entries)
            txn.put(pack_number(self.sequence) + packed, b"", db=tables.removals)
        txn.put(pack_hash(key.hash32), b"", db=tables.touched)
        self._tally.remove(found.stored.subject, found.stored.record)

    def erase(self, hash32: int, subject: bytes) -> int:
        """Deletes the content of every version of a subject's record that older snapshots still list.

        Their digests stay, because those snapshots are published and must still be cut; a claim on one is
        answered `withdrawn`. Call after `drop`. Returns how many versions lost their content. What the file
        held before stays in its free pages, sealed, until LMDB writes over them.
        """
        erased = 0
        for entry in self._versions(hash32):
            stored = stored_record(self._cipher, entry)
            if entry.removed is not None and stored is not None and stored.subject == subject:
                bare = replace(entry, sealed=b"")
                self._rows.txn.put(entry.key.packed(), bare.packed_value(), db=self._rows.tables.entries)
                erased += 1
        return erased

    def drop_expired(self, today: int) -> int:
        """Ends every record whose items' last days all lie before `today`; returns how many."""
        dropped = 0
        # A list of millions that was imported in one day ends in one day, too.
        while due := list(islice(self._due(today), _DUE_AT_ONCE)):
            for day, hash32 in due:
                self._rows.txn.delete(day, hash32, db=self._rows.tables.expiries)
                # Rows are written once and left behind when a record changes: only the record itself decides.
                for entry in self._versions(unpack_hash(hash32)):
                    stored = stored_record(self._cipher, entry) if entry.removed is None else None
                    if stored is not None and last_day(stored.record) < today:
                        self.drop(Found(entry=entry, stored=stored))
                        dropped += 1
        touch_everything(self._rows, dropped)
        return dropped

    def finish(self) -> None:
        self._tally.write(self._rows)

    def _due(self, today: int) -> Iterator[tuple[bytes, bytes]]:
        for day, hash32 in self._rows.txn.cursor(db=self._rows.tables.expiries):
            if unpack_day(day) >= today:
                return
            yield day, hash32

    def digests(self, hash32: int, subject: bytes) -> tuple[bytes, ...]:
        """Of every version of the subject's record that has its content."""
        kept = ((entry, stored_record(self._cipher, entry)) for entry in self._versions(hash32))
        return tuple(entry.digest for entry, stored in kept if stored and stored.subject == subject)

    def _versions(self, hash32: int) -> list[Entry]:
        prefix = pack_hash(hash32)
        cursor = self._rows.txn.cursor(db=self._rows.tables.entries)
        found: list[Entry] = []
        if cursor.set_range(prefix):
            for key, value in cursor.iternext():
                if key[:_HASH_SIZE] != prefix:
                    break
                found.append(Entry.parse(key, value))
        return found


def stored_record(cipher: RowCipher, entry: Entry) -> StoredRecord | None:
    """The record under an entry, None once erased."""
    if not entry.sealed:
        return None
    return StoredRecord.parse(cipher.open(entry.sealed, record_context(entry.key.place, entry.digest)))


def pending_sequence(rows: Rows) -> Sequence:
    """The stamp of rows that belong to no built snapshot yet: the newest sequence + 1."""
    cursor = rows.txn.cursor(db=rows.tables.snapshots)
    return Sequence(unpack_number(cursor.key()) + 1 if cursor.last() else 1)


def first_expiry(rows: Rows) -> int | None:
    """The earliest last day among the records; it may be that of a record that has changed since."""
    cursor = rows.txn.cursor(db=rows.tables.expiries)
    return unpack_day(cursor.key()) if cursor.first() else None
