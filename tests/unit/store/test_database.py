"""The store's schema from nothing and from every earlier step, and its transactions."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from oracle.store.database import Database, StoreUnusable, schema_steps
from oracle.store.tables import marks, metadata


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _step(path: Path, revision: str) -> None:
    """The schema as an earlier version of the program left it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(schema_steps()))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def _revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(schema_steps()))
    return [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]


async def test_store__opened_from_nothing__has_exactly_the_tables_of_the_code(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.run_sync(_differences) == []


@pytest.mark.parametrize("revision", _revisions())
async def test_store__of_an_earlier_step__is_brought_up_to_date_with_its_rows(
    store_url: str, tmp_path: Path, revision: str
) -> None:
    path = tmp_path / "data" / "state.db"
    _step(path, revision)
    with sqlite3.connect(path) as before:
        before.execute("INSERT INTO marks (name, value) VALUES ('event_cursor', '41')")
    before.close()

    database = await Database.open(store_url)

    async with database.reading() as connection:
        assert await connection.run_sync(_differences) == []
        kept = await connection.scalar(text("SELECT value FROM marks WHERE name = 'event_cursor'"))
    await database.close()
    assert kept == "41"


async def test_answers__of_the_first_schema__keep_their_rows_under_the_new_key(
    store_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "data" / "state.db"
    _step(path, "0001")
    insert = (
        "INSERT INTO answers (batch_id, requester, state, reason, elements, deadline, query_fees, envelope) "
        "VALUES (x'05', ?, 'seen', 0, 3, 1000, 0, x'0607')"
    )
    with sqlite3.connect(path) as before:
        before.execute(insert, (1,))
    before.close()

    database = await Database.open(store_url)

    async with database.writing() as connection:
        await connection.exec_driver_sql(insert, (2,))
        rows = await connection.execute(text("SELECT requester, elements, envelope FROM answers ORDER BY 1"))
        assert [tuple(row) for row in rows] == [(1, 3, b"\x06\x07"), (2, 3, b"\x06\x07")]
    await database.close()


async def test_store__opened_again__keeps_what_was_written(store_url: str) -> None:
    first = await Database.open(store_url)
    async with first.writing() as connection:
        await connection.execute(marks.insert().values(name="a", value="1"))
    await first.close()

    second = await Database.open(store_url)

    async with second.reading() as connection:
        assert await connection.scalar(text("SELECT value FROM marks")) == "1"
    await second.close()


async def test_store__of_a_newer_version__is_refused_and_left_alone(store_url: str, tmp_path: Path) -> None:
    path = tmp_path / "data" / "state.db"
    _step(path, "head")
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()

    with pytest.raises(StoreUnusable, match="earlier version"):
        await Database.open(store_url)

    with sqlite3.connect(path) as after:
        assert after.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    after.close()


async def test_store__file_that_is_no_database__is_refused(store_url: str, tmp_path: Path) -> None:
    path = tmp_path / "data" / "state.db"
    path.parent.mkdir()
    path.write_bytes(b"this is a letter, not a database" * 100)

    with pytest.raises(StoreUnusable):
        await Database.open(store_url)

    assert path.read_bytes().startswith(b"this is a letter")


async def test_store__address_that_is_none__is_refused_without_repeating_it() -> None:
    with pytest.raises(StoreUnusable) as refused:
        await Database.open("postgres secret-password")

    assert "secret-password" not in str(refused.value)


async def test_store__folder__is_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    assert database is not None
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
async def test_store__every_connection__is_durable(database: Database, pragma: str, expected: object) -> None:
    async with database.writing() as connection:
        assert await connection.scalar(text(f"PRAGMA {pragma}")) == expected


async def test_transaction__that_raises__leaves_nothing(database: Database) -> None:
    async def broken() -> None:
        async with database.writing() as connection:
            await connection.execute(marks.insert().values(name="a", value="1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()

    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM marks")) == 0


async def test_writers__many_at_once__take_turns_and_lose_nothing(database: Database) -> None:
    async def count_up() -> None:
        async with database.writing() as connection:
            seen = await connection.scalar(text("SELECT value FROM marks WHERE name = 'n'"))
            await asyncio.sleep(0)
            await connection.execute(
                text("INSERT INTO marks VALUES ('n', :v) ON CONFLICT (name) DO UPDATE SET value = :v"),
                {"v": str(int(seen or 0) + 1)},
            )

    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(count_up())

    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT value FROM marks")) == "20"
