"""Which buckets the next snapshot changes: noted one by one, or all of them when many records enter."""

from collections.abc import Iterable
from typing import Final

from oracle.dataset.layout import pack_number, unpack_number
from oracle.dataset.rows import Rows

_EVERYTHING: Final = b"touched_everything"
_MANY: Final = 50_000
_SHARE: Final = 32
"""One bucket costs about as much as thirty records of a tree that is read as a whole."""


def touch_everything(rows: Rows, changes: int) -> bool:
    """Whether so many changes make the next snapshot be built anew; noted if so, instead of each of them."""
    if changes < _MANY or _SHARE * changes < rows.txn.stat(rows.tables.entries)["entries"]:
        return False
    before = unpack_number(rows.txn.get(_EVERYTHING, b"", db=rows.tables.state))
    rows.txn.put(_EVERYTHING, pack_number(before + changes), db=rows.tables.state)
    return True


def touch(rows: Rows, hashes: Iterable[bytes]) -> None:
    rows.txn.cursor(db=rows.tables.touched).putmulti([(hash32, b"") for hash32 in hashes])


def is_everything_touched(rows: Rows) -> bool:
    return rows.txn.get(_EVERYTHING, db=rows.tables.state) is not None


def pending_changes(rows: Rows) -> int:
    """About how many subjects the next snapshot treats differently."""
    many = unpack_number(rows.txn.get(_EVERYTHING, b"", db=rows.tables.state))
    return many + int(rows.txn.stat(rows.tables.touched)["entries"])


def forget_touched(rows: Rows) -> None:
    rows.txn.drop(rows.tables.touched, delete=False)
    rows.txn.delete(_EVERYTHING, db=rows.tables.state)
