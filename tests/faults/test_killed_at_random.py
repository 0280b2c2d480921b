"""Eight daemons killed with SIGKILL at random for minutes: every query is answered once and paid once.

`RISKMESH_KILLS_S` says for how long (600 seconds unless told), `RISKMESH_KILLS_SEED` which moments.
"""

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from faults.story import asked, pair
from stage.alliance import Alliance, founders, held

from oracle.domain.errors import RiskmeshError
from oracle.domain.reports import Finding, HolderState, QueryState, RawSubject, RecordState

NAMES = tuple(f"member{number}" for number in range(1, 9))
SHARED = "shared.example"
CLEAR = "clear.example"
LISTS = {name: held("telecom_fraud", f"{name}.example", SHARED) for name in NAMES}
ASKED = {
    name: (SHARED, f"{other}.example", CLEAR)
    for name, other in zip(NAMES, (*NAMES[1:], NAMES[0]), strict=True)
}
"""Always the same of each: what a daemon could not confirm is known all the same."""
LASTS_S = float(os.environ.get("RISKMESH_KILLS_S", "600"))
SEED = int(os.environ.get("RISKMESH_KILLS_SEED") or secrets.randbelow(2**32))
DEADLINE_S = int(LASTS_S) + 1_800


@pytest.mark.slow
@pytest.mark.timeout(LASTS_S + 3_600)
async def test_queries__eight_daemons_killed_at_random__are_answered_and_paid_once() -> None:
    print(f"RISKMESH_KILLS_SEED={SEED} RISKMESH_KILLS_S={LASTS_S:.0f}")  # noqa: T201 - to run it again
    async with founders(LISTS) as alliance:
        before = await alliance.ledger()
        chaos = Chaos(alliance=alliance)
        await chaos.rage()
        await asyncio.gather(*(alliance.ready(name) for name in NAMES))
        states = {name: await _settled(alliance, name) for name in NAMES}
        print(f"{chaos.kills} kills, {sum(map(len, states.values()))} queries")  # noqa: T201 - what it was
        members = await asked(alliance, NAMES[0], lambda client: client.members())
        numbers = {line.name: line.member_id for line in members}

        assert sum(map(len, states.values())) >= chaos.taken
        assert chaos.kills > 0
        for name in NAMES:
            others = {numbers[other]: other for other in NAMES if other != name}
            _expect_answered(states[name], ASKED[name], others)
        await _expect_paid_once(alliance, states, numbers)
        after = await alliance.ledger()
        assert before.conserved
        assert after.conserved
        for name in NAMES:
            await alliance.status_until(name, lambda seen: seen.chain.cursor_block == seen.chain.head_block)


@dataclass(slots=True, kw_only=True)
class Chaos:
    """Asks, redeems and kills; each daemon that dies is started again within two seconds."""

    alliance: Alliance
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - no secrets
    kills: int = 0
    taken: int = 0
    """Queries that a daemon confirmed."""

    async def rage(self) -> None:
        ends = time.monotonic() + LASTS_S
        async with asyncio.TaskGroup() as group:
            group.create_task(self._asking(ends))
            group.create_task(self._killing(ends))

    async def _asking(self, ends: float) -> None:
        while time.monotonic() < ends:
            asker = self.chance.choice(NAMES)
            subjects = [RawSubject(type="domain", value=one) for one in ASKED[asker]]
            with suppress(RiskmeshError):
                async with self.alliance.of(asker).client() as client:
                    await client.submit(subjects, purpose=None, case_reference="", deadline_s=DEADLINE_S)
                    self.taken += 1
            holder = self.alliance.of(self.chance.choice(NAMES))
            with suppress(RiskmeshError):
                async with asyncio.timeout(5), holder.client() as client:
                    await client.redeem()
            await asyncio.sleep(self.chance.uniform(0, 4))

    async def _killing(self, ends: float) -> None:
        while time.monotonic() < ends:
            await asyncio.sleep(self.chance.uniform(0, 4))
            victim = self.chance.choice(NAMES)
            await self.alliance.kill(victim)
            self.kills += 1
            await asyncio.sleep(self.chance.uniform(0, 2))
            await self.alliance.start(victim)


async def _settled(alliance: Alliance, name: str) -> list[QueryState]:
    """Whatever its daemon has of queries, also of those that it could not confirm."""
    lines = await asked(alliance, name, lambda client: client.queries())
    return [await alliance.settled(name, line.query_id) for line in lines]


def _expect_answered(states: list[QueryState], subjects: tuple[str, ...], others: dict[int, str]) -> None:
    for state in states:
        assert {line.holder: line.state for line in state.holders} == dict.fromkeys(
            others, HolderState.ANSWERED
        )
        for result in state.results:
            listed = subjects[result.index] in {SHARED, f"{others[result.holder]}.example"}
            assert result.state is (Finding.HIT if listed else Finding.MISS)
            assert not listed or result.record_state is RecordState.DISCLOSED


async def _expect_paid_once(
    alliance: Alliance, states: dict[str, list[QueryState]], numbers: dict[str, int]
) -> None:
    for holder in NAMES:
        await asked(alliance, holder, lambda client: client.redeem())
        again = await asked(alliance, holder, lambda client: client.redeem())
        assert sum(line.paid for line in again.pairs) == 0
    for asker in NAMES:
        owed = Counter[int]()
        for state in states[asker]:
            for line in state.holders:
                owed[line.holder] += line.paid
        for holder in (name for name in NAMES if name != asker and states[asker]):
            given = await pair(alliance, asker, numbers[holder], side="given")
            received = await pair(alliance, holder, numbers[asker], side="received")
            assert given.amount == received.amount == received.paid == owed[numbers[holder]]
            assert (given.queries, given.hits) == (received.queries, received.hits)
