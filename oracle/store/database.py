"""Opens the store, brings its schema up to date and hands out transactions.

Writers take turns: SQLite has one writer, and waiting for it in the event loop beats a busy error.
Reads run beside a writer (write-ahead log). Every commit is on disk before it returns.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from oracle.domain.errors import Misconfigured


class StoreUnusable(Misconfigured):
    """The database cannot be opened, or belongs to a newer version of Riskmesh."""

    code = "store_unusable"


class Database:
    """One member's store. Open with `Database.open`; close with `close`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Open the store at an SQLAlchemy URL and run the schema steps that it lacks."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StoreUnusable(
                "[store] url is not a database URL; write sqlite+aiosqlite:///path"
            ) from error
        if parsed.drivername == "sqlite+aiosqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_async_engine(parsed)
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _durable)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
        except (OperationalError, DatabaseError, CommandError) as error:
            await engine.dispose()
            raise StoreUnusable(
                f"the store cannot be opened ({type(error).__name__}); check that [store] url names a "
                "database of this or an earlier version of Riskmesh and that its folder can be written"
            ) from error
        return cls(engine)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is durable when the block is left, or undone when it raises."""
        async with self._turn, self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self._engine.dispose()


def _durable(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema_steps()))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def schema_steps() -> Path:
    """Folder of the schema steps: in the wheel inside the package, in a checkout beside it."""
    packaged = Path(str(files("oracle"))) / "_migrations" / "store"
    return packaged if packaged.is_dir() else Path(str(files("oracle"))).parent / "migrations" / "store"
