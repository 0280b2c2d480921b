"""The journal of transactions: what the suite of all journals does not say of this one."""

import asyncio

import pytest

from oracle.store.database import Database
from oracle.store.transactions import TransactionRow, TransactionTable


def _row(
    intent: str, *, status: str = "queued", nonce: int | None = None, block: int | None = None
) -> TransactionRow:
    return TransactionRow(
        intent=intent, sender="0xme", status=status, nonce=nonce, block_number=block, body=intent.encode()
    )


@pytest.fixture
def table(database: Database) -> TransactionTable:
    return TransactionTable(database)


async def test_rows__enqueued_at_once__each_have_a_place_of_their_own(table: TransactionTable) -> None:
    rows = [_row(f"intent {number}") for number in range(20)]

    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(table.enqueue(row))

    found = await table.in_status("0xme", ("queued",))
    assert sorted(found, key=lambda row: row.intent) == sorted(rows, key=lambda row: row.intent)


async def test_row__saved__keeps_its_place(table: TransactionTable) -> None:
    for intent in ("first", "second", "third"):
        await table.enqueue(_row(intent))

    await table.save(_row("first", status="sent", nonce=9))

    found = await table.in_status("0xme", ("queued", "sent"))
    assert [row.intent for row in found] == ["first", "second", "third"]
    assert found[0] == _row("first", status="sent", nonce=9)


async def test_rows__of_later_blocks__come_by_nonce_and_without_those_in_none(
    table: TransactionTable,
) -> None:
    for row in (
        _row("late", status="mined", nonce=3, block=12),
        _row("early", status="mined", nonce=1, block=10),
        _row("later", status="mined", nonce=2, block=13),
        _row("nowhere", status="mined", nonce=4),
    ):
        await table.enqueue(row)

    assert [row.intent for row in await table.after_block("0xme", ("mined",), 10)] == ["later", "late"]
    assert await table.after_block("0xother", ("mined",), 0) == ()
    assert await table.highest_nonce("0xother") is None
    assert await table.highest_nonce("0xme") == 4
