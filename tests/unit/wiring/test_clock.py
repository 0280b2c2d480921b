"""The chain's time is that of the newest block read; whoever waits for a block is woken by it."""

import asyncio
from collections.abc import Callable

from oracle.chain.answers import Block
from oracle.chain.view import AllianceView
from oracle.domain.ids import BlockNumber
from oracle.wiring.clock import ChainClock


def _nothing() -> None:
    """Nobody is woken."""


def _block(number: int) -> Block:
    return Block(
        number=BlockNumber(number),
        hash=bytes(32),
        parent_hash=bytes(32),
        timestamp=1_000 + number,
        fee_floor_wei=0,
    )


async def _read(view: AllianceView, clock: ChainClock, number: int) -> None:
    view.head = _block(number)
    await clock.tell()


async def test_time__before_the_first_block__is_none_at_all() -> None:
    view = AllianceView()
    clock = ChainClock(view, _nothing)
    assert clock.chain_time() == 0

    await _read(view, clock, 7)

    assert clock.chain_time() == 1_007


async def test_reached__a_block_to_come__waits_for_exactly_it() -> None:
    view = AllianceView()
    clock = ChainClock(view, _nothing)
    waiting = [asyncio.create_task(clock.reached(number)) for number in (3, 5, 4)]
    await asyncio.sleep(0)

    await _read(view, clock, 4)
    await asyncio.sleep(0.01)
    assert [task.done() for task in waiting] == [True, False, True]

    await _read(view, clock, 9)
    await asyncio.wait_for(waiting[1], 5)


async def test_reached__a_block_that_was_read__does_not_wait() -> None:
    view = AllianceView()
    clock = ChainClock(view, _nothing)
    view.head = _block(5)

    await asyncio.wait_for(clock.reached(5), 5)
    await asyncio.wait_for(clock.reached(0), 5)


async def test_catch_up__what_comes_with_the_next_block__has_the_chain_read_at_once() -> None:
    view = AllianceView()
    reading: list[asyncio.Task[None]] = []
    clock = ChainClock(view, lambda: reading.append(asyncio.create_task(_read(view, clock, 5))))

    assert await clock.catch_up(_at(view, 5), patience_s=5) is True
    assert len(reading) == 1


async def test_catch_up__what_does_not_come__is_given_up() -> None:
    clock = ChainClock(AllianceView(), _nothing)

    assert await clock.catch_up(lambda: False, patience_s=0.01) is False


def _at(view: AllianceView, number: int) -> Callable[[], bool]:
    return lambda: view.head is not None and view.head.number >= number
