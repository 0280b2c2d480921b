"""Transactions in one visit to a thread: all or nothing, together where they come together."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, event, func, select, text
from sqlalchemy.exc import IntegrityError

from oracle.store.database import Database
from oracle.store.errors import StoreFull
from oracle.store.tables import marks

ADD = marks.insert()
VALUE = select(marks.c.value).where(marks.c.name == bindparam("mark"))
NAMES = select(marks.c.name).order_by(marks.c.name)


def add(connection: Connection, name: str) -> str:
    connection.execute(ADD, {"name": name, "value": "here"})
    return name


async def names(database: Database) -> list[str]:
    return await database.look(lambda connection: list(connection.scalars(NAMES)))


async def test_write__that_returned__is_seen_by_every_reader(database: Database) -> None:
    assert await database.write(lambda connection: add(connection, "a")) == "a"

    assert await database.look(lambda connection: connection.scalar(VALUE, {"mark": "a"})) == "here"
    async with database.reading() as connection:
        assert await connection.scalar(VALUE, {"mark": "a"}) == "here"


async def test_write__that_raises__is_undone_and_the_next_one_is_not(database: Database) -> None:
    def half(connection: Connection) -> None:
        add(connection, "half")
        raise ValueError("changed its mind")

    with pytest.raises(ValueError, match="changed its mind"):
        await database.write(half)
    await database.write(lambda connection: add(connection, "whole"))

    assert await names(database) == ["whole"]


async def test_writes__that_come_together__share_a_transaction_and_fail_alone(database: Database) -> None:
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(database._visits._writing, "commit", count)  # noqa: SLF001 - counts what nothing else shows
    wanted = ["a", "b", "b", "c", "d"]
    made = await asyncio.gather(
        *(database.write(lambda connection, name=name: add(connection, name)) for name in wanted),
        return_exceptions=True,
    )

    assert [one if isinstance(one, str) else type(one) for one in made] == [
        "a",
        "b",
        IntegrityError,
        "c",
        "d",
    ]
    assert await names(database) == ["a", "b", "c", "d"]
    assert commits == 1


async def test_writes__of_which_one_fills_the_disk__are_told_so_or_are_there(tmp_path: Path) -> None:
    """SQLite may undo a whole transaction when the disk is full, and what came before in it."""

    def fill(connection: Connection) -> str:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count={pages}"))
        connection.execute(ADD, {"name": "full", "value": "x" * 10_000_000})
        return "full"

    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/state.db")
    try:
        made = await asyncio.gather(
            database.write(lambda connection: add(connection, "before")),
            database.write(fill),
            database.write(lambda connection: add(connection, "after")),
            return_exceptions=True,
        )

        assert isinstance(made[1], StoreFull)
        assert [one for one in made if isinstance(one, str)] == await names(database)
    finally:
        await database.close()


async def test_writer__that_gives_up__takes_nothing_from_the_others(database: Database) -> None:
    first, second, third = (
        asyncio.create_task(database.write(lambda connection, name=name: add(connection, name)))
        for name in ("a", "b", "c")
    )
    await asyncio.sleep(0)
    second.cancel()

    assert (await first, await third) == ("a", "c")
    assert second.cancelled()
    assert await names(database) == ["a", "c"]


async def test_writers__of_both_ways__take_turns(database: Database) -> None:
    def increase(connection: Connection) -> None:
        known = connection.scalar(select(func.count()).select_from(marks))
        add(connection, f"{known:03}")

    async def increase_awaiting() -> None:
        async with database.writing() as connection:
            await connection.run_sync(increase)

    await asyncio.gather(
        *(database.write(increase) for _ in range(8)), *(increase_awaiting() for _ in range(8))
    )

    assert await names(database) == [f"{number:03}" for number in range(16)]


async def test_store__closed__has_finished_what_was_begun(store_url: str) -> None:
    database = await Database.open(store_url)
    begun = asyncio.create_task(database.write(lambda connection: add(connection, "begun")))
    await asyncio.sleep(0)

    await database.close()

    assert await begun == "begun"
    again = await Database.open(store_url)
    assert await names(again) == ["begun"]
    await again.close()
