"""Which snapshots there are, and what is known of each."""

from collections.abc import Iterator
from dataclasses import replace

from oracle.dataset.errors import SnapshotUnknown
from oracle.dataset.layout import SnapshotRow, pack_number
from oracle.dataset.rows import Rows
from oracle.domain.ids import BlockNumber, Sequence


def latest_row(rows: Rows) -> SnapshotRow | None:
    cursor = rows.txn.cursor(db=rows.tables.snapshots)
    return SnapshotRow.parse(cursor.key(), cursor.value()) if cursor.last() else None


def row_of(rows: Rows, sequence: Sequence) -> SnapshotRow:
    """Raises `SnapshotUnknown`."""
    key = pack_number(sequence)
    value = rows.txn.get(key, db=rows.tables.snapshots)
    if value is None:
        raise SnapshotUnknown(sequence)
    return SnapshotRow.parse(key, value)


def all_rows(rows: Rows) -> Iterator[SnapshotRow]:
    """In ascending sequence."""
    for key, value in rows.txn.cursor(db=rows.tables.snapshots):
        yield SnapshotRow.parse(key, value)


def put_row(rows: Rows, row: SnapshotRow) -> None:
    rows.txn.put(pack_number(row.sequence), row.packed(), db=rows.tables.snapshots)


def mark_published(
    rows: Rows, sequence: Sequence, block: BlockNumber | None, block_hash: bytes
) -> SnapshotRow:
    """Notes the block of a publication; None again when a reorganisation dropped it."""
    row = replace(row_of(rows, sequence), published_block=block, published_block_hash=block_hash)
    put_row(rows, row)
    return row
