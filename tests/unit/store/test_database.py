"""The store's schema from nothing and from every earlier step, and its transactions."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from stage.stores import step_to, synchronous

from oracle.store.database import Database
from oracle.store.errors import StoreNewer, StoreUnreachable, StoreUnusable
from oracle.store.tables import marks, metadata


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_store__opened_from_nothing__has_exactly_the_tables_of_the_code(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.run_sync(_differences) == []


async def test_store__opened_again__keeps_what_was_written(store_url: str) -> None:
    first = await Database.open(store_url)
    async with first.writing() as connection:
        await connection.execute(marks.insert().values(name="a", value="1"))
    await first.close()

    second = await Database.open(store_url)

    async with second.reading() as connection:
        assert await connection.scalar(text("SELECT value FROM marks")) == "1"
    await second.close()


async def test_store__of_a_newer_version__is_refused_and_left_alone(store_url: str) -> None:
    step_to(store_url, "head")
    with synchronous(store_url) as newer:
        newer.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreNewer, match="9999, which this version of Riskmesh does not know"):
        await Database.open(store_url)

    with synchronous(store_url) as after:
        assert after.scalars(text("SELECT version_num FROM alembic_version")).all() == ["9999"]


async def test_store__file_that_is_no_database__is_refused(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "data" / "state.db"
    path.parent.mkdir()
    path.write_bytes(b"this is a letter, not a database" * 100)

    with pytest.raises(StoreUnusable):
        await Database.open(sqlite_url)

    assert path.read_bytes().startswith(b"this is a letter")


@pytest.mark.parametrize("url", ["mysql+aiomysql://db/riskmesh", "postgresql+asyncpg://db/riskmesh"])
async def test_store__of_another_driver__is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(StoreUnusable, match=r"write sqlite\+aiosqlite:///path or postgresql\+psycopg://"):
        await Database.open(url)


async def test_store__address_that_is_none__is_refused_without_repeating_it() -> None:
    with pytest.raises(StoreUnusable) as refused:
        await Database.open("postgres secret-password")

    assert "secret-password" not in str(refused.value)


async def test_store__folder__is_for_its_owner_alone(sqlite_url: str, tmp_path: Path) -> None:
    database = await Database.open(sqlite_url)
    await database.close()

    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 10_000),
    ],
)
async def test_store__every_connection_to_sqlite__is_durable(
    sqlite_url: str, pragma: str, expected: object
) -> None:
    database = await Database.open(sqlite_url)
    async with database.writing() as connection:
        assert await connection.scalar(text(f"PRAGMA {pragma}")) == expected
    await database.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("synchronous_commit", "on"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "5s"),
        ("transaction_isolation", "read committed"),
    ],
)
async def test_store__every_writer_on_postgresql__is_durable_and_cannot_hang(
    postgres_url: str, setting: str, expected: str
) -> None:
    database = await Database.open(postgres_url)
    async with database.writing() as connection:
        assert await connection.scalar(text(f"SHOW {setting}")) == expected
    await database.close()


@pytest.mark.postgres
async def test_store__server_that_is_not_there__is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="cannot be opened") as refused:
        await Database.open(f"postgresql+psycopg://me:hunter2@/riskmesh?host={tmp_path}")

    assert "hunter2" not in str(refused.value)


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


@pytest.mark.postgres
async def test_writers__of_two_daemons__take_turns_and_lose_nothing(postgres_url: str) -> None:
    daemons = [await Database.open(postgres_url), await Database.open(postgres_url)]

    async def count_up(database: Database) -> None:
        async with database.writing() as connection:
            seen = await connection.scalar(text("SELECT value FROM marks WHERE name = 'n'"))
            await connection.execute(
                text("INSERT INTO marks VALUES ('n', :v) ON CONFLICT (name) DO UPDATE SET value = :v"),
                {"v": str(int(seen or 0) + 1)},
            )

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(count_up(daemons[number % 2]))

    with synchronous(postgres_url) as connection:
        assert connection.scalar(text("SELECT value FROM marks")) == "20"
    for database in daemons:
        await database.close()


@pytest.mark.postgres
async def test_store__opened_by_two_daemons_at_once__is_brought_up_to_date_once(postgres_url: str) -> None:
    first, second = await asyncio.gather(Database.open(postgres_url), Database.open(postgres_url))

    async with second.reading() as connection:
        assert await connection.run_sync(_differences) == []
    await first.close()
    await second.close()


@pytest.mark.postgres
@pytest.mark.parametrize("goes_on", [True, False], ids=["in the midst", "at its end"])
async def test_transaction__of_a_daemon_that_was_paused_within_it__is_undone_and_may_be_tried_again(
    postgres_url: str, *, goes_on: bool
) -> None:
    """The server has ended a session that stood idle in a transaction before the daemon wakes."""
    database = await Database.open(postgres_url)

    async def paused() -> None:
        async with database.reading() as connection:
            mine = await connection.scalar(text("SELECT pg_backend_pid()"))
            await connection.execute(text("SET idle_in_transaction_session_timeout = 1"))
            with synchronous(postgres_url) as other:
                there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid").bindparams(pid=mine)
                while other.scalar(there):
                    await asyncio.sleep(0.01)
                    other.execute(text("SELECT pg_stat_clear_snapshot()"))
            if goes_on:
                await connection.scalar(text("SELECT 1"))

    with pytest.raises(StoreUnreachable, match="tried again"):
        await paused()

    async with database.writing() as connection:
        await connection.execute(marks.insert().values(name="a", value="1"))
    await database.close()


@pytest.mark.postgres
async def test_transaction__whose_connection_the_server_ends__is_undone_and_may_be_tried_again(
    postgres_url: str,
) -> None:
    database = await Database.open(postgres_url)

    async def cut_off() -> None:
        async with database.writing() as connection:
            await connection.execute(marks.insert().values(name="a", value="1"))
            with synchronous(postgres_url) as other:
                other.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            await connection.execute(marks.insert().values(name="b", value="1"))

    with pytest.raises(StoreUnreachable, match="tried again"):
        await cut_off()

    async with database.writing() as connection:
        await connection.execute(marks.insert().values(name="a", value="2"))
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT name, value FROM marks"))).all() == [("a", "2")]
    await database.close()
