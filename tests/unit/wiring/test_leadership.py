"""Whoever gets the lease sees to the store first: until that is done it leads nothing."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from stage.alliance import until
from stage.postgres import Server

from oracle.store.database import Database
from oracle.store.errors import StandingBy
from oracle.store.lease import Lease
from oracle.store.restoration import RestorationJournal
from oracle.wiring.leadership import Leadership

PATIENCE_S = 30


async def _until(holds: Callable[[], bool]) -> None:
    async def look() -> bool:
        return holds()

    await until(look, bool, patience_s=PATIENCE_S)


@pytest.fixture
async def two(postgres: Server) -> AsyncIterator[tuple[Database, Database]]:
    url = postgres.create(f"t{secrets.token_hex(8)}")
    first, second = await Database.open(url), await Database.open(url)
    yield first, second
    await first.close()
    await second.close()


@asynccontextmanager
async def _running(leadership: Leadership, prepare: Any, take_over: Any) -> AsyncIterator[None]:
    running = asyncio.create_task(leadership.run(prepare, take_over))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])


async def _done() -> bool:
    return True


@pytest.mark.postgres
async def test_daemon__with_the_lease_and_the_store_not_seen_to__leads_nothing_yet(
    two: tuple[Database, Database],
) -> None:
    leadership, seen_to = Leadership(Lease(two[0], holder="first")), asyncio.Event()

    async def prepare() -> bool:
        return await seen_to.wait()

    async with _running(leadership, prepare, _done):
        await _until(leadership.holds)
        assert not leadership.leads()
        with pytest.raises(StandingBy):
            leadership.check()
        seen_to.set()
        await _until(leadership.established)
        assert leadership.leads()


@pytest.mark.postgres
async def test_daemon__that_lost_the_lease_while_it_saw_to_the_store__leads_nothing(
    two: tuple[Database, Database],
) -> None:
    leadership, began = Leadership(Lease(two[0], holder="first")), asyncio.Event()

    async def prepare() -> bool:
        began.set()
        return False

    async with _running(leadership, prepare, _done):
        await asyncio.wait_for(began.wait(), PATIENCE_S)
        await _until(leadership.holds)
        assert not leadership.leads()


@pytest.mark.postgres
async def test_recovery__written_by_a_daemon_that_does_not_lead__is_refused(
    two: tuple[Database, Database],
) -> None:
    first, second = Lease(two[0], holder="first"), Lease(two[1], holder="second")
    assert await first.seek()
    assert not await second.seek()
    leader, follower = RestorationJournal(two[0]), RestorationJournal(two[1])
    assert await follower.current() is None

    await leader.begin(1_800_000_000)
    with pytest.raises(StandingBy):
        await follower.end()
    noticed = await follower.current()
    await leader.end()

    assert noticed is not None
    assert await follower.current() is None


async def test_daemon__that_is_its_members_only_one__leads_from_the_start_and_takes_over_once() -> None:
    leadership, taken = Leadership(None), asyncio.Event()

    async def take_over() -> bool:
        taken.set()
        return True

    await leadership.run(_done, take_over)

    assert taken.is_set()
    assert leadership.established()
