"""What every journal must do, whoever implements it: in memory, in the progress file, in the store."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from stage.postgres import Server

from oracle.chain.deploy.progress import Beginning, Progress, read_progress
from oracle.chain.facts import Fact, Granted, Position
from oracle.chain.in_memory import MemoryFactJournal, MemoryTransactionJournal
from oracle.chain.journal import BlockMark, FactJournal
from oracle.chain.transactions import Transaction, TransactionJournal, TransactionStatus
from oracle.domain.ids import Address, BlockNumber, Credits, MemberId
from oracle.store.database import Database
from oracle.store.facts import FactTable
from oracle.store.transactions import TransactionTable
from oracle.wiring.journals import StoredFacts, StoredTransactions

ME = Address("0x00000000000000000000000000000000000000AA")
POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
OTHER = Address("0x00000000000000000000000000000000000000bb")


def _progress(folder: Path) -> Progress:
    beginning = Beginning(
        chain_id=1, genesis_hash="0x", deployer=ME, inputs="", epoch_start=0, block=BlockNumber(1)
    )
    return Progress(path=folder / "progress", beginning=beginning)


@asynccontextmanager
async def _database(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{folder}/state.db"
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres")
        url = server.create(f"t{secrets.token_hex(8)}")
    database = await Database.open(url)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(params=["memory", "store", POSTGRES])
async def facts_journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FactJournal]:
    if request.param == "memory":
        yield MemoryFactJournal()
    else:
        async with _database(request, tmp_path) as database:
            yield StoredFacts(FactTable(database))


@pytest.fixture(params=["memory", "progress file", "store", POSTGRES])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TransactionJournal]:
    if request.param == "memory":
        yield MemoryTransactionJournal()
    elif request.param == "progress file":
        yield _progress(tmp_path)
    else:
        async with _database(request, tmp_path) as database:
            yield StoredTransactions(TransactionTable(database))


def _fact(block: int, index: int) -> Granted:
    position = Position(
        block_number=BlockNumber(block),
        log_index=index,
        block_hash=bytes([block]) * 32,
        block_timestamp=block * 10,
        tx_hash=bytes(32),
    )
    return Granted(at=position, member_id=MemberId(1), amount=Credits(2**200 + index))


def _mark(block: int) -> BlockMark:
    return BlockMark(number=BlockNumber(block), hash=bytes([block]) * 32, timestamp=block * 10)


async def _all(journal: FactJournal, after: int | None = None) -> list[Fact]:
    start = None if after is None else BlockNumber(after)
    return [fact async for fact in journal.facts(start)]


async def test_fact_journal__empty__has_no_cursor(facts_journal: FactJournal) -> None:
    assert await facts_journal.cursor() is None
    assert await _all(facts_journal) == []
    assert list(await facts_journal.marks(BlockNumber(100), 5)) == []


async def test_fact_journal__appended_in_any_order__gives_the_order_of_the_chain(
    facts_journal: FactJournal,
) -> None:
    await facts_journal.append([_fact(5, 0), _fact(5, 2)], [_mark(5)], BlockNumber(6))
    await facts_journal.append([_fact(3, 1), _fact(5, 1)], [_mark(3)], BlockNumber(7))

    assert await _all(facts_journal) == [_fact(3, 1), _fact(5, 0), _fact(5, 1), _fact(5, 2)]
    assert await _all(facts_journal, after=3) == [_fact(5, 0), _fact(5, 1), _fact(5, 2)]
    assert await facts_journal.cursor() == 7


async def test_fact_journal__same_fact_again__is_kept_once(facts_journal: FactJournal) -> None:
    await facts_journal.append([_fact(5, 0)], [_mark(5)], BlockNumber(5))
    await facts_journal.append([_fact(5, 0)], [_mark(5)], BlockNumber(6))

    assert await _all(facts_journal) == [_fact(5, 0)]
    assert list(await facts_journal.marks(BlockNumber(9), 5)) == [_mark(5)]


async def test_fact_journal__marks__come_newest_first_within_the_limit(facts_journal: FactJournal) -> None:
    await facts_journal.append([], [_mark(1), _mark(2), _mark(4), _mark(8)], BlockNumber(8))

    assert list(await facts_journal.marks(BlockNumber(7), 2)) == [_mark(4), _mark(2)]
    assert list(await facts_journal.marks(BlockNumber(8), 9)) == [_mark(8), _mark(4), _mark(2), _mark(1)]


async def test_fact_journal__rolled_back__forgets_later_blocks_and_takes_new_ones(
    facts_journal: FactJournal,
) -> None:
    await facts_journal.append([_fact(3, 0), _fact(4, 0), _fact(5, 0)], [_mark(3), _mark(5)], BlockNumber(9))

    await facts_journal.rollback_to(BlockNumber(4))

    assert await _all(facts_journal) == [_fact(3, 0), _fact(4, 0)]
    assert list(await facts_journal.marks(BlockNumber(9), 5)) == [_mark(3)]
    assert await facts_journal.cursor() == 4
    await facts_journal.append([_fact(5, 1)], [_mark(5)], BlockNumber(5))
    assert await _all(facts_journal) == [_fact(3, 0), _fact(4, 0), _fact(5, 1)]


async def test_fact_journal__rolled_back_to_a_later_block__keeps_its_cursor(
    facts_journal: FactJournal,
) -> None:
    await facts_journal.append([], [_mark(3)], BlockNumber(3))

    await facts_journal.rollback_to(BlockNumber(8))

    assert await facts_journal.cursor() == 3


async def test_fact_journal__old_marks_forgotten__keeps_those_of_blocks_with_facts(
    facts_journal: FactJournal,
) -> None:
    await facts_journal.append([_fact(2, 0)], [_mark(1), _mark(2), _mark(3), _mark(4)], BlockNumber(4))

    await facts_journal.forget_marks(BlockNumber(4))

    assert list(await facts_journal.marks(BlockNumber(9), 9)) == [_mark(4), _mark(2)]


def _row(intent: str, sender: Address = ME, **values: object) -> Transaction:
    return Transaction(intent=intent, sender=sender, to=OTHER, data=b"\x01\x02", **values)


def _sent(intent: str, nonce: int, sender: Address = ME) -> Transaction:
    return _row(
        intent, sender, status=TransactionStatus.SENT, nonce=nonce, raw=b"raw", tx_hash=bytes([nonce]) * 32
    )


async def test_transaction_journal__intent_enqueued_twice__keeps_the_first(
    journal: TransactionJournal,
) -> None:
    first = await journal.enqueue(_row("a"))
    again = await journal.enqueue(Transaction(intent="a", sender=OTHER, to=None, data=b""))

    assert first == again == _row("a")
    assert await journal.by_intent("a") == _row("a")
    assert await journal.by_intent("b") is None


async def test_transaction_journal__saved__replaces_the_row(journal: TransactionJournal) -> None:
    await journal.enqueue(_row("a"))
    mined = _row(
        "a",
        status=TransactionStatus.MINED,
        nonce=4,
        raw=b"raw",
        tx_hash=b"\x01" * 32,
        block_number=BlockNumber(8),
        block_hash=b"\x02" * 32,
        contract=OTHER,
        gas_used=21_000,
        error="Nothing",
    )

    await journal.save(mined)

    assert await journal.by_intent("a") == mined


async def test_transaction_journal__unfinished__are_the_account_s_own_in_order(
    journal: TransactionJournal,
) -> None:
    await journal.enqueue(_row("b"))
    await journal.enqueue(_row("a"))
    await journal.enqueue(_row("of another", OTHER))
    await journal.enqueue(_row("done", status=TransactionStatus.MINED))
    await journal.enqueue(_row("failed", status=TransactionStatus.FAILED))
    await journal.save(_sent("a", 1))

    assert [row.intent for row in await journal.unfinished(ME)] == ["b", "a"]


async def test_transaction_journal__highest_nonce__counts_every_row_of_the_account(
    journal: TransactionJournal,
) -> None:
    assert await journal.highest_nonce(ME) is None
    await journal.enqueue(_row("queued"))
    assert await journal.highest_nonce(ME) is None
    await journal.enqueue(_sent("a", 7))
    await journal.enqueue(_row("b", status=TransactionStatus.MINED, nonce=9))
    await journal.enqueue(_sent("c", 30, OTHER))

    assert await journal.highest_nonce(ME) == 9


async def test_transaction_journal__mined_after_a_block__come_by_nonce(journal: TransactionJournal) -> None:
    for intent, nonce, block in (("a", 5, 12), ("b", 4, 11), ("c", 3, 10)):
        await journal.enqueue(
            _row(intent, status=TransactionStatus.MINED, nonce=nonce, block_number=BlockNumber(block))
        )
    await journal.enqueue(_row("d", status=TransactionStatus.REVERTED, nonce=6, block_number=BlockNumber(13)))
    await journal.enqueue(_sent("e", 7))

    assert [row.intent for row in await journal.mined_after(ME, BlockNumber(10))] == ["b", "a", "d"]


async def test_progress_file__read_again__holds_the_same(tmp_path: Path) -> None:
    progress = _progress(tmp_path)
    await progress.enqueue(_row("queued"))
    await progress.save(_sent("sent", 3))
    progress.contract_deployed("QueryLedger", OTHER)
    progress.step_done("0001_parameters")

    assert read_progress(progress.path) == progress
    assert (progress.path.stat().st_mode & 0o777) == 0o600
