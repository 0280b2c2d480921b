"""The rows of a shared store as a file of their own, and back into an empty database.

The file is a store of this program in SQLite, of the same schema step: whoever opens it brings it up to date
like any other. The lease stays out of it, because it belongs to daemons that run.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from alembic.migration import MigrationContext
from sqlalchemy import Result, Table, column, create_engine, exists, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.store import schema
from oracle.store.bulk import insert_rows
from oracle.store.copying import schema_known
from oracle.store.database import Database
from oracle.store.engine import CONNECT_S, SQLITE
from oracle.store.engine import create_engine as engine_of
from oracle.store.errors import StoreNewer, StoreNotEmpty, StoreUnusable
from oracle.store.restoration import RestorationJournal
from oracle.store.tables import lease, metadata

_NOT_MOVED: Final = frozenset({lease.name, "alembic_version"})
_PAGE_BYTES: Final = 4 << 20
_PAGE_ROWS: Final = 500
_ONE_MOMENT: Final[dict[str, Any]] = {"isolation_level": "REPEATABLE READ", "yield_per": 10}
"""Whatever daemons write meanwhile; and few rows in memory: the greatest take more than ten megabytes."""


def copy_shared(url: str, target: Path) -> bool:
    """Write one moment of the database at this URL into `target`; False when it has no store yet.

    Daemons may work on it meanwhile. Raises `StoreUnusable` when it cannot be read.
    """
    daemons = engine_of(url)  # refuses what is no URL of a store
    engine = create_engine(
        daemons.url, connect_args={"connect_timeout": CONNECT_S}, execution_options=_ONE_MOMENT
    )
    try:
        with engine.connect() as source:
            revision = MigrationContext.configure(source).get_current_revision()
            if revision is None:
                return False
            _make_like(target, revision)
            with closing(sqlite3.connect(target)) as copy:
                for name, columns in _tables(copy):
                    rows: Result[Any] = source.execute(select(*map(column, columns)).select_from(table(name)))
                    copy.executemany(_insertion(name, columns), map(tuple, rows))
                copy.commit()
    except DBAPIError as error:
        raise StoreUnusable(
            f"the database of [store] url cannot be copied ({type(error).__name__}). Check that it is "
            "reached, and that this account may read it"
        ) from error
    finally:
        engine.dispose()
    return True


async def bring_in(copy: Path, database: Database, backed_up_at: int) -> None:
    """Fill an empty store from a copy and mark it as restored, in one transaction.

    Where the mark of this backup stands it was done before. Raises `StoreNotEmpty` where anything else is in
    the store.
    """
    journal = RestorationJournal(database)
    there = await asyncio.to_thread(copy.exists)
    if there:
        # Brought up to date like any store, before a transaction that must not stand idle.
        older = await Database.open(f"{SQLITE}:///{copy}")
        await older.close()
    async with database.writing() as connection:
        if await journal.marked_with(connection, backed_up_at):
            return
        await _require_empty(connection)
        if not there:
            raise StoreUnusable(f"the copy of the store {copy} is gone; restore the backup again")
        with closing(sqlite3.connect(copy, check_same_thread=False)) as source:
            for name, columns in _tables(source):
                await _fill(database, connection, source, metadata.tables[name], columns)
        await journal.begin_with(connection, backed_up_at)


def _make_like(target: Path, revision: str) -> None:
    if not schema_known(revision):
        raise StoreNewer(
            f"the store has schema {revision}, which this version of Riskmesh does not know. Back it up with "
            "the version that its daemons run"
        )
    engine = create_engine(f"sqlite:///{target}")
    with engine.begin() as connection:
        schema.upgrade(connection, to=revision)
    engine.dispose()


def _tables(store: sqlite3.Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Tables and their columns, as this schema step has them."""
    for (name,) in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if name not in _NOT_MOVED and not name.startswith("sqlite_"):
            columns = store.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()
            yield name, tuple(column for (column,) in columns)


def _insertion(name: str, columns: Sequence[str]) -> str:
    places = ", ".join("?" * len(columns))
    return f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our own schema's names


async def _require_empty(connection: AsyncConnection) -> None:
    for kept in metadata.sorted_tables:
        if kept is not lease and await connection.scalar(select(exists().select_from(kept))):
            raise StoreNotEmpty(
                "the database of [store] url has a store already, and a restore overwrites nothing. Name an "
                "empty database. If other daemons of this member work on this one, and this home folder is "
                "to join them, remove restored.json and the copy of the store that it names"
            )


async def _fill(
    database: Database,
    connection: AsyncConnection,
    source: sqlite3.Connection,
    into: Table,
    columns: Sequence[str],
) -> None:
    rows = source.execute(f"SELECT {', '.join(columns)} FROM {into.name}")  # noqa: S608 - as above
    pages = _pages(rows)
    while page := await asyncio.to_thread(next, pages, None):
        await insert_rows(connection, database.insert(into), columns, page)


def _pages(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    page: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        page.append(row)
        size += sum(len(value) for value in row if isinstance(value, bytes))
        if size >= _PAGE_BYTES or len(page) >= _PAGE_ROWS:
            yield page
            page, size = [], 0
    if page:
        yield page
