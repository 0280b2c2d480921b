"""What the daemons of an alliance are asked in these tests, and what must be true of it afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from stage.alliance import PATIENCE_S, Alliance

from oracle.api.client import LocalClient
from oracle.demo.institutions import Institution
from oracle.domain.errors import RiskmeshError
from oracle.domain.ids import BatchId
from oracle.domain.reports import Finding, HolderState, PairAccount, QueryState, RawSubject, RecordState

T = TypeVar("T")
QUESTION = tuple(
    RawSubject(type="domain", value=name) for name in ("both.example", "north.example", "clear.example")
)
HITS = {("north", 0), ("north", 1), ("south", 0)}
"""Which of the question each holder lists."""
HOLDERS = ("north", "south")
DEADLINE_S = 600
LAUNCHER = Path(__file__).with_name("stops_at_a_write.py")


def stopping(step: str, when: str, log: Path) -> tuple[str, ...]:
    """What Python runs for a daemon that kills itself before or after this write."""
    return (str(LAUNCHER), step, when, str(log))


async def submit(asker: Institution) -> tuple[str, BatchId]:
    async with asker.client() as client:
        accepted = await client.submit(QUESTION, purpose=None, case_reference="", deadline_s=DEADLINE_S)
    (batch_id,) = accepted.batches
    return accepted.query_id, BatchId(bytes.fromhex(batch_id[2:]))


async def expect_answered(alliance: Alliance, states: list[QueryState]) -> None:
    members = await numbers(alliance)
    for state in states:
        assert {line.state for line in state.holders} == {HolderState.ANSWERED}
        found = {
            (name, result.index)
            for result in state.results
            for name in HOLDERS
            if members[name] == result.holder and result.state is Finding.HIT
        }
        assert found == HITS
        kept = {result.record_state for result in state.results if result.state is Finding.HIT}
        assert kept == {RecordState.DISCLOSED}
        assert len(state.results) == len(QUESTION) * len(HOLDERS)


async def expect_charged_once(alliance: Alliance, states: list[QueryState]) -> None:
    """Both sides have the same totals, which are exactly the sum of what was asked, and so has the chain."""
    members = await numbers(alliance)
    before = await alliance.ledger()
    owed = 0
    for name in HOLDERS:
        hits = sum(holder == name for holder, _ in HITS)
        given = await pair(alliance, "asker", members[name], side="given")
        received = await pair(alliance, name, members["asker"], side="received")
        assert (given.queries, given.hits) == (len(QUESTION) * len(states), hits * len(states))
        assert (received.queries, received.hits, received.amount) == (given.queries, given.hits, given.amount)
        paid = sum(line.paid for state in states for line in state.holders if line.holder == members[name])
        assert given.amount == paid
        for expected in (given.amount, 0):
            report = await asked(alliance, name, lambda client: client.redeem())
            assert sum(pair.paid for pair in report.pairs) == expected
        owed += given.amount
    after = await alliance.ledger()
    assert after.balances[members["asker"]] == before.balances[members["asker"]] - owed


async def expect_paid_once(alliance: Alliance, states: list[QueryState]) -> None:
    """What was asked is owed, vouched for and paid by the chain, and no more can be had."""
    members = await numbers(alliance)
    for name in HOLDERS:
        hits = sum(holder == name for holder, _ in HITS)
        await asked(alliance, name, lambda client: client.redeem())
        again = await asked(alliance, name, lambda client: client.redeem())
        given = await pair(alliance, "asker", members[name], side="given")
        received = await pair(alliance, name, members["asker"], side="received")
        assert (given.queries, given.hits) == (len(QUESTION) * len(states), hits * len(states))
        assert (received.queries, received.hits, received.amount) == (given.queries, given.hits, given.amount)
        assert received.paid == received.amount
        assert sum(one.paid for one in again.pairs) == 0


async def numbers(alliance: Alliance) -> dict[str, int]:
    async def ask(client: LocalClient) -> dict[str, int]:
        return {line.name: line.member_id for line in await client.members()}

    return await asked(alliance, "asker", ask)


async def pair(alliance: Alliance, name: str, other: int, *, side: str) -> PairAccount:
    account = await asked(alliance, name, lambda client: client.credits())
    return next(line for line in getattr(account, side) if line.member_id == other)


async def asked(alliance: Alliance, name: str, question: Callable[[LocalClient], Awaitable[T]]) -> T:
    """The answer of a daemon that may have been started again a moment ago."""
    async with asyncio.timeout(2 * PATIENCE_S):
        while True:
            with suppress(RiskmeshError):
                async with alliance.of(name).client() as client:
                    return await question(client)
            await asyncio.sleep(0.1)
