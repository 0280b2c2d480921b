"""Stores as an earlier version of the program, or another client of the same database, left them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, create_engine, make_url

from oracle.store.schema import steps_config
from oracle.store.tables import metadata


@contextmanager
def synchronous(store_url: str) -> Iterator[Connection]:
    """A transaction on the database of this `[store] url`."""
    url = make_url(store_url)
    if url.drivername == "sqlite+aiosqlite":
        url = url.set(drivername="sqlite")
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def step_to(store_url: str, revision: str) -> None:
    """Bring a store to this schema revision, from nothing or from an earlier one."""
    config = steps_config()
    with synchronous(store_url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def step_back(store_url: str, revision: str) -> None:
    """Take a store back to this schema revision."""
    config = steps_config()
    with synchronous(store_url) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def written(store_url: str) -> bytes:
    """All that the store holds: SQLite's files as they are, PostgreSQL's rows."""
    url = make_url(store_url)
    if url.drivername == "sqlite+aiosqlite":
        return b"".join(path.read_bytes() for path in Path(url.database or "").parent.iterdir())
    with synchronous(store_url) as connection:
        rows = [row for table in metadata.tables.values() for row in connection.execute(table.select())]
    values = [value for row in rows for value in row]
    return b"\n".join(bytes(value) if isinstance(value, bytes) else str(value).encode() for value in values)
