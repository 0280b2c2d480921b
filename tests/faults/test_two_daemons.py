"""Two daemons of one member on PostgreSQL: the leader dies or stands still, and every effect happens once."""

import asyncio
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from stage.alliance import PATIENCE_S, Alliance, held, until
from stage.postgres import Server
from stage.stores import synchronous
from stage.twins import FIRST, Twins, twins_of

from oracle.api.connection import ProblemReported
from oracle.chain.connection import open_connection
from oracle.demo.lists import write_csv
from oracle.domain.errors import RiskmeshError
from oracle.domain.ids import Address
from oracle.domain.reports import Finding, HolderState, PairAccount, QueryState, RawSubject, RecordState

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]
QUESTION = tuple(
    RawSubject(type="domain", value=name) for name in ("both.example", "north.example", "clear.example")
)
HITS = {"north": 2, "south": 1}
DEADLINE_S = 900


@pytest.fixture
async def twins(alliance: Alliance, postgres: Server) -> AsyncIterator[Twins]:
    async with twins_of(alliance, postgres) as made:
        yield made


async def test_leader__killed_under_queries__is_replaced_and_nothing_is_done_twice(twins: Twins) -> None:
    alliance, leader = twins.alliance, await twins.leader()
    survivor = twins.other(leader)
    asked = [await _submit(alliance, name) for name in (leader, survivor, leader, survivor)]
    put_to_us = await _submit(alliance, "south", RawSubject(type="domain", value="only-asker.example"))

    await alliance.kill(leader)
    asked += [await _submit(alliance, survivor) for _ in range(2)]
    await twins.until_led_by(survivor)
    await alliance.start(leader)
    await alliance.ready(leader)
    asked += [await _submit(alliance, leader), await _submit(alliance, survivor)]

    states = [await alliance.settled(leader, query_id) for query_id in asked]
    assert not await twins.leads(leader)
    await _expect_once(twins, states)
    await _expect_answered_by_us(alliance, await alliance.settled("south", put_to_us))


async def test_leader__paused_and_woken_after_its_time__does_nothing_more(twins: Twins) -> None:
    alliance, leader = twins.alliance, await twins.leader()
    successor = twins.other(leader)
    asked = [await _submit(alliance, name) for name in (leader, successor)]

    alliance.daemons[leader].send_signal(signal.SIGSTOP)
    asked += [await _submit(alliance, successor) for _ in range(2)]
    await twins.until_led_by(successor)
    alliance.daemons[leader].send_signal(signal.SIGCONT)

    states = [await alliance.settled(successor, query_id) for query_id in asked]
    assert not await twins.leads(leader)
    assert await twins.leads(successor)
    await _expect_once(twins, states)


async def test_leader__stopped_cleanly__hands_over_and_the_follower_refused_before(twins: Twins) -> None:
    alliance, leader = twins.alliance, await twins.leader()
    follower = twins.other(leader)
    async with alliance.of(follower).client() as client:
        with pytest.raises(ProblemReported) as refused:
            await client.publish_snapshot()
    assert refused.value.problem.code == "standing_by"

    assert await alliance.terminate(leader) == 0
    await twins.until_led_by(follower)

    with synchronous(twins.store_url) as connection:
        assert connection.scalar(text("SELECT token FROM lease")) == 2
    state = await alliance.settled(follower, await _submit(alliance, follower))
    await _expect_once(twins, [state])


async def test_follower__without_the_published_snapshot__says_so_and_answers_once_it_has_a_copy(
    twins: Twins,
) -> None:
    alliance, leader = twins.alliance, await twins.leader()
    follower = twins.other(leader)
    assert await _ready(alliance, follower) == ()
    write_csv(alliance.work / "more.csv", held("high_risk_account", "new-at-asker.example"))
    await alliance.of(leader).command("records", "import", alliance.work / "more.csv")
    async with alliance.of(leader).client() as client:
        published = await client.publish_snapshot()

    reasons = await until(lambda: _ready(alliance, follower), bool, patience_s=PATIENCE_S)
    assert any(f"published snapshot {published.sequence}" in reason for reason in reasons)
    checked = await alliance.run(follower, "check", "--json")
    assert "riskmesh records copy" in checked.out
    assert await _ready(alliance, leader) == ()

    copied = await alliance.run(leader, "records", "copy", alliance.work / "copy")
    assert copied.code == 0, copied.err
    assert await alliance.terminate(follower) == 0
    dataset = alliance.of(follower).home / "data" / "dataset"
    shutil.rmtree(dataset)
    (alliance.work / "copy").rename(dataset)
    await alliance.start(follower)
    await alliance.ready(follower)
    assert await until(lambda: _ready(alliance, follower), lambda now: not now, patience_s=PATIENCE_S) == ()
    await alliance.kill(leader)
    put_to_us = await _submit(alliance, "south", RawSubject(type="domain", value="new-at-asker.example"))
    await _expect_answered_by_us(alliance, await alliance.settled("south", put_to_us))
    async with alliance.of(follower).client() as client:
        assert (await client.status()).published_sequence == published.sequence


