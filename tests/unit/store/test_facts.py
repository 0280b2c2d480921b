"""The journal of events: what the suite of all journals does not say of this one."""

import pytest
from sqlalchemy.exc import IntegrityError

from oracle.domain.ids import BlockNumber
from oracle.store.database import Database
from oracle.store.facts import PAGE, BlockRow, FactRow, FactTable, Rollback


def _fact(block: int, index: int, fork: int = 0) -> FactRow:
    return FactRow(
        block_number=block, block_hash=_hash(block, fork), log_index=index, body=b"%d-%d" % (block, index)
    )


def _hash(block: int, fork: int = 0) -> bytes:
    return block.to_bytes(31) + bytes([fork])


@pytest.fixture
def table(database: Database) -> FactTable:
    return FactTable(database)


@pytest.mark.parametrize("rows", [PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 3])
async def test_facts__more_than_a_page__come_once_each_and_in_order(table: FactTable, rows: int) -> None:
    # Three events a block, so that pages end inside of blocks, too.
    new = [_fact(number // 3, number % 3) for number in range(rows)]
    await table.append(list(reversed(new)), [], cursor=rows)

    assert [row async for row in table.rows()] == new
    assert await table.count() == rows
    half = rows // 6
    assert [row async for row in table.rows(half)] == [row for row in new if row.block_number > half]


async def test_facts__written_while_they_are_read__are_not_missed_nor_repeated(table: FactTable) -> None:
    first = [_fact(number, 0) for number in range(PAGE)]
    await table.append(first, [], cursor=PAGE)

    read = []
    async for row in table.rows():
        read.append(row)
        if len(read) == 1:
            await table.append([_fact(PAGE + 7, 0)], [], cursor=PAGE + 7)

    assert read == [*first, _fact(PAGE + 7, 0)]


async def test_facts__of_a_block_that_replaced_another__are_kept_after_the_rollback(table: FactTable) -> None:
    await table.append([_fact(5, 0)], [BlockRow(number=5, hash=_hash(5), timestamp=50)], cursor=5)
    await table.rollback_to(4)
    await table.append([_fact(5, 0, 1)], [BlockRow(number=5, hash=_hash(5, 1), timestamp=51)], cursor=5)

    assert [row async for row in table.rows()] == [_fact(5, 0, 1)]
    assert await table.blocks(9, 9) == (BlockRow(number=5, hash=_hash(5, 1), timestamp=51),)


async def test_append__a_row_that_cannot_be_written__moves_neither_cursor_nor_blocks(
    table: FactTable,
) -> None:
    await table.append([], [], cursor=3)

    with pytest.raises(IntegrityError, match=r"(?i)not.null"):
        await table.append(
            [_fact(4, 0)],
            [BlockRow(number=4, hash=None, timestamp=1)],  # what a bug might hand over
            cursor=4,
        )

    assert await table.cursor() == 3
    assert await table.count() == 0
    assert await table.blocks(9, 9) == ()


async def test_rollback__of_an_empty_journal__leaves_no_cursor(table: FactTable) -> None:
    await table.rollback_to(4)

    assert await table.cursor() is None


async def test_fact__body__is_not_shown() -> None:
    assert "1-2" not in repr(_fact(1, 2))


async def test_rollback__of_the_journal__is_noted_until_it_is_followed_up(table: FactTable) -> None:
    await table.append([_fact(number, 0) for number in range(1, 10)], [], cursor=9)
    assert await table.rolled_back() is None

    await table.rollback_to(5)
    first = await table.rolled_back()
    await table.rollback_to(3)
    await table.append([_fact(4, 0, 1), _fact(5, 0, 1)], [], cursor=5)
    await table.rollback_to(4)

    assert first == Rollback(to=BlockNumber(5), times=1)
    assert await table.rolled_back() == Rollback(to=BlockNumber(3), times=3)
    await table.followed_up(first)
    assert await table.rolled_back() == Rollback(to=BlockNumber(3), times=3), "more had come meanwhile"
    await table.followed_up(Rollback(to=BlockNumber(3), times=3))
    assert await table.rolled_back() is None
