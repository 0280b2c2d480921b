"""New blocks by subscription where a node has them, by polling where it has not or stops."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web
from stage.rpc_faults import erring, failing
from stage.rpc_proxy import RpcProxy

from oracle.chain.announcing import follow_announcements
from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import NodeRefused, NodeUnreachable, NodeUnreliable
from oracle.chain.events import Arrival, EventStream
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.reading import RangeReader
from oracle.domain.errors import Misconfigured
from oracle.domain.ids import BlockNumber

AskChain = Callable[..., Awaitable[object]]
NEVER_S = 3_600.0
Follow = Callable[[float], Awaitable[EventStream]]


@pytest.fixture
async def over_socket(liar: RpcProxy) -> AsyncIterator[ChainConnection]:
    async with open_connection([liar.ws_url], Patience(timeout_s=5, attempts=1)) as opened:
        yield opened


@pytest.fixture
async def follow(record: DeploymentRecord, over_socket: ChainConnection) -> AsyncIterator[Follow]:
    """A running stream that polls so often, woken by announcements."""
    async with AsyncExitStack() as stack:

        @asynccontextmanager
        async def following(interval_s: float) -> AsyncIterator[EventStream]:
            stream = EventStream(
                connection=over_socket,
                journal=MemoryFactJournal(),
                reader=RangeReader(decoder=log_decoder(record)),
                first_block=record.block,
                interval_s=interval_s,
            )
            (endpoint,) = over_socket.endpoints
            tasks = [
                asyncio.create_task(stream.run()),
                asyncio.create_task(follow_announcements(endpoint, stream.wake, again_s=0.02)),
            ]
            try:
                yield stream
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

        async def start(interval_s: float) -> EventStream:
            return await stack.enter_async_context(following(interval_s))

        yield start


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            if holds():
                return
            await asyncio.sleep(0.01)


def _read(stream: EventStream) -> int:
    return -1 if stream.view.head is None else stream.view.head.number


async def _mine_and_read(stream: EventStream, ask_chain: AskChain) -> None:
    before = await stream.connection.ask(lambda node: node.block_number())
    await _until(lambda: _read(stream) >= before)
    await ask_chain("evm_mine")
    await _until(lambda: _read(stream) == before + 1)


async def test_announced__new_block__is_read_without_a_poll(
    follow: Follow, over_socket: ChainConnection, ask_chain: AskChain
) -> None:
    stream = await follow(NEVER_S)
    await _until(lambda: over_socket.report()[0].subscribed)

    await _mine_and_read(stream, ask_chain)
    await _mine_and_read(stream, ask_chain)


async def test_announced__connection_ends__subscribes_again(
    liar: RpcProxy, follow: Follow, over_socket: ChainConnection, ask_chain: AskChain
) -> None:
    stream = await follow(NEVER_S)
    await _until(lambda: over_socket.report()[0].subscribed)
    await liar.hang_up()
    await _until(lambda: liar.asked.count("eth_subscribe") >= 2 and over_socket.report()[0].subscribed)

    await _mine_and_read(stream, ask_chain)


@pytest.mark.parametrize("silent", ["refused", "deaf"])
async def test_announced__nothing_or_nothing_any_more__polling_is_enough(
    liar: RpcProxy, follow: Follow, over_socket: ChainConnection, ask_chain: AskChain, silent: str
) -> None:
    if silent == "refused":
        liar.misbehave(erring(-32601, "the method eth_subscribe does not exist"), "eth_subscribe")
    stream = await follow(0.05)
    await _until(lambda: "eth_subscribe" in liar.asked)
    if silent == "deaf":
        await _until(lambda: over_socket.report()[0].subscribed)
        liar.deaf = True

    await _mine_and_read(stream, ask_chain)

    assert over_socket.report()[0].subscribed == (silent == "deaf")


async def test_stream__woken_all_the_time__tells_each_block_once(
    follow: Follow, over_socket: ChainConnection, ask_chain: AskChain
) -> None:
    stream = await follow(NEVER_S)
    heads: list[BlockNumber] = []

    async def listen(arrival: Arrival) -> None:
        heads.append(arrival.head.number)

    stream.on_facts(listen)
    await _until(lambda: over_socket.report()[0].subscribed)
    for _ in range(5):
        stream.wake()
        await _mine_and_read(stream, ask_chain)

    assert heads == sorted(set(heads))


async def test_call__over_a_socket__gives_results_refusals_and_batches(over_socket: ChainConnection) -> None:
    assert await over_socket.ask(lambda node: node.chain_id()) == 31337
    assert [
        block.number for block in await over_socket.ask(lambda node: node.blocks([BlockNumber(0)] * 2))
    ] == [
        0,
        0,
    ]
    with pytest.raises(NodeRefused):
        await over_socket.ask(lambda node: node.transport.call("eth_noSuchMethod"))


async def test_call__socket_ends_or_never_opens__is_unreachable_and_opened_again(
    liar: RpcProxy, over_socket: ChainConnection, unused_tcp_port: int
) -> None:
    liar.misbehave(failing(503), "eth_blockNumber", times=1)
    with pytest.raises(NodeUnreachable, match="closed the connection"):
        await over_socket.ask(lambda node: node.block_number())
    assert await over_socket.ask(lambda node: node.block_number()) == 0

    async with open_connection([f"ws://127.0.0.1:{unused_tcp_port}/token"], Patience(attempts=1)) as nobody:
        with pytest.raises(NodeUnreachable, match="cannot be reached") as unreachable:
            await nobody.ask(lambda node: node.block_number())
    assert "token" not in str(unreachable.value)


async def _serving(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.Application:
    application = web.Application()
    application.router.add_get("/", answer)
    return application


async def test_call__garbage_or_refusal_instead_of_json_rpc__is_said(aiohttp_free_server: object) -> None:
    async def garbage(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        await socket.send_str("<html>")
        await socket.receive()
        return socket

    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=401)

    for answer, error in ((garbage, NodeUnreliable), (refuse, Misconfigured)):
        url = await aiohttp_free_server(await _serving(answer))
        async with open_connection([url.replace("http", "ws", 1)], Patience(attempts=1)) as connection:
            with pytest.raises(error):
                await connection.ask(lambda node: node.block_number())
