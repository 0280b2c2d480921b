"""Daemons killed with SIGKILL at any moment: nothing that was asked is lost, nothing is charged twice."""

import asyncio
import random

import pytest
from faults.story import expect_answered, expect_charged_once, numbers, submit
from stage.alliance import PATIENCE_S, Alliance

from oracle.chain.connection import open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deployment import read_record
from oracle.chain.node import LATEST
from oracle.domain.ids import BatchId, MemberId

KILLS = 20


async def test_query__requester_and_holder_killed_on_the_way__completes_and_is_charged_once(
    alliance: Alliance,
) -> None:
    before = await alliance.ledger()
    query_id, batch_id = await submit(alliance.of("asker"))
    await alliance.kill("asker")
    await alliance.start("asker")
    await committed(alliance, batch_id)
    await alliance.kill("asker")
    # The commitment stands and its requester is gone: holders know of it and cannot answer.
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


async def committed(alliance: Alliance, batch_id: BatchId) -> None:
    ledger = bindings(read_record(alliance.work / "deployment.json")).queries
    asker = MemberId((await numbers(alliance))["asker"])
    async with asyncio.timeout(PATIENCE_S), open_connection([alliance.rpc]) as connection:
        while True:
            if await ledger.commitment_of(connection, asker, batch_id, block=LATEST) is not None:
                return
            await asyncio.sleep(0.005)
