"""SIGKILL between the rollback of the event journal and what follows from it: the next start undoes it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest
from faults.story import HOLDERS, asked, expect_answered, expect_paid_once, stopping, submit
from stage.alliance import PATIENCE_S, Alliance
from stage.anvil import Anvil

from oracle.domain.reports import QueryState

ROLLED_BACK = "DELETE facts"
"""The write that drops events; the note that it happened is in the same transaction."""


@pytest.fixture
async def chain(alliance: Alliance) -> AsyncIterator[Anvil]:
    """The one that the alliance runs on."""
    async with aiohttp.ClientSession() as session:
        yield Anvil(session, str(alliance.work), port=urlsplit(alliance.rpc).port or 0)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_accepted_reorganisation__killed_after_the_rollback__is_undone_by_the_next_start(
    alliance: Alliance, chain: Anvil
) -> None:
    states: list[QueryState] = []
    for victim in ("asker", "north"):
        await alliance.kill(victim)
        log = alliance.work / f"{victim}.steps"
        await alliance.start(victim, stopping(ROLLED_BACK, "after", log))
        await alliance.ready(victim)
        await chain.mine(2)
        before = await chain.head() - 1
        query_id, _ = await submit(alliance.of("asker"))
        await alliance.settled("asker", query_id)
        for holder in HOLDERS:
            await asked(alliance, holder, lambda client: client.redeem())

        # Commitment and redemptions had been final; everybody accepts that they are gone.
        await chain.reorganise(await chain.head() - before)
        for name in alliance.institutions:
            await alliance.status_until(name, lambda status: status.chain.held is not None)
            assert (await alliance.run(name, "chain", "accept-reorganisation", "--yes")).code == 0
        async with asyncio.timeout(PATIENCE_S):
            assert await alliance.daemons.pop(victim).wait() == -signal.SIGKILL
        assert ROLLED_BACK in log.read_text().splitlines()
        await alliance.start(victim)
        for name in alliance.institutions:
            await alliance.ready(name)

        states.append(await alliance.settled("asker", query_id))
        await expect_answered(alliance, states)
        await expect_paid_once(alliance, states)
    assert (await alliance.ledger()).conserved
