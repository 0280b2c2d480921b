"""What is deleted for good: versions that no kept snapshot lists."""

from itertools import islice, takewhile
from typing import Final

from oracle.dataset.layout import EntryKey, pack_number, unpack_number
from oracle.dataset.rows import Rows
from oracle.dataset.snapshot_rows import all_rows, latest_row
from oracle.dataset.tiles import forget_tiles
from oracle.domain.ids import Sequence

_SEQUENCE_SIZE: Final = len(pack_number(0))
_AT_ONCE: Final = 50_000


def prune(rows: Rows, older_than: Sequence) -> Sequence | None:
    """Forgets snapshots before `older_than`, never the newest; `forget_entries` what only they list.

    Returns the oldest sequence that is kept, None while there is no snapshot.
    """
    latest = latest_row(rows)
    if latest is None:
        return None
    oldest = min(older_than, latest.sequence)
    for row in list(all_rows(rows)):
        if row.sequence < oldest:
            rows.txn.delete(pack_number(row.sequence), db=rows.tables.snapshots)
    forget_tiles(rows, oldest)
    return next(all_rows(rows)).sequence


def forget_entries(rows: Rows, oldest: Sequence, *, at_once: int = _AT_ONCE) -> bool:
    """Deletes entries that only snapshots before `oldest` list; whether there may be more of them.

    After a rotation of the OPRF key they are as many as there are records: neither their names nor the pages
    that change are to lie in memory together, and who else writes has its turn in between.
    """
    # An entry removed with snapshot r is listed by those before r only.
    removals = rows.txn.cursor(db=rows.tables.removals).iternext(values=False)
    found = list(islice(takewhile(lambda removal: unpack_number(removal) <= oldest, removals), at_once))
    for removal in found:
        key = EntryKey.parse(removal[_SEQUENCE_SIZE:])
        rows.txn.delete(removal, db=rows.tables.removals)
        rows.txn.delete(key.packed(), db=rows.tables.entries)
    return len(found) == at_once
