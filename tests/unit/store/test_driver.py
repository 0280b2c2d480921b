"""The driver that visits its thread once a statement does what SQLAlchemy's own does."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from oracle.store.database import Database
from oracle.store.engine import create_engine

TABLE = "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE, body BLOB)"


async def test_statements__of_every_kind__return_what_they_should(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path}/things.db")
    async with engine.begin() as connection:
        await connection.execute(text(TABLE))
        one = await connection.execute(text("INSERT INTO things (name) VALUES ('one')"))
        many = await connection.execute(
            text("INSERT INTO things (name, body) VALUES (:name, :body)"),
            [{"name": f"n{number}", "body": bytes([number])} for number in range(200)],
        )
        returned = await connection.execute(
            text("UPDATE things SET name = 'two' WHERE name = 'one' RETURNING id, name")
        )
        changed = await connection.execute(text("UPDATE things SET body = x'00' WHERE name LIKE 'n%'"))
        none = await connection.execute(text("DELETE FROM things WHERE name = 'nobody'"))

        assert (one.lastrowid, many.rowcount) == (1, 200)
        assert [tuple(row) for row in returned] == [(1, "two")]
        assert (changed.rowcount, none.rowcount) == (200, 0)
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM things ORDER BY id"))).mappings().all()
        empty = (await connection.execute(text("SELECT * FROM things WHERE id = 0"))).all()

    assert [dict(row) for row in rows[:2]] == [
        {"id": 1, "name": "two", "body": None},
        {"id": 2, "name": "n0", "body": b"\x00"},
    ]
    assert (len(rows), empty) == (201, [])
    await engine.dispose()


async def test_statement__that_the_database_refuses__raises_its_error_and_leaves_the_rest_usable(
    tmp_path: Path,
) -> None:
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path}/things.db")
    async with engine.begin() as connection:
        await connection.execute(text(TABLE))
        await connection.execute(text("INSERT INTO things (name) VALUES ('one')"))

    async def repeat() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO things (name) VALUES ('two')"))
            await connection.execute(text("INSERT INTO things (name) VALUES ('one')"))

    with pytest.raises(IntegrityError) as refused:
        await repeat()

    assert isinstance(refused.value.orig, sqlite3.IntegrityError)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT name FROM things"))).scalars().all() == ["one"]
    await engine.dispose()


async def test_store__of_its_own_url__is_reached_by_this_driver(sqlite_url: str) -> None:
    database = await Database.open(sqlite_url)
    async with database.reading() as connection:
        driver = (await connection.get_raw_connection()).driver_connection

    assert type(driver).__name__ == "OneVisit"
    await database.close()
