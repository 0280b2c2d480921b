"""The next snapshot from what has changed: built and recorded in one transaction, or not at all."""

from collections.abc import Iterator
from typing import Final

from oracle.crypto.buckets import HASH_BITS
from oracle.dataset.buckets import bucket_leaf, read_buckets, read_leaves
from oracle.dataset.changes import changed_records
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.layout import SnapshotRow, unpack_hash
from oracle.dataset.pending import PendingChanges
from oracle.dataset.rows import Rows
from oracle.dataset.sizing import next_bits
from oracle.dataset.snapshot_rows import latest_row, put_row
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tally import record_count
from oracle.dataset.tiles import StoredTree, TilePlace, places, put_tiles, tiles_over
from oracle.domain.ids import KeyVersion, Sequence

_UNPUBLISHED: Final = bytes(32)
_DAY_S: Final = 86_400


def build_snapshot(
    environment: DatasetEnvironment,
    cipher: RowCipher,
    *,
    key_version: KeyVersion,
    now: int,
    max_bits: int,
    after: Sequence,
) -> SnapshotRow:
    """The newest snapshot once every pending change is in it; the one there is when nothing has changed.

    `now` (unix seconds) ends expired records. The sequence is greater than `after`, the last one known to be
    published: a dataset restored from a backup must not use a number again. A crash before the commit leaves
    the changes pending; after it, the same snapshot is found again.
    """
    with environment.writing() as rows:
        changes = PendingChanges(rows, cipher)
        changes.drop_expired(now // _DAY_S)
        changes.finish()
        latest = latest_row(rows)
        sequence = Sequence(max(changes.sequence, after + 1))
        records = record_count(rows)
        bits = next_bits(records, current=latest.bits if latest else None, limit=max_bits)
        if latest is not None and latest.bits == bits:
            tiles, root = StoredTree(rows, latest).changed(_touched_leaves(rows, sequence, bits))
        else:
            tiles, root = tiles_over(bits, read_leaves(rows, sequence=sequence, bits=bits))
        changed = changed_records(
            rows,
            changes.sequence,
            new_key=latest is not None and latest.oprf_key_version != key_version,
        )
        rows.txn.drop(rows.tables.touched, delete=False)
        if (
            latest is not None
            and latest.sequence >= after
            and (latest.bits, latest.root, latest.oprf_key_version) == (bits, root, key_version)
        ):
            return latest
        row = SnapshotRow(
            sequence=sequence,
            bits=bits,
            root=root,
            oprf_key_version=key_version,
            records=records,
            changed=changed,
            created_at=now,
            published_block=None,
            published_block_hash=_UNPUBLISHED,
        )
        put_row(rows, row)
        put_tiles(rows, sequence, tiles, gone=_beyond(latest, bits))
    return row


def _touched_leaves(rows: Rows, sequence: Sequence, bits: int) -> dict[int, bytes]:
    """The leaves of every touched bucket, computed again."""
    touched = rows.txn.cursor(db=rows.tables.touched).iternext(values=False)
    numbers = sorted({unpack_hash(key) >> HASH_BITS - bits for key in touched})
    return {
        number: bucket_leaf(read_buckets(rows, sequence=sequence, bits=bits, first=number, count=1)[0])
        for number in numbers
    }


def _beyond(latest: SnapshotRow | None, bits: int) -> Iterator[TilePlace]:
    """Tiles of the newest tree that one of `bits` levels does not have."""
    if latest is not None and latest.bits > bits:
        kept = set(places(bits))
        yield from (place for place in places(latest.bits) if place not in kept)
