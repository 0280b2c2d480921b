"""A stream that is started again on a chain where nothing happens any more."""

import asyncio
from collections.abc import Callable

from oracle.chain.events import Arrival, EventStream


async def test_run__on_a_chain_without_new_blocks__tells_what_the_journal_has(
    stream_of: Callable[..., EventStream],
) -> None:
    first = stream_of()
    await first.rebuild()
    await first.poll()
    again, told = stream_of(), asyncio.Event()
    seen: list[tuple[Arrival, int]] = []

    async def listen(arrival: Arrival) -> None:
        seen.append((arrival, len(again.view.members.all)))
        told.set()

    again.on_facts(listen)
    running = asyncio.create_task(again.run())
    await asyncio.wait_for(told.wait(), 10)
    running.cancel()

    arrival, members = seen[0]
    assert first.view.head is not None
    assert (arrival.facts, arrival.head.number) == ((), first.view.head.number)
    assert members == 3
