"""A chain that ends before what was read from it: a node that is behind, or one started from older state."""

from collections.abc import Awaitable, Callable

import pytest
from stage.followed import FINALITY, Followed, follow
from stage.rpc_faults import lagging
from stage.rpc_proxy import open_proxy

from oracle.chain.connection import Patience, open_connection
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import ReorganisationHeld
from oracle.chain.events import EventStream
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.lane import Lane
from oracle.domain.ids import BlockNumber

AskChain = Callable[..., Awaitable[object]]


@pytest.fixture
async def followed(
    stream_of: Callable[..., EventStream],
    record: DeploymentRecord,
    operator_lane: Callable[[int], Lane],
) -> Followed:
    stream = stream_of()
    stream.set_back_after_s = 0
    return await follow(stream, operator_lane(1), record)


async def set_back(ask_chain: AskChain, blocks: int) -> None:
    """Anvil ends so many blocks earlier, as when it is started again from an older state."""
    assert await ask_chain("anvil_rollback", blocks) is None


async def test_set_back__no_deeper_than_finality__is_undone_and_sent_again(
    followed: Followed, ask_chain: AskChain, fact_journal: MemoryFactJournal
) -> None:
    cursor = await fact_journal.cursor()
    assert cursor is not None
    await set_back(ask_chain, FINALITY)

    await followed.stream.poll()

    assert followed.stream.hold.current is None
    assert followed.published() == [1]
    assert await fact_journal.cursor() == cursor - FINALITY
    (valid_to,) = followed.rolled_back
    await followed.lane.roll_back(BlockNumber(valid_to))
    await followed.lane.resume()
    await followed.stream.poll()
    assert followed.published() == [1, 2, 3]


async def test_set_back__before_final_blocks__holds_what_leaves_until_the_operator_accepts(
    followed: Followed, ask_chain: AskChain, fact_journal: MemoryFactJournal
) -> None:
    cursor = await fact_journal.cursor()
    assert cursor is not None
    await set_back(ask_chain, FINALITY + 1)

    await followed.stream.poll()

    held = followed.stream.hold.current
    assert held is not None
    assert (held.first_block, held.last_block) == (cursor - FINALITY, cursor)
    assert (held.depth, held.set_back) == (FINALITY + 1, True)
    assert (followed.rolled_back, followed.published()) == ([], [1, 2, 3])
    with pytest.raises(ReorganisationHeld, match="was started again from an older state"):
        await followed.publish(4)

    followed.stream.hold.accept(first_block=held.first_block)
    await followed.stream.poll()

    assert followed.stream.hold.current is None
    assert followed.published() == []
    assert await fact_journal.cursor() == held.first_block - 1
    (valid_to,) = followed.rolled_back
    await followed.lane.roll_back(BlockNumber(valid_to))
    await followed.lane.resume()
    await followed.stream.poll()
    assert followed.published() == [1, 2, 3, 4]


async def test_set_back__and_another_chain_grows_past_it__is_one_decision_and_the_same_depth(
    followed: Followed, ask_chain: AskChain, fact_journal: MemoryFactJournal
) -> None:
    cursor = await fact_journal.cursor()
    assert cursor is not None
    await set_back(ask_chain, FINALITY + 1)
    await followed.stream.poll()
    await ask_chain("anvil_mine", hex(2 * FINALITY + 2))

    await followed.stream.poll()

    held = followed.stream.hold.current
    assert held is not None
    assert (held.first_block, held.last_block, held.set_back) == (cursor - FINALITY, cursor, False)
    followed.stream.hold.accept(first_block=held.first_block)
    await followed.stream.poll()
    assert (followed.stream.hold.current, followed.published()) == (None, [])


async def test_behind__and_caught_up_again__ends_the_hold_and_changes_nothing(
    followed: Followed, fact_journal: MemoryFactJournal
) -> None:
    cursor = await fact_journal.cursor()
    (endpoint,) = followed.stream.connection.endpoints
    async with open_proxy(endpoint.node.transport.url) as proxy:
        proxy.misbehave(lagging(FINALITY + 2))
        async with open_connection([proxy.url], Patience(attempts=1)) as connection:
            followed.stream.connection = connection
            await followed.stream.poll()
            first = followed.stream.hold.current
            assert first is not None
            proxy.behave()
            proxy.misbehave(lagging(FINALITY + 1))
            await followed.stream.poll()
            assert followed.stream.hold.current == first, "it comes nearer: nothing new to decide"

            proxy.behave()
            await followed.stream.poll()

    assert followed.stream.hold.current is None
    assert (followed.rolled_back, followed.published()) == ([], [1, 2, 3])
    assert await fact_journal.cursor() == cursor


async def test_behind__while_another_node_has_our_blocks__is_nothing_to_hold_for(followed: Followed) -> None:
    (endpoint,) = followed.stream.connection.endpoints
    upstream = endpoint.node.transport.url
    async with (
        open_proxy(upstream) as proxy,
        open_connection([proxy.url, upstream], Patience(attempts=1)) as connection,
    ):
        proxy.misbehave(lagging(FINALITY + 1))
        followed.stream.connection = connection

        await followed.stream.poll()

    assert followed.stream.hold.current is None
    assert (followed.rolled_back, followed.published()) == ([], [1, 2, 3])
