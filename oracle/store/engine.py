"""Opens connections to SQLite or PostgreSQL so that a commit is durable and no writer hangs for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy import create_engine as create_blocking
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from oracle.store.driver import visit_once
from oracle.store.errors import StoreUnusable

SQLITE = "sqlite+aiosqlite"
BLOCKING_SQLITE = "sqlite+pysqlite"
POSTGRES = "postgresql+psycopg"
BUSY_MS = 10_000
"""How long a writer waits for its turn."""
CONNECT_S = 10
IDLE_IN_TRANSACTION_MS = 5_000
"""A daemon that is paused within a transaction loses it, and with it its turn."""
_SETTINGS = {
    "synchronous_commit": "on",
    "lock_timeout": BUSY_MS,
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
}
_PRAGMAS = (
    "auto_vacuum=INCREMENTAL",  # before the first table is made: what is deleted can be given back
    "secure_delete=ON",  # what is erased is written over: not every build of SQLite does so by itself
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_MS}",
)


def create_engine(url: str) -> AsyncEngine:
    """An engine for this URL; nothing is opened yet. Raises `StoreUnusable`."""
    parsed = _parsed(url)
    if parsed.drivername == POSTGRES:
        with _driver_here():
            return create_async_engine(parsed, **_server_options(parsed))
    engine = create_async_engine(parsed)
    event.listen(engine.sync_engine, "do_connect", visit_once)
    event.listen(engine.sync_engine, "connect", _durable)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def create_thread_engine(url: str) -> Engine:
    """As `create_engine`, for threads that wait for the database themselves."""
    parsed = _parsed(url)
    if parsed.drivername == POSTGRES:
        with _driver_here():
            return create_blocking(parsed, **_server_options(parsed))
    engine = create_blocking(parsed.set(drivername=BLOCKING_SQLITE))
    event.listen(engine, "connect", _durable)
    event.listen(engine, "begin", _begin_in_thread)
    return engine


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUnusable(
            f"[store] url is not a database URL; write {SQLITE}:///path or {POSTGRES}://user@host/name"
        ) from error
    if parsed.drivername not in {SQLITE, POSTGRES}:
        raise StoreUnusable(
            f"[store] url names the database driver {parsed.drivername!r}; write {SQLITE}:///path or "
            f"{POSTGRES}://user@host/name"
        )
    if parsed.drivername == SQLITE and parsed.database:
        _make_folder(Path(parsed.database).parent)
    return parsed


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreUnusable(
            f"the folder {folder} of the store cannot be made ({error.strerror}); check [store] url and the "
            "rights of this account"
        ) from error


def _server_options(url: URL) -> dict[str, Any]:
    own = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    given = url.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} {own}".strip()
    return {
        "pool_pre_ping": True,
        # As on SQLite, all that one reader sees is of one moment.
        "isolation_level": "REPEATABLE READ",
        "connect_args": {"options": options, "application_name": "riskmesh", "connect_timeout": CONNECT_S},
    }


@contextmanager
def _driver_here() -> Iterator[None]:
    try:
        yield
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreUnusable(
            "PostgreSQL needs a driver that is not installed; run: pip install 'riskmesh[postgres]'"
        ) from error


def _durable(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver would begin transactions at the first change only, and none for schema steps.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    statement = _beginning(connection)
    if statement is not None:
        connection.exec_driver_sql(statement)


def _begin_in_thread(connection: Connection) -> None:
    """At the driver itself, which here waits for nobody: SQLAlchemy's way there takes ten times as long."""
    statement, driver = _beginning(connection), connection.connection.driver_connection
    if statement is not None and driver is not None:
        driver.execute(statement)


def _beginning(connection: Connection) -> str | None:
    options = connection.get_execution_options()
    if options.get("unmanaged", False):
        return None
    return "BEGIN IMMEDIATE" if options.get("writing", False) else "BEGIN"
