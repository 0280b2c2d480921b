"""The misbehaving node itself: each fault does what it says, and ends when it is told to."""

from random import Random

import pytest
from stage.rpc_faults import (
    delayed,
    erring,
    failing,
    hanging_up,
    lagging,
    repeating,
    sometimes,
    swallowing,
    truncated,
)
from stage.rpc_proxy import RpcProxy

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.errors import NodeRefused, NodeUnreachable, NodeUnreliable


@pytest.fixture
async def once(liar: RpcProxy) -> ChainConnection:
    async with open_connection([liar.url], Patience(attempts=1)) as opened:
        yield opened


async def test_misbehaviour__each_kind__is_what_it_is_called(liar: RpcProxy, once: ChainConnection) -> None:
    for misbehaviour, error in (
        (failing(503), NodeUnreachable),
        (hanging_up(), NodeUnreachable),
        (truncated(), NodeUnreliable),
        (swallowing(), NodeUnreliable),
        (erring(), NodeUnreliable),
        (erring(-32601, "method not found"), NodeRefused),
    ):
        liar.misbehave(misbehaviour, "eth_blockNumber", times=1)
        with pytest.raises(error):
            await once.ask(lambda node: node.block_number())

    assert await once.ask(lambda node: node.block_number()) == 0


async def test_misbehaviour__lagging_or_repeating__hides_what_is_new(
    liar: RpcProxy, once: ChainConnection
) -> None:
    await once.ask(lambda node: node.transport.call("anvil_mine", "0x5"))
    liar.misbehave(lagging(3))
    assert await once.ask(lambda node: node.block_number()) == 2
    assert (await once.ask(lambda node: node.block("latest"))).number == 2
    assert await once.ask(lambda node: node.find_block(3)) is None

    liar.behave()
    liar.misbehave(repeating(), "eth_blockNumber")
    assert await once.ask(lambda node: node.block_number()) == 5
    await once.ask(lambda node: node.transport.call("anvil_mine", "0x5"))
    assert await once.ask(lambda node: node.block_number()) == 5

    liar.behave()
    assert await once.ask(lambda node: node.block_number()) == 10


async def test_misbehaviour__for_another_method_or_by_chance__leaves_the_rest(
    liar: RpcProxy, once: ChainConnection
) -> None:
    liar.misbehave(failing(503), "eth_getLogs")
    liar.misbehave(sometimes(Random(1), 0.0, failing(503)))  # noqa: S311 - chance, not a secret
    liar.misbehave(delayed(0.01))

    assert await once.ask(lambda node: node.block_number()) == 0