async def _ready(alliance: Alliance, name: str) -> tuple[str, ...]:
    """Why it is not."""
    async with alliance.of(name).client() as client:
        return (await client.readiness()).reasons


async def _submit(alliance: Alliance, name: str, *subjects: RawSubject) -> str:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with alliance.of(name).client() as client:
                    accepted = await client.submit(
                        subjects or QUESTION, purpose=None, case_reference="", deadline_s=DEADLINE_S
                    )
            except RiskmeshError:
                await asyncio.sleep(0.1)  # started a moment ago
                continue
            return accepted.query_id


async def _expect_once(twins: Twins, states: list[QueryState]) -> None:
    """Every query answered by every holder, one total on both sides and on the chain, no nonce twice."""
    alliance = twins.alliance
    for state in states:
        assert {line.state for line in state.holders} == {HolderState.ANSWERED}
        hits = [result for result in state.results if result.state is Finding.HIT]
        assert len(hits) == sum(HITS.values())
        assert {result.record_state for result in hits} == {RecordState.DISCLOSED}
    numbers = await _numbers(alliance)
    before, owed = await alliance.ledger(), 0
    for name, hits_each in HITS.items():
        given = await _pair(alliance, await twins.leader(), numbers[name], side="given")
        received = await _pair(alliance, name, numbers[FIRST], side="received")
        assert (given.queries, given.hits) == (len(QUESTION) * len(states), hits_each * len(states))
        assert (received.queries, received.hits, received.amount) == (given.queries, given.hits, given.amount)
        for expected in (given.amount, 0):
            async with alliance.of(name).client() as client:
                report = await client.redeem([numbers[FIRST]])
            assert sum(pair.paid for pair in report.pairs) == expected
        owed += given.amount
    after = await alliance.ledger()
    assert after.balances[numbers[FIRST]] == before.balances[numbers[FIRST]] - owed
    assert after.conserved
    await _expect_no_nonce_twice(twins)


async def _expect_no_nonce_twice(twins: Twins) -> None:
    with synchronous(twins.store_url) as connection:
        rows = connection.execute(text("SELECT sender, nonce, status, intent FROM transactions")).all()
    sent = [row for row in rows if row.nonce is not None]
    assert max(Counter((row.sender, row.nonce) for row in sent).values()) == 1
    assert {row.status for row in sent} == {"mined"}
    async with open_connection([twins.alliance.rpc]) as chain:
        for sender in {row.sender for row in sent}:
            used = await chain.ask(lambda node, who=sender: node.nonce(Address(who), "latest"))
            # Whatever went out from this account is in the journal: nobody sent beside it.
            assert used == max(row.nonce for row in sent if row.sender == sender) + 1


async def _expect_answered_by_us(alliance: Alliance, state: QueryState) -> None:
    ours = (await _numbers(alliance))[FIRST]
    (line,) = (line for line in state.holders if line.holder == ours)
    assert line.state is HolderState.ANSWERED
    (hit,) = (result for result in state.results if result.holder == ours)
    assert (hit.state, hit.record_state) == (Finding.HIT, RecordState.DISCLOSED)


async def _numbers(alliance: Alliance) -> dict[str, int]:
    async with alliance.of("south").client() as client:
        return {line.name: line.member_id for line in await client.members()}


async def _pair(alliance: Alliance, name: str, other: int, *, side: str) -> PairAccount:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with alliance.of(name).client() as client:
                    account = await client.credits()
            except RiskmeshError:
                await asyncio.sleep(0.1)
                continue
            return next(line for line in getattr(account, side) if line.member_id == other)
