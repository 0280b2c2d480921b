"""Daemons killed with SIGKILL at any moment: nothing that was asked is lost, nothing is charged twice."""

import asyncio
import random
import signal

import pytest
from faults.story import expect_answered, expect_charged_once, stopping, submit
from stage.alliance import PATIENCE_S, Alliance

KILLS = 20


async def test_query__requester_and_holder_killed_on_the_way__completes_and_is_charged_once(
    alliance: Alliance,
) -> None:
    before = await alliance.ledger()
    query_id, _ = await submit(alliance.of("asker"))
    await alliance.kill("asker")
    # No reply is taken before this write: the commitment stands, and its requester is gone.
    await alliance.start("asker", stopping("UPDATE batches committed", "before", alliance.work / "steps.log"))
    async with asyncio.timeout(PATIENCE_S):
        assert await alliance.daemons.pop("asker").wait() == -signal.SIGKILL
    await alliance.status_until("north", lambda status: status.open_answers == 1)
    await alliance.kill("north")

    await alliance.start("north")
    await alliance.start("asker")
    state = await alliance.settled("asker", query_id)

    await expect_answered(alliance, [state])
    await expect_charged_once(alliance, [state])
    after = await alliance.ledger()
    assert before.conserved
    assert after.conserved
    assert after.totals.granted == before.totals.granted


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(2))
async def test_queries__daemons_killed_at_twenty_random_moments__complete_and_are_charged_once(
    alliance: Alliance, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - chooses moments, no secrets
    asked = []
    for _ in range(KILLS):
        query_id, _ = await submit(alliance.of("asker"))
        asked.append(query_id)
        victim = chance.choice(sorted(alliance.daemons))
        await asyncio.sleep(chance.uniform(0, 1.5))
        await alliance.kill(victim)
        await asyncio.sleep(chance.uniform(0, 0.5))
        await alliance.start(victim)
        if victim == "asker":
            await alliance.ready("asker")

    states = [await alliance.settled("asker", query_id) for query_id in asked]

    await expect_answered(alliance, states)
    await expect_charged_once(alliance, states)
    assert (await alliance.ledger()).conserved
