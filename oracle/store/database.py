"""Opens the store, brings its schema up to date and hands out transactions.

Writers take turns, within the process and, on PostgreSQL, between the daemons of one member: what a
transaction has read stands until it ends, so no journal needs a retry. Reads run beside a writer and see
committed states only. Every commit is on disk before it returns.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, Table, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from oracle.domain.errors import Broken
from oracle.store import schema
from oracle.store.disk import disk_error
from oracle.store.engine import create_engine, create_thread_engine
from oracle.store.errors import StoreUnreachable, StoreUnusable
from oracle.store.visits import Visits

Fence: TypeAlias = Callable[[AsyncConnection], Awaitable[None]]
Insert: TypeAlias = postgresql.Insert | sqlite.Insert
Result = TypeVar("Result")
WRITERS = 0x7269736B
"""Key of the advisory lock that writers take turns by; it lives in this database only."""
_TURN = select(func.pg_advisory_xact_lock(WRITERS))
FREED_PAGES = 2_000
INCREMENTAL = 2
ENDED_WHEN_IDLE = frozenset({"25P03", "25P04"})
"""What a daemon is told that was paused within a transaction and wakes after the server's patience."""


class Database:
    """One member's store. Open with `Database.open`; close with `close`."""

    def __init__(self, engine: AsyncEngine, threaded: Engine) -> None:
        self._engine = engine
        options: dict[str, object] = {"writing": True}
        if self.shared:
            # Once it is its turn, a writer sees all that the one before committed.
            options["isolation_level"] = "READ COMMITTED"
        self._writer = engine.execution_options(**options)
        self._turn = asyncio.Lock()
        self._fence: Fence | None = None
        self._visits = Visits(
            threaded, threaded.execution_options(**options), turn=self._turn, begin=self._begin_visit
        )

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Open the store at an SQLAlchemy URL and run the schema steps that it lacks."""
        database = cls(create_engine(url), create_thread_engine(url))
        try:
            await database._bring_up_to_date()
        except (DBAPIError, CommandError) as error:
            await database.close()
            refused = disk_error(error) if isinstance(error, DBAPIError) else None
            if refused is not None:
                raise refused from error
            raise StoreUnusable(
                f"the store cannot be opened ({type(error).__name__}); check that [store] url names a "
                "database of this or an earlier version of Riskmesh, that it is reached, and that this "
                "account may write to it"
            ) from error
        except StoreUnusable:
            await database.close()
            raise
        return database

    @property
    def shared(self) -> bool:
        """Whether several daemons of one member may use this store at a time."""
        return self._engine.dialect.name == "postgresql"

    def insert(self, table: Table) -> Insert:
        """An insert of this database's dialect, which can say what happens on a conflict."""
        return postgresql.insert(table) if self.shared else sqlite.insert(table)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is durable when the block is left, or undone when it raises."""
        async with self._turn, self._reached(), self._writer.begin() as connection:
            await self._take_turn(connection)
            yield connection

    @asynccontextmanager
    async def leading(self) -> AsyncIterator[AsyncConnection]:
        """As `writing`, for effects that only the leader may have. Raises what the fence raises."""
        async with self.writing() as connection:
            if self._fence is not None:
                await self._fence(connection)
            yield connection

    def fence_with(self, fence: Fence) -> None:
        """Have every leader's transaction checked; without a fence this daemon is the only one."""
        self._fence = fence

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of one statement that depends on nothing read before: it waits for no turn."""
        async with self._reached(), self._writer.begin() as connection:
            yield connection

    async def session(self) -> AsyncConnection:
        """A connection of the caller's own that commits each statement; the caller closes it."""
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        return await engine.connect().start()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._reached(), self._engine.connect() as connection:
            yield connection

    async def look(self, read: Callable[[Connection], Result]) -> Result:
        """What `read` finds, all of it of one moment. It runs in a thread, in one visit."""
        async with self._reached():
            return await self._visits.read(read)

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        """As `writing`, in one visit to a thread, together with whatever else is written at this moment.

        What `change` raises undoes it alone.
        """
        async with self._reached():
            return await self._visits.write(change)

    async def close(self) -> None:
        await self._visits.close()
        await self._engine.dispose()

    async def size(self) -> int:
        """Bytes that the database takes on disk, free pages and SQLite's log included."""
        if not self.shared:
            return _file_size(self._engine)
        async with self.reading() as connection:
            found = await connection.scalar(select(func.pg_database_size(func.current_database())))
        return int(found or 0)

    async def give_back(self) -> None:
        """Return free pages to the file system, a bounded number at a time; PostgreSQL does it by itself."""
        if self.shared:
            return
        while True:
            async with self._unmanaged() as connection:
                free = int(await connection.scalar(text("PRAGMA freelist_count")) or 0)
                if free:
                    # It frees a page at each step of the statement, and `execute` would take one step only.
                    driver = (await connection.get_raw_connection()).driver_connection
                    if driver is None:
                        raise Broken("a connection of the store was closed while it was used")
                    await driver.executescript(f"PRAGMA incremental_vacuum({FREED_PAGES})")
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
                left = int(await connection.scalar(text("PRAGMA freelist_count")) or 0)
            if not left or left >= free:
                return
            await asyncio.sleep(0)

    @asynccontextmanager
    async def _unmanaged(self) -> AsyncIterator[AsyncConnection]:
        """A connection for what SQLite does outside of transactions, at a writer's turn."""
        engine = self._engine.execution_options(unmanaged=True)
        async with self._turn, engine.connect() as connection:
            yield connection

    async def _bring_up_to_date(self) -> None:
        async with self._writer.begin() as connection:
            await self._take_turn(connection)
            await connection.run_sync(schema.upgrade)
        if not self.shared:
            async with self._unmanaged() as connection:
                if await connection.scalar(text("PRAGMA auto_vacuum")) != INCREMENTAL:
                    # A file of an earlier version: written anew once, it can give space back from now on.
                    await connection.execute(text("PRAGMA auto_vacuum=INCREMENTAL"))
                    await connection.execute(text("VACUUM"))

    def _begin_visit(self, connection: Connection) -> None:
        if self.shared:
            connection.execute(_TURN)

    async def _take_turn(self, connection: AsyncConnection) -> None:
        if self.shared:
            await connection.execute(_TURN)

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[None]:
        """A server that is away, or busy for too long, is waited for; a file is not, it is here or broken."""
        try:
            yield
        except (DBAPIError, PoolExhausted) as error:
            if self.shared and _away(error):
                raise StoreUnreachable(
                    f"the database of [store] url does not answer ({type(error).__name__}); what was begun "
                    "is undone and tried again. Check that the server runs and is not overloaded"
                ) from error
            refused = None if self.shared or isinstance(error, PoolExhausted) else disk_error(error)
            if refused is None:
                raise
            raise refused from error


def _away(error: DBAPIError | PoolExhausted) -> bool:
    """Whether the server is not reached, was busy for too long, or has ended the session."""
    if isinstance(error, OperationalError | InterfaceError | PoolExhausted):
        return True
    return getattr(error.orig, "sqlstate", None) in ENDED_WHEN_IDLE


def _file_size(engine: AsyncEngine) -> int:
    files = (Path(f"{engine.url.database}{suffix}") for suffix in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
