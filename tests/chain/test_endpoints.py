"""Several nodes: which one is asked, what it takes to lose that place, and how it is won back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from stage.rpc_faults import erring, failing, hanging_up, lagging
from stage.rpc_proxy import RpcProxy, open_proxy

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import NodeUnreachable, NodeUnreliable, NoUsableNode, WrongChain
from oracle.chain.node import Node
from oracle.domain.errors import Misconfigured
from oracle.domain.reports import EndpointReport, EndpointState

AskChain = Callable[..., Awaitable[object]]
OpenOver = Callable[..., Awaitable[ChainConnection]]
IMPATIENT = Patience(timeout_s=5, attempts=1)


@pytest.fixture
async def proxied() -> AsyncIterator[Callable[[str], Awaitable[RpcProxy]]]:
    async with AsyncExitStack() as stack:

        async def make(upstream: str) -> RpcProxy:
            return await stack.enter_async_context(open_proxy(upstream))

        yield make


@pytest.fixture
async def own(anvil: object, proxied: Callable[[str], Awaitable[RpcProxy]]) -> RpcProxy:
    return await proxied(anvil.url)


@pytest.fixture
async def spare(anvil: object, proxied: Callable[[str], Awaitable[RpcProxy]]) -> RpcProxy:
    return await proxied(anvil.url)


@pytest.fixture
async def open_over() -> AsyncIterator[OpenOver]:
    async with AsyncExitStack() as stack:

        async def make(*urls: str, expected: DeploymentRecord | None = None) -> ChainConnection:
            return await stack.enter_async_context(open_connection(urls, IMPATIENT, expected=expected))

        yield make


@pytest.fixture
async def both(own: RpcProxy, spare: RpcProxy, open_over: OpenOver) -> ChainConnection:
    return await open_over(own.url, spare.url)


def _of(connection: ChainConnection) -> tuple[EndpointReport, EndpointReport]:
    first, second = connection.report()
    return first, second


async def _mine(node: Node, timestamp: str) -> None:
    """Three blocks."""
    await node.transport.call("evm_setNextBlockTimestamp", timestamp)
    await node.transport.call("anvil_mine", "0x3")


async def _head(connection: ChainConnection) -> int:
    return await connection.ask(lambda node: node.block_number())


async def test_failover__own_node_fails_and_recovers__is_used_again_after_a_look(
    own: RpcProxy, spare: RpcProxy, both: ChainConnection
) -> None:
    assert await _head(both) == 0
    assert spare.asked == []

    own.misbehave(hanging_up())
    assert await _head(both) == 0
    assert spare.asked == ["eth_blockNumber"]
    mine, other = _of(both)
    assert (mine.state, mine.in_use, mine.own) == (EndpointState.UNREACHABLE, False, True)
    assert "cannot be reached" in mine.reason
    assert (other.in_use, other.own, other.reason) == (True, False, "")

    own.behave()
    await both.look()
    mine, other = _of(both)
    assert (mine.state, mine.in_use, mine.failures) == (EndpointState.USABLE, True, 0)
    asked = len(spare.asked)
    assert await _head(both) == 0
    assert len(spare.asked) == asked


async def test_failover__every_node_fails__is_said_and_ends_by_itself(
    own: RpcProxy, spare: RpcProxy, both: ChainConnection
) -> None:
    own.misbehave(failing(503))
    spare.misbehave(failing(503))
    with pytest.raises(NodeUnreachable):
        await _head(both)
    await both.look()
    assert {each.state for each in both.report()} == {EndpointState.UNREACHABLE}

    spare.behave()
    assert await _head(both) == 0


async def test_failover__node_with_an_inner_error__goes_to_the_next(
    own: RpcProxy, spare: RpcProxy, both: ChainConnection
) -> None:
    own.misbehave(erring(-32603, "internal error"))

    assert await _head(both) == 0
    assert spare.asked == ["eth_blockNumber"]


async def test_lag__own_node_far_behind__is_asked_only_when_there_is_no_other(
    own: RpcProxy, spare: RpcProxy, both: ChainConnection, ask_chain: AskChain
) -> None:
    await ask_chain("anvil_mine", "0x14")
    own.misbehave(lagging(15))
    await both.look()

    mine, other = _of(both)
    assert (mine.state, mine.head_block, mine.behind_blocks) == (EndpointState.LAGGING, 5, 15)
    assert "15 blocks behind" in mine.reason
    assert other.in_use
    assert await _head(both) == 20

    spare.misbehave(hanging_up())
    assert await _head(both) == 5

    own.behave()
    spare.behave()
    await both.look()
    assert _of(both)[0].in_use


async def test_lag__a_few_blocks__is_no_reason_to_leave_the_own_node(
    own: RpcProxy, both: ChainConnection, ask_chain: AskChain
) -> None:
    await ask_chain("anvil_mine", "0x5")
    own.misbehave(lagging(2))
    await both.look()

    mine, _ = _of(both)
    assert (mine.state, mine.behind_blocks, mine.in_use) == (EndpointState.USABLE, 2, True)


async def test_fork__another_final_block_than_the_own_node__is_set_aside_until_it_agrees(
    start_anvil: Callable[..., object], open_over: OpenOver
) -> None:
    # The same first block: the two part only with what is mined later, at other times.
    ours, theirs = (start_anvil("--timestamp", "1800000000") for _ in range(2))
    both = await open_over(ours.url, theirs.url)
    await both.look()
    assert _of(both)[1].state is EndpointState.USABLE

    snapshots = [await node.transport.call("evm_snapshot") for node in both.nodes]
    await _mine(both.nodes[0], "0x6b49d2ff")
    await _mine(both.nodes[1], "0x6b49d3ff")

    await both.look(finality=3)
    assert _of(both)[1].state is EndpointState.USABLE, "what is not final may differ"

    await both.look(finality=1)
    mine, other = _of(both)
    assert (mine.state, other.state) == (EndpointState.USABLE, EndpointState.SET_ASIDE)
    assert "another block 2" in other.reason
    first, second = both.endpoints
    first.failed(NodeUnreachable("gone"))
    assert not second.resting
    assert _of(both)[0].in_use, "a node of another branch is no help"

    for node, snapshot in zip(both.nodes, snapshots, strict=True):
        await node.transport.call("evm_revert", snapshot)
    await both.look(finality=0)
    assert _of(both)[1].state is EndpointState.USABLE


async def test_identity__second_node_of_another_chain__is_set_aside_and_never_asked(
    own: RpcProxy,
    record: DeploymentRecord,
    start_anvil: Callable[..., object],
    open_over: OpenOver,
) -> None:
    stranger = start_anvil("--chain-id", "77")
    both = await open_over(own.url, stranger.url, expected=record)
    await both.look()

    mine, other = _of(both)
    assert (mine.state, other.state) == (EndpointState.USABLE, EndpointState.SET_ASIDE)
    assert "serves chain 77, not 31337" in other.reason

    own.misbehave(failing(503))
    with pytest.raises(NodeUnreachable):
        await _head(both)


async def test_identity__only_nodes_of_another_chain__ask_the_operator_at_start_and_wait_later(
    own: RpcProxy, record: DeploymentRecord, start_anvil: Callable[..., object], open_over: OpenOver
) -> None:
    stranger = start_anvil("--chain-id", "77")
    alone = await open_over(stranger.url, expected=record)
    with pytest.raises(WrongChain, match="serves chain 77"):
        await _head(alone)

    later = await open_over(own.url, expected=record)
    await _head(later)
    own.upstream = stranger.url
    own.misbehave(hanging_up(), times=1)
    with pytest.raises(NodeUnreachable):
        await _head(later)
    await later.look()
    with pytest.raises(NoUsableNode, match="serves chain 77"):
        await _head(later)


async def test_identity__node_that_has_not_reached_the_deployment__is_no_wrong_chain(
    own: RpcProxy, record: DeploymentRecord, open_over: OpenOver
) -> None:
    connection = await open_over(own.url, expected=record)
    own.misbehave(lagging(10_000))

    with pytest.raises(NodeUnreliable, match="has not reached the deployment"):
        await _head(connection)

    own.behave()
    assert await _head(connection) >= record.block


async def test_credentials__refused_by_one_of_two__leave_the_other_and_are_said(
    own: RpcProxy, both: ChainConnection
) -> None:
    own.misbehave(failing(403))

    assert await _head(both) == 0
    mine, other = _of(both)
    assert (mine.state, other.in_use) == (EndpointState.SET_ASIDE, True)
    assert "credentials" in mine.reason

    own.behave()
    await both.look()
    assert _of(both)[0].in_use


async def test_credentials__refused_by_the_only_node__ask_the_operator(
    own: RpcProxy, open_over: OpenOver
) -> None:
    alone = await open_over(own.url)
    own.misbehave(failing(403))

    with pytest.raises(Misconfigured, match="credentials"):
        await _head(alone)


async def test_report__before_anything_was_asked__names_hosts_and_no_secrets(both: ChainConnection) -> None:
    for each in both.report():
        assert each.state is EndpointState.UNTRIED
        assert "secret" not in repr(each)


async def test_look__node_that_knows_none_of_our_methods__is_no_reason_to_stop(
    own: RpcProxy, both: ChainConnection
) -> None:
    own.misbehave(erring(-32601, "method not found"))

    await both.look()

    mine, other = _of(both)
    assert (mine.state, other.in_use) == (EndpointState.UNREACHABLE, True)
    assert await both.ask_others(both.nodes[1], lambda node: node.block_number()) == []
    assert await both.ask_others(both.nodes[0], lambda node: node.block_number()) == [0]
