"""The drill on PostgreSQL: database and a machine are lost, and whoever brings them back dies on the way."""

import asyncio
import secrets
import shutil
import signal
from collections.abc import AsyncIterator

import pytest
from faults.story import HITS, HOLDERS, QUESTION, asked, numbers, pair, stopping, submit
from stage.alliance import PATIENCE_S, Alliance
from stage.postgres import Server
from stage.twins import FIRST, Twins, twins_of

from oracle.domain.reports import Finding, HolderState, QueryPhase, QueryState, RawSubject, RecordState
from oracle.wiring.restore_notice import NOTICE_NAME

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(900)]
OURS = (RawSubject(type="domain", value="only-asker.example"),)
"""What the member with two daemons lists, and another one asks about."""


@pytest.fixture
async def twins(alliance: Alliance, postgres: Server) -> AsyncIterator[Twins]:
    async with twins_of(alliance, postgres) as made:
        yield made


async def test_member__restored_with_its_database__goes_on_by_either_daemon_and_pays_and_earns_once(
    twins: Twins, postgres: Server
) -> None:
    alliance = twins.alliance
    before = await alliance.ledger()
    lost = await twins.leader()
    other = twins.other(lost)
    await _both_ask(alliance, lost)
    made = await alliance.run(lost, "backup", alliance.work / "member.rmb")
    assert made.code == 0, made.err
    for _ in range(2):
        await _both_ask(alliance, lost)
    for name in ("north", lost):
        await asked(alliance, name, lambda client: client.redeem())
    open_query, _ = await submit(alliance.of(lost))

    for name in (lost, other):
        await alliance.kill(name)
    shutil.move(alliance.of(lost).home, alliance.work / "lost")
    restored = await alliance.run(lost, "restore", alliance.work / "member.rmb", "--json")
    assert restored.code == 0, restored.err
    assert restored.json()["store_waits"]
    twins.move_to(postgres.create(f"t{secrets.token_hex(8)}"))
    # It brings the store in, has the lease, and dies before it has adopted what the chain has.
    await alliance.start(lost, stopping("DELETE transactions", "before", alliance.work / "steps.log"))
    async with asyncio.timeout(PATIENCE_S):
        assert await alliance.daemons.pop(lost).wait() == -signal.SIGKILL
    assert not (alliance.of(lost).home / NOTICE_NAME).exists()
    await alliance.start(other)
    await alliance.ready(other)
    await twins.until_led_by(other)
    await alliance.start(lost)
    await alliance.ready(lost)
    status = await alliance.status_until(other, lambda report: any("lost" in one for one in report.problems))
    last = await _both_ask(alliance, lost)

    assert last.summary.phase is QueryPhase.COMPLETE
    assert any("restored from a backup" in problem for problem in status.problems)
    assert open_query not in {
        line.query_id for line in await asked(alliance, other, lambda client: client.queries())
    }
    await _expect_what_was_asked_is_owed_once(alliance, other)
    for name in (*HOLDERS, other):
        await asked(alliance, name, lambda client: client.redeem())
    await _expect_what_is_owed_is_paid(alliance, other)
    after = await alliance.ledger()
    assert before.conserved
    assert after.conserved


async def _both_ask(alliance: Alliance, ours: str) -> QueryState:
    """We ask the others, one of them asks us; ours, once all of it is settled."""
    query_id, _ = await submit(alliance.of(ours))
    async with alliance.of("south").client() as client:
        theirs = (await client.submit(OURS, purpose=None, case_reference="", deadline_s=600)).query_id
    us = (await numbers(alliance))[FIRST]
    state = await alliance.settled("south", theirs)
    (line,) = (line for line in state.holders if line.holder == us)
    (found,) = (result for result in state.results if result.holder == us)
    assert line.state is HolderState.ANSWERED
    assert (found.state, found.record_state) == (Finding.HIT, RecordState.DISCLOSED)
    return await alliance.settled(ours, query_id)


async def _expect_what_was_asked_is_owed_once(alliance: Alliance, ours: str) -> None:
    """Four of ours by each holder; the fifth died with its journal and may have been charged, too."""
    members = await numbers(alliance)
    for name in HOLDERS:
        hits = sum(holder == name for holder, _ in HITS)
        given = await pair(alliance, ours, members[name], side="given")
        received = await pair(alliance, name, members[FIRST], side="received")
        assert (received.queries, received.hits, received.amount) == (given.queries, given.hits, given.amount)
        assert (given.queries, given.hits) in {(len(QUESTION) * count, hits * count) for count in (4, 5)}
    given = await pair(alliance, "south", members[FIRST], side="given")
    received = await pair(alliance, ours, members["south"], side="received")
    assert (given.queries, given.hits) == (4, 4)
    assert (received.queries, received.hits, received.amount) == (given.queries, given.hits, given.amount)


async def _expect_what_is_owed_is_paid(alliance: Alliance, ours: str) -> None:
    members = await numbers(alliance)
    for name in HOLDERS:
        account = await pair(alliance, name, members[FIRST], side="received")
        assert account.paid == account.amount
    account = await pair(alliance, ours, members["south"], side="received")
    assert account.paid == account.amount
