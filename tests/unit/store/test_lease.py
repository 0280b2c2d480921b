"""The lease: one holder at a time, a token that only grows, and a fence that a former leader cannot pass."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from stage.stores import synchronous

from oracle.domain.ids import MemberId
from oracle.store.database import Database
from oracle.store.errors import StandingBy
from oracle.store.lease import Leader, Lease
from oracle.store.tables import marks
from oracle.store.transactions import TransactionRow, TransactionTable
from oracle.store.turns import AnsweringTurns

pytestmark = pytest.mark.postgres


@pytest.fixture
async def two(postgres_url: str) -> AsyncIterator[tuple[Database, Database]]:
    first, second = await Database.open(postgres_url), await Database.open(postgres_url)
    yield first, second
    await first.close()
    await second.close()


@pytest.fixture
def leases(two: tuple[Database, Database]) -> tuple[Lease, Lease]:
    return Lease(two[0], holder="first"), Lease(two[1], holder="second")


@pytest.fixture
async def turns(two: tuple[Database, Database]) -> AsyncIterator[tuple[AnsweringTurns, AnsweringTurns]]:
    one, other = AnsweringTurns(two[0]), AnsweringTurns(two[1])
    yield one, other
    await one.end()
    await other.end()


def _run_out(url: str) -> None:
    """Time passes, by the database's clock."""
    with synchronous(url) as connection:
        connection.execute(text("UPDATE lease SET expires_at = now() - interval '1 second'"))


def _row(intent: str) -> TransactionRow:
    return TransactionRow(
        intent=intent, sender="0xme", status="queued", nonce=None, block_number=None, body=b""
    )


async def test_lease__sought_by_two__goes_to_the_first_and_stays_there(leases: tuple[Lease, Lease]) -> None:
    first, second = leases

    assert await first.seek() is True
    assert await second.seek() is False
    assert await first.seek() is True

    assert (first.held(), second.held()) == (True, False)
    assert await second.leader() == Leader(holder="first", token=1)


async def test_lease__sought_at_once_by_many__is_taken_once(postgres_url: str) -> None:
    databases = [await Database.open(postgres_url) for _ in range(5)]
    contenders = [Lease(database, holder=f"n{number}") for number, database in enumerate(databases)]

    won = await asyncio.gather(*(lease.seek() for lease in contenders))

    assert sum(won) == 1
    for database in databases:
        await database.close()


async def test_lease__run_out__goes_to_the_other_with_a_greater_token_and_does_not_come_back(
    leases: tuple[Lease, Lease], postgres_url: str
) -> None:
    first, second = leases
    await first.seek()
    _run_out(postgres_url)

    assert await second.seek() is True
    assert await second.leader() == Leader(holder="second", token=2)
    assert await first.seek() is False
    assert first.held() is False


async def test_lease__run_out_and_taken_by_nobody__is_renewed_under_its_token(
    leases: tuple[Lease, Lease], postgres_url: str
) -> None:
    first, _ = leases
    await first.seek()
    _run_out(postgres_url)

    assert await first.seek() is True
    assert await first.leader() == Leader(holder="first", token=1)


async def test_lease__released__is_free_at_once(leases: tuple[Lease, Lease]) -> None:
    first, second = leases
    await first.seek()

    await first.release()

    assert first.held() is False
    assert await second.seek() is True
    assert await second.leader() == Leader(holder="second", token=2)


async def test_former_leader__that_does_not_know_it_yet__can_write_no_effect(
    two: tuple[Database, Database], leases: tuple[Lease, Lease], postgres_url: str
) -> None:
    first, second = leases
    old, new = TransactionTable(two[0]), TransactionTable(two[1])
    await first.seek()
    await old.enqueue(_row("before"))
    _run_out(postgres_url)
    await second.seek()
    assert first.held() is True  # it was paused: nobody told it

    with pytest.raises(StandingBy, match="Another daemon of this member leads"):
        await old.enqueue(_row("after"))

    assert first.held() is False
    assert await new.by_intent("after") is None
    await new.enqueue(_row("after"))


async def test_leader_s_transaction__under_way__is_waited_for_by_whoever_takes_the_lease(
    two: tuple[Database, Database], leases: tuple[Lease, Lease], postgres_url: str
) -> None:
    first, second = leases
    await first.seek()
    async with two[0].leading() as connection:
        _run_out(postgres_url)
        taking = asyncio.create_task(second.seek())
        await asyncio.sleep(0.2)  # long enough to have taken it, were it not waiting
        await connection.execute(marks.insert().values(name="effect", value="first"))
        assert not taking.done()

    assert await taking is True
    async with two[1].leading() as connection:
        assert await connection.scalar(marks.select().with_only_columns(marks.c.value)) == "first"


async def test_follower__writes_what_every_daemon_may__and_nothing_of_the_leader(
    two: tuple[Database, Database], leases: tuple[Lease, Lease]
) -> None:
    await leases[0].seek()

    async with two[1].writing() as connection:
        await connection.execute(marks.insert().values(name="seen", value="1"))

    async def lead() -> None:
        async with two[1].leading():
            pytest.fail("the fence let a follower through")

    with pytest.raises(StandingBy):
        await lead()


async def test_turns__of_a_requester__are_one_daemon_s_at_a_time_and_count(
    turns: tuple[AnsweringTurns, AnsweringTurns],
) -> None:
    one, other = turns
    asker, third = MemberId(1), MemberId(3)

    assert await one.take(asker) is True
    assert await one.take(asker) is True
    assert await other.take(asker) is False
    assert await other.take(third) is True
    await one.give_back(asker)
    assert await other.take(asker) is False
    await one.give_back(asker)
    assert await other.take(asker) is True


async def test_turns__of_a_daemon_whose_session_ends__are_free(
    turns: tuple[AnsweringTurns, AnsweringTurns], postgres_url: str
) -> None:
    one, other = turns
    await one.take(MemberId(1))
    with synchronous(postgres_url) as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    assert await one.take(MemberId(2)) is False  # noticed here, and begun anew
    assert await other.take(MemberId(1)) is True
    assert await one.take(MemberId(1)) is False
    assert await one.take(MemberId(2)) is True
