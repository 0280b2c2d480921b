"""The next snapshot from what has changed: recorded with its tree in one transaction, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from oracle.crypto.buckets import HASH_BITS
from oracle.dataset.buckets import bucket_leaf, read_buckets
from oracle.dataset.changes import changed_records
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.layout import SnapshotRow, unpack_hash
from oracle.dataset.pending import PendingChanges, pending_sequence
from oracle.dataset.rebuilding import Rebuilding, Rebuilt, is_large, rebuild, rebuild_here
from oracle.dataset.rows import Rows
from oracle.dataset.sizing import next_bits
from oracle.dataset.snapshot_rows import latest_row, put_row
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tally import record_count
from oracle.dataset.tiles import StoredTree, TilePlace, places, put_tiles
from oracle.dataset.touched import forget_touched, is_everything_touched
from oracle.domain.ids import KeyVersion, Sequence

_UNPUBLISHED: Final = bytes(32)
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the next snapshot is built for."""

    key_version: KeyVersion
    now: int
    """Unix seconds; ends expired records."""
    max_bits: int
    after: Sequence
    """The last sequence known to be published. The next one exceeds it: a dataset restored from a backup must
    not use a number again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Next:
    """What is known of the next snapshot before its tree."""

    latest: SnapshotRow | None
    sequence: Sequence
    stamp: Sequence
    bits: int
    records: int
    new_key: bool

    @property
    def rebuilding(self) -> Rebuilding:
        return Rebuilding(
            sequence=self.sequence,
            stamp=self.stamp,
            bits=self.bits,
            new_key=self.new_key,
            first=self.latest is None,
        )


def build_snapshot(
    environment: DatasetEnvironment, cipher: RowCipher, terms: Terms, *, processes: int = 0
) -> SnapshotRow:
    """The newest snapshot once every pending change is in it; the one there is when nothing has changed.

    Nobody else may write meanwhile. A crash before the end leaves the changes pending; after it, the same
    snapshot is found again. `processes` share the work where a large tree is built as a whole; raises
    `WorkerLost` when one of them is lost.
    """
    with environment.writing() as rows:
        changes = PendingChanges(rows, cipher)
        changes.drop_expired(terms.now // _DAY_S)
        changes.finish()
        coming = _next(rows, terms)
        latest = coming.latest
        if latest is not None and latest.bits == coming.bits and not is_everything_touched(rows):
            return _record(rows, terms, coming, _incremental(rows, latest, coming))
        if not (processes and is_large(coming.bits)):
            return _record(rows, terms, coming, rebuild_here(rows, coming.rebuilding))
    built = rebuild(environment.folder, coming.rebuilding, processes)
    with environment.writing() as rows:
        return _record(rows, terms, coming, built)


def _next(rows: Rows, terms: Terms) -> _Next:
    latest = latest_row(rows)
    records = record_count(rows)
    stamp = pending_sequence(rows)
    return _Next(
        latest=latest,
        sequence=Sequence(max(stamp, terms.after + 1)),
        stamp=stamp,
        bits=next_bits(records, current=latest.bits if latest else None, limit=terms.max_bits),
        records=records,
        new_key=latest is not None and latest.oprf_key_version != terms.key_version,
    )


def _incremental(rows: Rows, latest: SnapshotRow, coming: _Next) -> Rebuilt:
    """The newest tree with the leaves of every touched bucket computed again."""
    touched = rows.txn.cursor(db=rows.tables.touched).iternext(values=False)
    numbers = sorted({unpack_hash(key) >> HASH_BITS - coming.bits for key in touched})
    leaves = {
        number: bucket_leaf(
            read_buckets(rows, sequence=coming.sequence, bits=coming.bits, first=number, count=1)[0]
        )
        for number in numbers
    }
    tiles, root = StoredTree(rows, latest).changed(leaves)
    changed = changed_records(rows, coming.stamp, new_key=coming.new_key)
    return Rebuilt(tiles=tiles, root=root, changed=changed)


def _record(rows: Rows, terms: Terms, coming: _Next, built: Rebuilt) -> SnapshotRow:
    latest = coming.latest
    forget_touched(rows)
    if (
        latest is not None
        and latest.sequence >= terms.after
        and (latest.bits, latest.root, latest.oprf_key_version)
        == (coming.bits, built.root, terms.key_version)
    ):
        return latest
    row = SnapshotRow(
        sequence=coming.sequence,
        bits=coming.bits,
        root=built.root,
        oprf_key_version=terms.key_version,
        records=coming.records,
        changed=coming.records if latest is None else built.changed,
        created_at=terms.now,
        published_block=None,
        published_block_hash=_UNPUBLISHED,
    )
    put_row(rows, row)
    put_tiles(rows, row.sequence, built.tiles, gone=_beyond(latest, coming.bits))
    return row


def _beyond(latest: SnapshotRow | None, bits: int) -> Iterator[TilePlace]:
    """Tiles of the newest tree that one of `bits` levels does not have."""
    if latest is not None and latest.bits > bits:
        kept = set(places(bits))
        yield from (place for place in places(latest.bits) if place not in kept)
