"""A new OPRF key: every record gets another tag, prepared beside the daemon's work and put in at once.

Worker processes tag, salt and seal what is there, part by part, into runs whose rows say what they replace:

    key of the entry (28) · its digest (32) · row of a run, see `runs`

Then one transaction ends the old entries and adds the new ones. What was removed meanwhile is seen there:
only a row whose entry is still the same counts, and an entry without one is tagged then. Old tags stay in the
snapshots that were published with them, and are answered with the old key.
"""

import asyncio
import hmac
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oracle.crypto.storage import StorageCipher
from oracle.crypto.workers import WorkerLost, builders
from oracle.dataset.environment import DatasetEnvironment, look_into
from oracle.dataset.identity import note_key
from oracle.dataset.layout import ENTRY_KEY_SIZE, Entry, EntryKey, pack_number
from oracle.dataset.merging import last_day
from oracle.dataset.pending import Found, PendingChanges, stored_record
from oracle.dataset.rows import Rows
from oracle.dataset.runs import PARTS, PLACE_SIZE, Run, RunHead, pack_row, row_value, run_path, write_run
from oracle.dataset.stored_record import RowCipher, StoredRecord, record_context
from oracle.dataset.tagging import IndexKeys, Tagger, own_tags
from oracle.dataset.touched import touch, touch_everything
from oracle.peer.record_codec import SALT_SIZE

