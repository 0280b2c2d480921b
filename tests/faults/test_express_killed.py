"""Daemons that die at a write of express mode: what was signed is anchored once, and nothing stays open."""

import asyncio
from contextlib import suppress

import pytest
from faults.story import QUESTION, stopping
from stage.alliance import PATIENCE_S, Alliance, until

from oracle.domain.errors import RiskmeshError
from oracle.domain.reports import AskingMode, WaitingKind, WaitingReport

POINTS = [
    ("asker", "INSERT express", "before"),
    ("asker", "INSERT express", "after"),
    ("asker", "UPDATE replies accepted", "before"),
    ("asker", "UPDATE replies accepted", "after"),
    ("asker", "INSERT anchors decided", "before"),
    ("asker", "INSERT anchors decided", "after"),
    ("asker", "UPDATE anchors anchored", "before"),
    ("asker", "INSERT told", "before"),
    ("asker", "UPDATE told", "before"),
    ("north", "INSERT evidence", "before"),
    ("north", "INSERT evidence", "after"),
    ("north", "UPDATE evidence", "before"),
]
OPEN = {
    WaitingKind.ANCHOR,
    WaitingKind.REPORT,
    WaitingKind.RECEIPT,
    WaitingKind.SETTLEMENT,
    WaitingKind.REPLY,
}


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_express__with_a_daemon_killed_at_each_write__is_anchored_once_and_nothing_stays_open(
    alliance: Alliance,
) -> None:
    assert await alliance.terminate("asker") == 0
    settings = alliance.of("asker").home / "riskmesh.toml"
    settings.write_text(settings.read_text().replace("# anchor_batches = 500", "anchor_batches = 1"))
    await alliance.start("asker")
    for victim, step, when in POINTS:
        await _killed_at(alliance, victim, step, when)
    async with alliance.of("asker").client() as client:
        asked = [line for line in await client.queries(limit=100) if line.express]
        budget = (await client.credits()).evaluations_used
    # One was never written down, so nothing of it was signed either.
    assert len(asked) == len(POINTS) - 1
    assert budget == len(asked) * len(QUESTION)
    assert (await alliance.ledger()).conserved


async def _killed_at(alliance: Alliance, victim: str, step: str, when: str) -> None:
    log = alliance.work / "steps.log"
    log.unlink(missing_ok=True)
    await alliance.kill(victim)
    await alliance.start(victim, stopping(step, when, log))
    await alliance.ready("asker")
    await alliance.ready(victim)
    with suppress(RiskmeshError):
        async with alliance.of("asker").client() as client:
            await client.submit(QUESTION, mode=AskingMode.EXPRESS, deadline_ms=10_000)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await alliance.daemons[victim].wait()
    except TimeoutError as error:
        passed = log.read_text().split("\n") if log.exists() else []
        message = f"{victim} was not killed {when} '{step}'; it passed {sorted(set(passed))}"
        raise AssertionError(message) from error
    await alliance.start(victim)
    for name in ("asker", "north", "south"):
        await alliance.ready(name)
        await _nothing_stays_open(alliance, name, f"{victim} died {when} '{step}'")


async def _nothing_stays_open(alliance: Alliance, name: str, victim: str) -> None:
    async def report() -> WaitingReport:
        async with alliance.of(name).client() as client:
            return await client.waiting()

    def settled(found: WaitingReport) -> bool:
        return not any(line.kind in OPEN for line in found.lines)

    try:
        await until(report, settled, patience_s=PATIENCE_S)
    except TimeoutError as error:
        left = [(line.kind, line.code, line.why) for line in (await report()).lines]
        message = f"at {name}, after {victim}, these stay open: {left}"
        raise AssertionError(message) from error
