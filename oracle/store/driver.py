"""SQLite's driver thread, visited once a statement: the way there and back takes longer than most of them."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Self

import aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import ConnectionPoolEntry

_ROWS_AT_ONCE = 64
_Description = tuple[tuple[str, None, None, None, None, None, None], ...]


class _Cursor:
    """Execute, fetch and close in one visit; what SQLAlchemy asks of it afterwards is here already."""

    def __init__(self, connection: "OneVisit") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: _Description | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        await self._connection.visit(self._execute, sql, parameters or ())

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        await self._connection.visit(self._execute_many, sql, parameters)

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """It is closed."""

    def _execute(self, driver: sqlite3.Connection, sql: str, parameters: Sequence[Any]) -> None:
        cursor = driver.execute(sql, parameters)
        self._keep(cursor)

    def _execute_many(
        self, driver: sqlite3.Connection, sql: str, parameters: Iterable[Sequence[Any]]
    ) -> None:
        self._keep(driver.executemany(sql, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self._rows = cursor.fetchall() if cursor.description else []
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid
        cursor.close()


class OneVisit(aiosqlite.Connection):
    """A connection whose cursors go to its thread once a statement, and not four times."""

    def cursor(self) -> _Cursor:  # type: ignore[override]  # all that SQLAlchemy's adapter uses of one
        return _Cursor(self)

    async def visit(self, function: Any, *arguments: object) -> None:
        await self._execute(function, self._conn, *arguments)  # type: ignore[no-untyped-call]


def visit_once(
    _dialect: Dialect, _entry: ConnectionPoolEntry, _arguments: list[Any], options: dict[str, Any]
) -> None:
    """Listens for `do_connect`: has the dialect connect by this driver."""
    options["async_creator_fn"] = _connect


def _connect(database: str, **options: Any) -> OneVisit:
    connection = OneVisit(lambda: sqlite3.connect(database, **options), _ROWS_AT_ONCE)
    # As SQLAlchemy's dialect does: a process that ends does not wait for it.
    connection._thread.daemon = True  # noqa: SLF001
    return connection
