"""SIGKILL at every write of a query's life, on either side: answered once, paid once, nothing left behind."""

import asyncio
from contextlib import suppress

import pytest
from faults.story import (
    HOLDERS,
    expect_answered,
    expect_paid_once,
    stopping,
    submit,
)
from stage.alliance import PATIENCE_S, Alliance

from oracle.domain.errors import RiskmeshError
from oracle.domain.record import Category
from oracle.domain.reports import QueryState, Verdict

ASKING = (
    "INSERT queries",
    "INSERT batches prepared",
    "INSERT transactions queued",
    "UPDATE transactions sent",
    "UPDATE transactions mined",
    "INSERT facts",
    "UPDATE batches committed",
    "INSERT replies waiting",
    "UPDATE replies received",
    "UPDATE replies accepted",
    "INSERT charges",
    "INSERT signed",
    "INSERT receipts pending",
    "UPDATE receipts settled",
    "UPDATE batches done",
    "UPDATE queries done",
    "INSERT ratings",
    "UPDATE ratings",
)
"""Writes of the requester, in the order in which a query, its redemption and its ratings pass them."""
ANSWERING = (
    "INSERT answers seen",
    "UPDATE answers fetched",
    "UPDATE answers sealed",
    "UPDATE answers delivered",
    "INSERT accepted",
    "INSERT vouchers",
    "UPDATE answers settled",
    "INSERT transactions queued",
    "UPDATE transactions sent",
    "UPDATE transactions mined",
)
"""Writes of the holder, from seeing the commitment to redeeming the voucher."""
TOGETHER = 4
"""Steps that one alliance dies at in turn: founding it costs more than a step."""
EVERY = [
    pytest.param(
        [(victim, step, when) for step in steps[first : first + TOGETHER] for when in ("before", "after")],
        id=f"{victim}-{first + 1}",
    )
    for victim, steps in (("asker", ASKING), ("north", ANSWERING))
    for first in range(0, len(steps), TOGETHER)
]
SAMPLE = [
    ("asker", "UPDATE transactions sent", "before"),
    ("asker", "UPDATE replies received", "after"),
    ("asker", "INSERT charges", "after"),
    ("north", "UPDATE answers sealed", "after"),
    ("north", "INSERT accepted", "after"),
    ("north", "UPDATE transactions sent", "after"),
]
"""One for each way in which a step can be lost or doubled."""


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_query__with_a_daemon_killed_at_a_write__is_answered_and_paid_once(alliance: Alliance) -> None:
    await _run(alliance, SAMPLE)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("points", EVERY)
async def test_query__with_a_daemon_killed_at_each_write__is_answered_and_paid_once(
    alliance: Alliance, points: list[tuple[str, str, str]]
) -> None:
    await _run(alliance, points)


async def _run(alliance: Alliance, points: list[tuple[str, str, str]]) -> None:
    before = await alliance.ledger()
    states: list[QueryState] = []
    for victim, step, when in points:
        states.append(await _killed_at(alliance, victim, step, when))
        await expect_answered(alliance, states)
        await expect_paid_once(alliance, states)
    after = await alliance.ledger()
    assert before.conserved
    assert after.conserved
    for name in ("asker", *HOLDERS):
        await alliance.status_until(name, lambda seen: seen.chain.cursor_block == seen.chain.head_block)


async def _killed_at(alliance: Alliance, victim: str, step: str, when: str) -> QueryState:
    """One query whose victim dies at this write and is started again; what came of the query."""
    log = alliance.work / "steps.log"
    log.unlink(missing_ok=True)
    await alliance.kill(victim)
    await alliance.start(victim, stopping(step, when, log))
    again = asyncio.create_task(_started_again(alliance, victim))
    try:
        query_id = await _asked(alliance)
        state = await alliance.settled("asker", query_id)
        await _redeemed(alliance)
        await _rated(alliance, state)
        async with asyncio.timeout(PATIENCE_S):
            await again
    except TimeoutError as error:
        passed = log.read_text().split("\n") if log.exists() else []
        raise AssertionError(
            f"{victim} was not killed {when} '{step}'; it passed {sorted(set(passed))}"
        ) from error
    finally:
        again.cancel()
    await alliance.ready(victim)
    return await alliance.settled("asker", query_id)


async def _started_again(alliance: Alliance, victim: str) -> None:
    await alliance.daemons[victim].wait()
    await alliance.start(victim)


async def _asked(alliance: Alliance) -> str:
    """Asked once: a daemon that died without an answer may have journalled the question all the same."""
    asker = alliance.of("asker")
    async with asyncio.timeout(2 * PATIENCE_S):
        known = None
        while True:
            with suppress(RiskmeshError):
                async with asker.client() as client:
                    listed = {line.query_id for line in await client.queries()}
                if known is None:
                    known = listed
                if fresh := listed - known:
                    return fresh.pop()
                query_id, _ = await submit(asker)
                return query_id
            await asyncio.sleep(0.1)


async def _redeemed(alliance: Alliance) -> None:
    for name in HOLDERS:
        async with asyncio.timeout(2 * PATIENCE_S):
            while True:
                with suppress(RiskmeshError):
                    async with alliance.of(name).client() as client:
                        await client.redeem()
                    break
                await asyncio.sleep(0.1)


async def _rated(alliance: Alliance, state: QueryState) -> None:
    """Rate one record; a daemon that died without an answer may have journalled the verdict."""
    hit = next(result for result in state.results if result.record)
    category = next(one for one in Category if one.label == hit.record[0].category)
    async with asyncio.timeout(2 * PATIENCE_S):
        while True:
            try:
                async with alliance.of("asker").client() as client:
                    await client.rate(
                        query_id=state.summary.query_id,
                        index=hit.index,
                        holder=hit.holder,
                        category=category,
                        verdict=Verdict.CONFIRMED,
                    )
            except RiskmeshError as error:
                if "verdict already" in str(error):
                    return
                await asyncio.sleep(0.1)
            else:
                return
