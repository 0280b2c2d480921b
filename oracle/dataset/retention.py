"""What is deleted for good: versions that no kept snapshot lists."""

from oracle.dataset.layout import EntryKey, pack_number, unpack_number
from oracle.dataset.rows import Rows
from oracle.dataset.snapshot_rows import all_rows, latest_row
from oracle.dataset.tiles import forget_tiles
from oracle.domain.ids import Sequence

_SEQUENCE_SIZE = len(pack_number(0))


def prune(rows: Rows, older_than: Sequence) -> Sequence | None:
    """Forgets snapshots before `older_than`, never the newest, and what only they list.

    Returns the oldest sequence that is kept, None while there is no snapshot.
    """
    latest = latest_row(rows)
    if latest is None:
        return None
    oldest = min(older_than, latest.sequence)
    for row in list(all_rows(rows)):
        if row.sequence < oldest:
            rows.txn.delete(pack_number(row.sequence), db=rows.tables.snapshots)
    # An entry removed with snapshot r is listed by those before r only.
    for removal in _removed_up_to(rows, oldest):
        key = EntryKey.parse(removal[_SEQUENCE_SIZE:])
        rows.txn.delete(removal, db=rows.tables.removals)
        rows.txn.delete(key.packed(), db=rows.tables.entries)
    forget_tiles(rows, oldest)
    return next(all_rows(rows)).sequence


def _removed_up_to(rows: Rows, sequence: Sequence) -> list[bytes]:
    found: list[bytes] = []
    for removal in rows.txn.cursor(db=rows.tables.removals).iternext(values=False):
        if unpack_number(removal) > sequence:
            break
        found.append(removal)
    return found
