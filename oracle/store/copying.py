"""Copies a store while its daemon works, and tells which schema a copy has."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import make_url

from oracle.store.errors import StoreUnusable
from oracle.store.schema import steps_config

_BUSY_S = 30.0


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite store; None for a store in another database."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def copy_store(source: Path, target: Path) -> None:
    """One moment of the store, by SQLite's own online backup: a daemon may write meanwhile.

    Raises `StoreUnusable` when it cannot be read or is damaged: a damaged copy must not replace a sound one.
    """
    try:
        with (
            closing(
                sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_S)
            ) as store,
            closing(sqlite3.connect(target)) as copy,
        ):
            # All pages in one step: in several, another process's write would begin the copy anew each time.
            store.backup(copy, pages=-1)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise StoreUnusable(
            f"The store {source} cannot be copied ({error}). Check its permissions, its disk, and that it is "
            "the store of this institution."
        ) from error
    if verdict != "ok":
        raise StoreUnusable(
            f"The store {source} is damaged, and no backup was made of it. Keep your last good backup, and "
            "look for failures of the disk."
        )


def schema_of(file: Path) -> str:
    """The schema step that a store was brought to; empty before the first."""
    with closing(sqlite3.connect(file)) as store:
        try:
            row = store.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return ""
    return "" if row is None else str(row[0])


def schema_known(revision: str) -> bool:
    """Whether this version of Riskmesh has that step, so that it can go on from there."""
    try:
        return not revision or ScriptDirectory.from_config(steps_config()).get_revision(revision) is not None
    except CommandError:
        return False
