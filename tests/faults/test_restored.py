"""The drill: members restored from yesterday's backup go on, and every account comes out even."""

import asyncio
import shutil
from pathlib import Path

import pytest
from faults.story import HITS, QUESTION, numbers, pair, submit
from stage.alliance import Alliance

from oracle.domain.reports import QueryPhase, QueryState

LOST = ("asker", "north")
"""The requester and one of its holders; the other one remembers everything."""


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_members__restored_from_before_three_queries__go_on_and_pay_and_earn_once(
    alliance: Alliance,
) -> None:
    before = await alliance.ledger()
    await _asked(alliance)
    await asyncio.gather(*(_back_up(alliance, name) for name in LOST))
    for _ in range(2):
        await _asked(alliance)
    await _redeem(alliance, "north")
    open_query, _ = await submit(alliance.of("asker"))

    for name in LOST:
        await alliance.kill(name)
        shutil.move(alliance.of(name).home, alliance.work / f"{name}.lost")
        restored = await alliance.run(name, "restore", alliance.work / f"{name}.rmb", "--json")
        assert restored.code == 0, restored.err
        await alliance.start(name)
    for name in LOST:
        await alliance.ready(name)
    status = await alliance.status_until(
        "asker", lambda report: any("lost" in one for one in report.problems)
    )
    last = await _asked(alliance)

    assert last.summary.phase is QueryPhase.COMPLETE
    assert any("restored from a backup" in problem for problem in status.problems)
    async with alliance.of("asker").client() as client:
        assert open_query not in [line.query_id for line in await client.queries()]
    await _expect_equal_accounts(alliance)
    for name in ("north", "south"):
        await _redeem(alliance, name)
    after = await alliance.ledger()
    assert before.conserved
    assert after.conserved
    members = await numbers(alliance)
    for name in ("north", "south"):
        account = await pair(alliance, name, members["asker"], side="received")
        assert account.paid == account.amount


async def _asked(alliance: Alliance) -> QueryState:
    query_id, _ = await submit(alliance.of("asker"))
    return await alliance.settled("asker", query_id)


async def _back_up(alliance: Alliance, name: str) -> None:
    """While its daemon works."""
    file: Path = alliance.work / f"{name}.rmb"
    made = await alliance.run(name, "backup", file)
    assert made.code == 0, made.err


async def _redeem(alliance: Alliance, name: str) -> None:
    async with alliance.of(name).client() as client:
        await client.redeem()


async def _expect_equal_accounts(alliance: Alliance) -> None:
    """Four queries answered by each holder, on both sides of each pair; the fifth died with its journal."""
    members = await numbers(alliance)
    for name in ("north", "south"):
        hits = sum(holder == name for holder, _ in HITS)
        given = await pair(alliance, "asker", members[name], side="given")
        received = await pair(alliance, name, members["asker"], side="received")
        assert (received.queries, received.hits, received.amount) == (given.queries, given.hits, given.amount)
        assert (given.queries, given.hits) in {
            (len(QUESTION) * count, hits * count)
            for count in (4, 5)  # the fifth may have been charged, too
        }
