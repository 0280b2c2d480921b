"""A shared store comes out as a file and back into an empty database, row for row."""

import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, String, Table, Text
from stage.postgres import Server
from stage.stores import step_to, synchronous

from oracle.store.database import Database
from oracle.store.errors import StoreNewer, StoreNotEmpty
from oracle.store.restoration import RESTORED, RestorationJournal
from oracle.store.tables import lease, marks, metadata
from oracle.store.transfer import bring_in, copy_shared

pytestmark = pytest.mark.postgres
MADE_AT = 1_800_000_000
BEFORE_THE_LAST = "0010"


def _row(table: Table, number: int) -> dict[str, object]:
    """Values that differ between rows and columns, large ones among them."""
    values: dict[str, object] = {}
    for place, column in enumerate(table.columns):
        if isinstance(column.type, LargeBinary):
            values[column.name] = bytes([number, place]) + b"\x00\xff" * (1 << 13)
        elif isinstance(column.type, String | Text):
            values[column.name] = f"{column.name[:12]} {number}"
        else:
            values[column.name] = 2**31 - 1 - 100 * number - place
    return values


def _kept() -> list[Table]:
    return [table for table in metadata.sorted_tables if table is not lease]


def _rows(url: str) -> dict[str, list[Any]]:
    with synchronous(url) as connection:
        return {table.name: sorted(map(tuple, connection.execute(table.select()))) for table in _kept()}


@pytest.fixture
async def filled(postgres_url: str) -> str:
    """The URL of a store with rows in every table."""
    await (await Database.open(postgres_url)).close()
    with synchronous(postgres_url) as connection:
        for table in _kept():
            connection.execute(table.insert(), [_row(table, number) for number in range(40)])
    return postgres_url


@pytest.fixture
def other_url(postgres: Server) -> str:
    return postgres.create(f"t{secrets.token_hex(8)}")


@pytest.fixture
async def empty(other_url: str) -> AsyncIterator[Database]:
    database = await Database.open(other_url)
    yield database
    await database.close()


async def test_store__copied_and_brought_into_another_database__has_every_row_and_the_mark(
    filled: str, empty: Database, other_url: str, tmp_path: Path
) -> None:
    before = _rows(filled)
    assert copy_shared(filled, tmp_path / "copy.db")

    for _ in range(2):  # the start that did it may have died before it said so
        await bring_in(tmp_path / "copy.db", empty, MADE_AT)

    after = _rows(other_url)
    marked = [row for row in after[marks.name] if row[0] == RESTORED]
    after[marks.name].remove(*marked)
    assert after == before
    current = await RestorationJournal(empty).current()
    assert current is not None
    assert current.backed_up_at == MADE_AT


async def test_restoration__of_a_store_that_keeps_no_events__knows_to_its_newest_mined_transaction(
    filled: str, empty: Database, tmp_path: Path
) -> None:
    copy_shared(filled, tmp_path / "copy.db")

    await bring_in(tmp_path / "copy.db", empty, MADE_AT)

    newest = max(row[5] for row in _rows(filled)["transactions"])
    current = await RestorationJournal(empty).current()
    assert current is not None
    assert current.cursor == newest


async def test_copy__before_a_database_with_anything_in_it__is_refused_and_nothing_written(
    filled: str, empty: Database, other_url: str, tmp_path: Path
) -> None:
    copy_shared(filled, tmp_path / "copy.db")
    async with empty.writing() as connection:
        await connection.execute(marks.insert().values(name="somebody", value="works here"))

    with pytest.raises(StoreNotEmpty):
        await bring_in(tmp_path / "copy.db", empty, MADE_AT)

    assert [len(rows) for rows in _rows(other_url).values() if rows] == [1]


async def test_copy__of_an_earlier_schema__is_that_schema_and_comes_in_as_this_one(
    postgres_url: str, empty: Database, other_url: str, tmp_path: Path
) -> None:
    step_to(postgres_url, BEFORE_THE_LAST)
    with synchronous(postgres_url) as connection:
        connection.execute(marks.insert().values(name="somebody", value="worked here"))

    copy_shared(postgres_url, tmp_path / "copy.db")

    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(BEFORE_THE_LAST,)]
    await bring_in(tmp_path / "copy.db", empty, MADE_AT)
    assert ("somebody", "worked here") in _rows(other_url)[marks.name]


def test_copy__of_a_database_without_a_store__is_none(postgres_url: str, tmp_path: Path) -> None:
    assert not copy_shared(postgres_url, tmp_path / "copy.db")


async def test_copy__of_a_later_schema__is_refused(filled: str, tmp_path: Path) -> None:
    with synchronous(filled) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreNewer):
        copy_shared(filled, tmp_path / "copy.db")
