"""From the format before to this one, once: records join their entries, trees become rows.

Before, records lay apart from their entries (`records`: tag · added_seq to hash32 · sealed) and were bound to
their keys, every expiry had a row with a whole entry key (`expiries`), and trees were kept in memory only.
"""

from typing import Final

from oracle.dataset.buckets import read_leaves
from oracle.dataset.environment import FORMAT, FORMAT_KEY, DatasetEnvironment
from oracle.dataset.errors import DatasetDamaged
from oracle.dataset.identity import check_storage_key
from oracle.dataset.layout import Entry
from oracle.dataset.rows import Rows
from oracle.dataset.snapshot_rows import all_rows
from oracle.dataset.stored_record import RowCipher, record_context
from oracle.dataset.tiles import StoredTree, TilePlace, places, put_tiles, tiles_over

_ENTRIES: Final = b"entries"
_RECORDS: Final = b"records"
_EXPIRIES: Final = b"expiries"
_STAGED: Final = b"staged"
_HASH_SIZE: Final = 4
_DAY_SIZE: Final = 4


def upgrade(environment: DatasetEnvironment, cipher: RowCipher) -> None:
    """One transaction: a crash in it leaves the format before.

    Raises `StorageKeyWrong`, and `DatasetDamaged` when the entries of a snapshot do not lead to its root.
    """
    with environment.writing() as rows:
        check_storage_key(rows, cipher)
        entries, records, expiries, staged = (
            environment.table_before(rows, name) for name in (_ENTRIES, _RECORDS, _EXPIRIES, _STAGED)
        )
        for key, value in rows.txn.cursor(db=entries):
            # hash32 · tag · added_seq there, tag · added_seq here.
            record = rows.txn.get(key[_HASH_SIZE:], db=records)
            if record is None:
                raise DatasetDamaged("An entry of the dataset has no record. Restore it from a backup.")
            entry = Entry.parse(key, value)
            if sealed := record[_HASH_SIZE:]:
                content = cipher.open(sealed, b"record" + key)
                sealed = cipher.seal(content, record_context(entry.key.place, entry.digest))
            rows.txn.put(key, value + sealed, db=rows.tables.entries, append=True)
        for key, _ in rows.txn.cursor(db=expiries):
            day, hash32 = key[:_DAY_SIZE], key[_DAY_SIZE : _DAY_SIZE + _HASH_SIZE]
            rows.txn.put(day, hash32, db=rows.tables.expiries)
        for table in (entries, records, expiries, staged):
            rows.txn.drop(table)
        _put_trees(rows)
        rows.txn.put(FORMAT_KEY, FORMAT, db=rows.tables.state)


def _put_trees(rows: Rows) -> None:
    before: StoredTree | None = None
    for row in list(all_rows(rows)):
        tiles, root = tiles_over(row.bits, read_leaves(rows, sequence=row.sequence, bits=row.bits))
        if root != row.root:
            raise DatasetDamaged(
                f"The entries of snapshot {row.sequence} do not lead to its root. "
                "Restore the dataset from a backup; do not publish from it."
            )
        gone: set[TilePlace] = set()
        if before is not None and before.bits == row.bits:
            tiles = {place: tile for place, tile in tiles.items() if before.tile(*place) != tile}
        elif before is not None:
            gone = set(places(before.bits)) - set(tiles)
        put_tiles(rows, row.sequence, tiles, gone=gone)
        before = StoredTree(rows, row)
