"""Turns: nobody who waits is passed over for long, no place is lost, however parties come and go."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.crypto.turns import OutOfTurns, Turns


class Room:
    """Parties that hold a place until the test lets them go, in the order in which they were served."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.served: list[str] = []
        self._leave = asyncio.Semaphore(0)
        self.tasks: list[asyncio.Task[None]] = []

    async def visit(self, party: str, *, patient: bool) -> None:
        async with self.turns.turn(party, patient=patient):
            self.served.append(party)
            await self._leave.acquire()

    async def come(self, *parties: str, patient: bool = False) -> None:
        self.tasks += [asyncio.create_task(self.visit(party, patient=patient)) for party in parties]
        await settle()

    async def go(self, count: int) -> None:
        for _ in range(count):
            self._leave.release()
            await settle()

    async def go_until_dealt(self) -> None:
        """Until the next place is given, before the task that it is given to runs again."""
        waiting = self.turns.waiting
        self._leave.release()
        while self.turns.waiting == waiting:  # noqa: ASYNC110 - each single turn of the loop is looked at
            await asyncio.sleep(0)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


Opened = Callable[..., Room]


@pytest.fixture
async def room() -> Callable[..., Room]:
    def opened(**bounds: int) -> Room:
        return Room(Turns(**{"places": 1, "places_each": 1, "waiting": 100, "waiting_each": 100, **bounds}))

    return opened


async def _refused(visit: Awaitable[None]) -> OutOfTurns:
    with pytest.raises(OutOfTurns) as refused:
        await visit
    return refused.value


async def test_flooder__with_a_long_queue__is_served_in_turn_with_the_others(room: Opened) -> None:
    here = room()
    await here.come(*"AAAAA", *"BC", *"B")
    await here.go(8)

    assert "".join(here.served) == "AABCABAA"
    assert here.turns.held == here.turns.waiting == 0


async def test_party__at_its_own_limit__leaves_places_for_others(room: Opened) -> None:
    here = room(places=3, places_each=2)
    await here.come(*"AAAB")

    assert here.served == ["A", "A", "B"]
    assert here.turns.waiting == 1
    await here.go(4)
    assert here.served[3:] == ["A"]


async def test_queue__of_one_party__has_an_end_and_others_still_wait(room: Opened) -> None:
    here = room(waiting_each=2)
    await here.come(*"AAA")

    assert (await _refused(here.visit("A", patient=False))).of_party
    await here.come("B")
    assert here.turns.waiting == 3


async def test_queue__of_all__has_an_end_but_for_the_patient(room: Opened) -> None:
    here = room(waiting=2)
    await here.come(*"ABC")

    assert not (await _refused(here.visit("D", patient=False))).of_party
    await here.come("E", patient=True)
    await here.go(4)
    assert here.served == ["A", "B", "C", "E"]


async def test_wait__that_is_given_up__takes_no_place(room: Opened) -> None:
    here = room()
    await here.come(*"ABC")
    here.tasks[1].cancel()
    await here.go(1)

    assert here.served == ["A", "C"]
    await here.go(1)
    assert here.turns.held == here.turns.waiting == 0


async def test_wait__given_up_as_its_place_comes__hands_it_on(room: Opened) -> None:
    here = room()
    await here.come(*"ABC")
    async with asyncio.timeout(30):
        await here.go_until_dealt()
    here.tasks[1].cancel()
    await settle()

    assert here.served == ["A", "C"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["come", "go", "cancel"]), st.integers(min_value=0, max_value=5)),
        max_size=60,
    )
)
@settings(max_examples=100)
async def test_places__whatever_comes_goes_and_gives_up__are_never_lost_nor_doubled(
    steps: list[tuple[str, int]],
) -> None:
    here = Room(Turns(places=2, places_each=1, waiting=6, waiting_each=3))
    for step, number in steps:
        if step == "come":
            await here.come("ABCDEF"[number])
        elif step == "go" and here.turns.held:
            await here.go(1)
        elif step == "cancel" and here.tasks:
            here.tasks[number % len(here.tasks)].cancel()
            if number % 2:
                await settle()
        assert here.turns.held <= 2

    await settle()
    while here.turns.held:
        await here.go(1)
    await asyncio.gather(*here.tasks, return_exceptions=True)
    assert here.turns.held == here.turns.waiting == 0
    async with here.turns.turn("A"), here.turns.turn("B"):
        assert here.turns.held == 2