_NAME_CONTEXT: Final = b"riskmesh/1/rotation"
_DIGEST: Final = slice(8, 40)
_OLD_SIZE: Final = ENTRY_KEY_SIZE + 32
_CURRENT: Final = bytes(8)
_CHUNK: Final = 500
_ROWS_A_RUN: Final = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run about the entries whose hash32 begins with `count` bytes from `first`."""

    first: int
    count: int
    path: Path


async def prepare(environment: DatasetEnvironment, cipher: RowCipher, tagger: Tagger) -> list[Prepared]:
    """Runs about all entries, those of an earlier attempt among them. Raises `WorkerLost`."""
    keys = tagger.keys(cipher.key_for_workers())
    with environment.reading() as rows:
        ranges = _ranges(int(rows.txn.stat(rows.tables.entries)["entries"]))
    if not tagger.processes or len(ranges) == 1:
        return await asyncio.to_thread(_prepare_here, environment, keys, ranges)
    pool = builders(tagger.processes)
    loop, folder = asyncio.get_running_loop(), environment.folder
    try:
        parts = (
            loop.run_in_executor(pool, _prepare_apart, keys, folder, environment.runs_folder, part)
            for part in ranges
        )
        return list(await asyncio.gather(*parts))
    except BrokenProcessPool as error:
        raise WorkerLost("A process that tags records anew ended unexpectedly; it is tried again.") from error
    finally:
        await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)


def _ranges(entries: int) -> list[range]:
    """Of first bytes, so that a run has some ten thousand rows."""
    count = PARTS
    while count > 1 and entries * count > _ROWS_A_RUN * PARTS:
        count //= 2
    return [range(first, first + count) for first in range(0, PARTS, count)]


def replace_tags(
    environment: DatasetEnvironment, cipher: RowCipher, tagger: Tagger, prepared: Sequence[Prepared]
) -> None:
    """One transaction: a crash in it leaves the dataset under the old key."""
    with environment.writing() as rows:
        changes = PendingChanges(rows, cipher)
        stamp = pack_number(changes.sequence)
        many = touch_everything(rows, int(rows.txn.stat(rows.tables.entries)["entries"]))
        for part in prepared:
            found = Run(part.path).rows(part.first, part.count)
            known = {row[:ENTRY_KEY_SIZE]: row for some in found for row in some}
            current = list(_current(rows, range(part.first, part.first + part.count)))
            ready: list[bytes] = []
            late: list[Entry] = []
            for key, value in current:
                row = known.get(key, b"")
                if row[ENTRY_KEY_SIZE:_OLD_SIZE] == value[_DIGEST]:
                    _end(rows, key, value, stamp)
                    ready.append(row[_OLD_SIZE:])
                else:
                    late.append(Entry.parse(key, value))
            new = sorted((row[:PLACE_SIZE] + stamp, row_value(row)) for row in ready)
            rows.txn.cursor(db=rows.tables.entries).putmulti(new)
            if not many:
                touch(rows, [key[:4] for key, _ in new])
            _tag_late(changes, cipher, tagger, late)
        changes.finish()
        note_key(rows, tagger)


def _end(rows: Rows, key: bytes, value: bytes, stamp: bytes) -> None:
    """As `PendingChanges.drop`, for a record that stays and is counted as before."""
    if key[PLACE_SIZE:] == stamp:
        rows.txn.delete(key, db=rows.tables.entries)
    else:
        rows.txn.put(key, stamp + value[8:], db=rows.tables.entries)
        rows.txn.put(stamp + key, b"", db=rows.tables.removals)


def _tag_late(changes: PendingChanges, cipher: RowCipher, tagger: Tagger, entries: list[Entry]) -> None:
    for start in range(0, len(entries), _CHUNK):
        chunk = [
            Found(entry=entry, stored=stored)
            for entry in entries[start : start + _CHUNK]
            if (stored := stored_record(cipher, entry)) is not None
        ]
        tags = tagger.tags([found.stored.subject for found in chunk])
        for found, tag in zip(chunk, tags, strict=True):
            changes.drop(found)
            key = EntryKey(hash32=found.entry.key.hash32, tag=tag, added=changes.sequence)
            salt = secrets.token_bytes(SALT_SIZE)
            stored = StoredRecord(subject=found.stored.subject, salt=salt, encoded=found.stored.encoded)
            changes.add(key, stored, stored.record)


def _prepare_here(environment: DatasetEnvironment, keys: IndexKeys, ranges: list[range]) -> list[Prepared]:
    with environment.reading() as rows:
        return [_tag(rows, keys, environment.runs_folder, part) for part in ranges]


def _prepare_apart(keys: IndexKeys, folder: Path, runs: Path, part: range) -> Prepared:
    with look_into(folder) as rows:
        return _tag(rows, keys, runs, part)


def _tag(rows: Rows, keys: IndexKeys, runs: Path, part: range) -> Prepared:
    path = run_path(runs, _name(keys, part))
    prepared = Prepared(first=part.start, count=len(part), path=path)
    if path.is_file():
        return prepared
    cipher = StorageCipher.in_worker(keys.storage_key)
    found = [
        (key, value[_DIGEST], stored)
        for key, value in _current(rows, part)
        if (stored := stored_record(cipher, Entry.parse(key, value))) is not None
    ]
    tags = own_tags(
        keys.oprf_secret, keys.holder, keys.key_version, [stored.subject for _, _, stored in found]
    )
    packed = []
    for (key, digest, old), tag in zip(found, tags, strict=True):
        new = StoredRecord(subject=old.subject, salt=secrets.token_bytes(SALT_SIZE), encoded=old.encoded)
        place = key[:4] + tag
        sealed = cipher.seal(new.packed(), record_context(place, new.digest))
        packed.append(key + digest + pack_row(place, 0, last_day(new.record), new.digest, sealed))
    write_run(path, packed, RunHead(rows=len(packed), bad=(), types={}, categories={}))
    return prepared


def _current(rows: Rows, part: range) -> Iterator[tuple[bytes, bytes]]:
    """Entries whose hash32 begins with one of these bytes and that nothing has removed."""
    cursor = rows.txn.cursor(db=rows.tables.entries)
    if cursor.set_range(bytes((part.start,))):
        for key, value in cursor.iternext():
            if key[0] not in part:
                return
            if value.startswith(_CURRENT):
                yield key, value


def _name(keys: IndexKeys, part: range) -> str:
    """The same for the same keys; says nothing to others."""
    named = hmac.new(keys.storage_key, _NAME_CONTEXT, "sha256")
    named.update(keys.key_version.to_bytes(4, "big") + repr(part).encode() + keys.oprf_secret)
    return named.hexdigest()[:32]
