"""Daemons killed with SIGKILL at any moment: nothing that was asked is lost, nothing is charged twice."""

import asyncio
import random

import pytest
from stage.alliance import PATIENCE_S, Alliance

from oracle.chain.connection import open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deployment import read_record
from oracle.chain.node import LATEST
from oracle.demo.institutions import Institution
from oracle.domain.errors import RiskmeshError
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import Finding, HolderState, PairAccount, QueryState, RawSubject, RecordState

QUESTION = tuple(
    RawSubject(type="domain", value=name) for name in ("both.example", "north.example", "clear.example")
)
HITS = {("north", 0), ("north", 1), ("south", 0)}
"""Which of the question each holder lists."""
HOLDERS = ("north", "south")
DEADLINE_S = 600
KILLS = 20


async def test_query__requester_and_holder_killed_on_the_way__completes_and_is_charged_once(
    alliance: Alliance,
) -> None:
    before = await alliance.ledger()
    query_id, batch_id = await _submit(alliance.of("asker"))
    await alliance.kill("asker")
    await alliance.start("asker")
    await _committed(alliance, batch_id)
    await alliance.kill("asker")
    # The commitment stands and its requester is gone: holders know of it and cannot answer.
    await alliance.status_until("north", lambda status: status.open_answers == 1)
    await alliance.kill("north")

    await alliance.start("north")
    await alliance.start("asker")
    state = await alliance.settled("asker", query_id)

    await _expect_answered(alliance, [state])
    await _expect_charged_once(alliance, [state])
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
        query_id, _ = await _submit(alliance.of("asker"))
        asked.append(query_id)
        victim = chance.choice(sorted(alliance.daemons))
        await asyncio.sleep(chance.uniform(0, 1.5))
        await alliance.kill(victim)
        await asyncio.sleep(chance.uniform(0, 0.5))
        await alliance.start(victim)
        if victim == "asker":
            await alliance.ready("asker")

    states = [await alliance.settled("asker", query_id) for query_id in asked]

    await _expect_answered(alliance, states)
    await _expect_charged_once(alliance, states)
    assert (await alliance.ledger()).conserved


async def _submit(asker: Institution) -> tuple[str, BatchId]:
    async with asker.client() as client:
        accepted = await client.submit(QUESTION, purpose=None, case_reference="", deadline_s=DEADLINE_S)
    (batch_id,) = accepted.batches
    return accepted.query_id, BatchId(bytes.fromhex(batch_id[2:]))


async def _committed(alliance: Alliance, batch_id: BatchId) -> None:
    ledger = bindings(read_record(alliance.work / "deployment.json")).queries
    asker = MemberId((await _numbers(alliance))["asker"])
    async with asyncio.timeout(PATIENCE_S), open_connection([alliance.rpc]) as connection:
        while True:
            if await ledger.commitment_of(connection, asker, batch_id, block=LATEST) is not None:
                return
            await asyncio.sleep(0.005)


async def _expect_answered(alliance: Alliance, states: list[QueryState]) -> None:
    numbers = await _numbers(alliance)
    for state in states:
        assert {line.state for line in state.holders} == {HolderState.ANSWERED}
        found = {
            (name, result.index)
            for result in state.results
            for name in HOLDERS
            if numbers[name] == result.holder and result.state is Finding.HIT
        }
        assert found == HITS
        kept = {result.record_state for result in state.results if result.state is Finding.HIT}
        assert kept == {RecordState.DISCLOSED}
        assert len(state.results) == len(QUESTION) * len(HOLDERS)


async def _expect_charged_once(alliance: Alliance, states: list[QueryState]) -> None:
    """Both sides have the same totals, which are exactly the sum of what was asked, and so has the chain."""
    numbers = await _numbers(alliance)
    before = await alliance.ledger()
    owed = 0
    for name in HOLDERS:
        hits = sum(holder == name for holder, _ in HITS)
        given = await _pair(alliance, "asker", numbers[name], side="given")
        received = await _pair(alliance, name, numbers["asker"], side="received")
        assert (given.queries, given.hits) == (len(QUESTION) * len(states), hits * len(states))
        assert (received.queries, received.hits, received.amount) == (given.queries, given.hits, given.amount)
        paid = sum(line.paid for state in states for line in state.holders if line.holder == numbers[name])
        assert given.amount == paid
        for expected in (given.amount, 0):
            async with alliance.of(name).client() as client:
                report = await client.redeem()
            assert sum(pair.paid for pair in report.pairs) == expected
        owed += given.amount
    after = await alliance.ledger()
    assert after.balances[numbers["asker"]] == before.balances[numbers["asker"]] - owed


async def _numbers(alliance: Alliance) -> dict[str, int]:
    async with alliance.of("asker").client() as client:
        return {line.name: line.member_id for line in await client.members()}


async def _pair(alliance: Alliance, name: str, other: int, *, side: str) -> PairAccount:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with alliance.of(name).client() as client:
                    account = await client.credits()
            except RiskmeshError:
                await asyncio.sleep(0.1)  # started again a moment ago
                continue
            return next(line for line in getattr(account, side) if line.member_id == other)
