"""How many records the next snapshot changes: what a publication declares, and an audit recounts."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from oracle.dataset.layout import Entry, pack_hash
from oracle.dataset.rows import Rows
from oracle.domain.ids import Sequence

_HASH_SIZE = len(pack_hash(0))


def changed_records(rows: Rows, sequence: Sequence, *, new_key: bool) -> int:
    """Records added, replaced or removed with the snapshot `sequence`, a replaced one counted once.

    With a new OPRF key every record gets another tag, which changes nothing that the holder knows: then only
    what was added or removed on balance is counted. Call while the touched hashes are still noted.
    """
    touched = rows.txn.cursor(db=rows.tables.touched).iternext(values=False)
    return sum(_changed(_versions(rows, prefix), sequence, new_key=new_key) for prefix in touched)


def changed_between(rows: Rows, sequence: Sequence, first: int, until: int, *, new_key: bool) -> int:
    """As `changed_records`, of all entries whose hash32 lies from `first` to before `until`."""
    entries = rows.txn.cursor(db=rows.tables.entries)
    found = entries.set_range(pack_hash(first))
    below = _below(entries.iternext(), until) if found else iter(())
    return sum(
        _changed(versions, sequence, new_key=new_key) for _, versions in groupby(below, key=_hash32_of)
    )


def _hash32_of(row: tuple[bytes, bytes]) -> bytes:
    return row[0][:_HASH_SIZE]


def _below(rows: Iterable[tuple[bytes, bytes]], until: int) -> Iterator[tuple[bytes, bytes]]:
    for row in rows:
        if int.from_bytes(_hash32_of(row), "big") >= until:
            return
        yield row


def _versions(rows: Rows, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
    entries = rows.txn.cursor(db=rows.tables.entries)
    if entries.set_range(prefix):
        for row in entries.iternext():
            if _hash32_of(row) != prefix:
                return
            yield row


def _changed(versions: Iterable[tuple[bytes, bytes]], sequence: Sequence, *, new_key: bool) -> int:
    """Of the entries that share a hash32."""
    added, removed = set(), set()
    for key, value in versions:
        entry = Entry.parse(key, value)
        if entry.removed == sequence:
            removed.add(entry.key.tag)
        elif entry.key.added == sequence:
            added.add(entry.key.tag)
    return abs(len(added) - len(removed)) if new_key else len(added | removed)
