"""Keys of a holder and an asker are rotated while queries run; no answer is lost, nothing paid twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from stage.alliance import Alliance

from oracle.cli.orders import sign_order
from oracle.crypto.key_files import open_governance
from oracle.demo.institutions import PASSPHRASE
from oracle.demo.ledger import Ledger
from oracle.domain.reports import Finding, KeyKind, QueryPhase, QueryState, RawSubject, RecordState

SUBJECTS = tuple(
    RawSubject(type="domain", value=name) for name in ("both.example", "north.example", "clear.example")
)
ROTATED = ("north", "asker")


@dataclass(slots=True, kw_only=True)
class Asking:
    """Asks the same again and again until it is told to stop; keeps what came of each."""

    alliance: Alliance
    states: list[QueryState] = field(default_factory=list)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self) -> None:
        while not self.enough.is_set():
            async with self.alliance.of("asker").client() as client:
                accepted = await client.submit(SUBJECTS)
            state = await self.alliance.settled("asker", accepted.query_id)
            async with self.turn:
                self.states.append(state)
                self.turn.notify_all()

    async def one_more(self) -> None:
        """Until a query that began after this call has ended."""
        async with self.turn:
            wanted = len(self.states) + 2
            await self.turn.wait_for(lambda: len(self.states) >= wanted)


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param((KeyKind.OPRF, KeyKind.OPERATOR), id="two of them"),
        pytest.param(tuple(KeyKind), id="all of them", marks=pytest.mark.slow),
    ],
)
@pytest.mark.timeout(900)
async def test_rotation__of_keys_while_queries_run__loses_no_answer_and_no_payment(
    alliance: Alliance, kinds: Sequence[KeyKind]
) -> None:
    async with alliance.of("asker").client() as client:
        numbers = {line.name: line.member_id for line in await client.members()}
    before = await alliance.ledger()
    asking = Asking(alliance=alliance)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(asking.run())
        for kind in kinds:
            for name in ROTATED:
                await _rotate(alliance, name, kind)
            await asking.one_more()
        await _move(alliance, "north")
        await asking.one_more()
        asking.enough.set()
        await task

    assert len(asking.states) > 2 * (len(kinds) + 1)
    for state in asking.states:
        _expect_all_answers(state, numbers)
    await _expect_counted(alliance, kinds)
    await _expect_paid_once(alliance, asking.states, numbers["north"], before)


async def _rotate(alliance: Alliance, name: str, kind: KeyKind) -> None:
    async with alliance.of(name).client() as client:
        if kind is not KeyKind.OPERATOR:
            report = await client.rotate(kind, grace_s=None)
        else:
            order = await client.order_operator()
            governance = open_governance(alliance.of(name).home / "keys", PASSPHRASE)
            report = await client.rotate_operator(
                version=order.version,
                grace_s=order.grace_s,
                authorization=sign_order(order, governance),
            )
    assert (report.kind, report.version) == (kind, 2)


async def _move(alliance: Alliance, name: str) -> None:
    """To another URL of the same place, as behind another name."""
    async with alliance.of(name).client() as client:
        line = next(line for line in await client.members() if line.name == name)
        moved = await client.move(line.endpoint.replace("127.0.0.1", "localhost"))
        assert moved.endpoint != line.endpoint
        assert next(each for each in await client.members() if each.name == name).endpoint == moved.endpoint


def _expect_all_answers(state: QueryState, numbers: dict[str, int]) -> None:
    north, south = numbers["north"], numbers["south"]
    assert state.summary.phase is QueryPhase.COMPLETE
    hits = {(one.index, one.holder) for one in state.results if one.state is Finding.HIT}
    assert hits == {(0, north), (1, north), (0, south)}
    assert len(state.results) == len(SUBJECTS) * 2
    found = [one.record_state for one in state.results if one.state is Finding.HIT]
    assert found == [RecordState.DISCLOSED] * len(found)


async def _expect_counted(alliance: Alliance, kinds: Sequence[KeyKind]) -> None:
    """The registry has the second version of each, and the daemons have their secrets."""
    for name in ROTATED:
        async with alliance.of(name).client() as client:
            lines = await client.keys()
        current = {line.kind: (line.version, line.in_folder) for line in lines if line.current}
        assert current == {kind: (2 if kind in kinds else 1, True) for kind in KeyKind}
        assert {line.kind for line in lines if line.valid_until is not None} == set(kinds)


async def _expect_paid_once(
    alliance: Alliance, states: Sequence[QueryState], north: int, before: Ledger
) -> None:
    """The holder redeems, by its new operator, what the asker signed with two of its own.

    It has redeemed by itself what the replaced key signed, before the ledger stops taking that.
    """
    async with alliance.of("north").client() as client:
        await client.redeem()
        again = await client.redeem()

    assert again.pairs == ()
    owed = sum(line.paid for state in states for line in state.holders if line.holder == north)
    after = await alliance.ledger()
    assert after.balances[north] - before.balances[north] == owed > 0
    assert after.conserved
