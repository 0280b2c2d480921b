"""Tells what the disk under an SQLite store has refused, so that the operator reads what to do."""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError

from oracle.store.errors import (
    StoreDamaged,
    StoreDiskFailed,
    StoreFull,
    StoreReadOnly,
    StoreUnusable,
)

_PRIMARY: Final = 0xFF
"""SQLite's extended codes carry the primary one in their lowest byte."""
_STOPPED: Final = "Everything that was written before is kept; start the daemon again when it is mended"
_ERRORS: Final[dict[int, StoreUnusable]] = {
    sqlite3.SQLITE_FULL: StoreFull(
        f"the disk of the store is full, and nothing of the last write was kept. {_STOPPED}: make room"
    ),
    sqlite3.SQLITE_READONLY: StoreReadOnly(
        f"the store may not be written: its file, folder or file system is read-only. {_STOPPED}: mount it "
        "for writing, or give the daemon's account the right to"
    ),
    sqlite3.SQLITE_IOERR: StoreDiskFailed(
        "the disk of the store failed to read or write, or a limit on the size of files was met. "
        f"{_STOPPED}: look into the system's log, and at the room on the disk"
    ),
    sqlite3.SQLITE_CORRUPT: StoreDamaged(
        "the store's file is damaged. Keep it as it is for whoever examines it, and restore the newest "
        "backup into another folder with `riskmesh restore`"
    ),
    sqlite3.SQLITE_NOTADB: StoreDamaged(
        "the store's file is no database any more. Keep it as it is for whoever examines it, and restore the "
        "newest backup into another folder with `riskmesh restore`"
    ),
}


def disk_error(error: DBAPIError) -> StoreUnusable | None:
    """What it means for the operator; None where the disk is not to blame."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    found = _ERRORS.get(code & _PRIMARY) if isinstance(code, int) else None
    return None if found is None else type(found)(str(found))
