"""What a hostile or broken node can answer, and what becomes of it."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.errors import NodeRefused, NodeUnreachable, NodeUnreliable
from oracle.chain.node import LATEST, Node
from oracle.chain.transport import node_name, revert_data
from oracle.domain.errors import Misconfigured, Transient
from oracle.domain.ids import Address, BlockNumber

Answer = dict[str, object]
SOMEWHERE = Address("0x00000000000000000000000000000000000000AA")


class Liar(Protocol):
    tamper: Callable[[str, list[object], Answer], web.Response | None] | None
    asked: list[str]
    url: str


def _replaced(result: object) -> Callable[[str, list[object], Answer], None]:
    def tamper(_: str, __: list[object], answer: Answer) -> None:
        answer.pop("error", None)
        answer["result"] = result

    return tamper


def _respond(make: Callable[[], web.Response]) -> Callable[[str, list[object], Answer], web.Response]:
    return lambda _method, _params, _answer: make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: web.Response(text="<html>"),
        lambda: web.Response(body=b""),
        lambda: web.Response(body=b'{"jsonrpc":"2.0","id":1,"result":"\xff"}'),
        lambda: web.Response(body=b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 100_000),
        lambda: web.json_response([]),
        lambda: web.json_response({"jsonrpc": "2.0", "id": 99999, "result": "0x1"}),
        lambda: web.json_response({"jsonrpc": "2.0", "id": "1", "result": "0x1"}),
        lambda: web.json_response({"jsonrpc": "2.0"}),
        lambda: web.json_response({"jsonrpc": "2.0", "id": 1, "error": "no"}),
    ],
)
async def test_call__answer_that_is_no_json_rpc__is_unreliable(
    liar: Liar, through_liar: ChainConnection, make: Callable[[], web.Response]
) -> None:
    liar.tamper = _respond(make)

    with pytest.raises(NodeUnreliable):
        await through_liar.ask(lambda node: node.chain_id())


@pytest.mark.parametrize("result", [None, 1, "", "0x", "1", "0xgg", "0x" + "f" * 65, "-0x1", [], {}])
async def test_quantity__not_a_number__is_unreliable(
    liar: Liar, through_liar: ChainConnection, result: object
) -> None:
    liar.tamper = _replaced(result)

    with pytest.raises(NodeUnreliable):
        await through_liar.ask(lambda node: node.block_number())


@pytest.mark.parametrize(
    "change",
    [
        {"hash": "0x12"},
        {"hash": None},
        {"number": None},
        {"number": "0x7"},
        {"timestamp": 5},
        {"parentHash": "0x" + "zz" * 32},
        {"baseFeePerGas": "free"},
    ],
)
async def test_block__malformed_or_another_one__is_unreliable(
    liar: Liar, through_liar: ChainConnection, change: Answer
) -> None:
    def tamper(_: str, __: list[object], answer: Answer) -> None:
        result = answer["result"]
        assert isinstance(result, dict)
        result.update(change)

    liar.tamper = tamper

    with pytest.raises(NodeUnreliable):
        await through_liar.ask(lambda node: node.block(BlockNumber(0)))


LOG: Answer = {
    "address": SOMEWHERE,
    "topics": ["0x" + "11" * 32],
    "data": "0x",
    "blockNumber": "0x1",
    "blockHash": "0x" + "22" * 32,
    "transactionHash": "0x" + "33" * 32,
    "logIndex": "0x0",
}


@pytest.mark.parametrize(
    "logs",
    [
        None,
        "logs",
        [1],
        [LOG | {"address": "0x00000000000000000000000000000000000000bb"}],
        [LOG | {"blockNumber": "0x3"}],
        [LOG | {"topics": ["0x" + "12" * 32]}],
        [LOG | {"topics": []}],
        [LOG | {"topics": ["0x" + "11" * 32] * 5}],
        [LOG | {"topics": "0x"}],
        [LOG | {"removed": True}],
        [LOG | {"data": "0x1"}],
        [LOG, LOG | {"data": "0x01"}],
    ],
)
async def test_logs__that_were_not_asked_for_or_malformed__are_unreliable(
    liar: Liar, through_liar: ChainConnection, logs: object
) -> None:
    liar.tamper = _replaced(logs)

    async def read(node: Node) -> object:
        return await node.logs(BlockNumber(1), BlockNumber(2), [SOMEWHERE], [b"\x11" * 32])

    with pytest.raises(NodeUnreliable):
        await through_liar.ask(read)


async def test_logs__as_asked_for__are_in_the_order_of_the_chain(
    liar: Liar, through_liar: ChainConnection
) -> None:
    liar.tamper = _replaced([LOG | {"blockNumber": "0x2"}, LOG | {"logIndex": "0x4"}, LOG])

    async def read(node: Node) -> list[tuple[int, int]]:
        logs = await node.logs(BlockNumber(1), BlockNumber(2), [SOMEWHERE], [b"\x11" * 32])
        return [(log.block_number, log.index) for log in logs]

    assert await through_liar.ask(read) == [(1, 0), (1, 4), (2, 0)]


async def test_receipt__of_another_transaction__is_unreliable(
    liar: Liar, through_liar: ChainConnection
) -> None:
    receipt = {
        "transactionHash": "0x" + "44" * 32,
        "blockNumber": "0x1",
        "blockHash": "0x" + "22" * 32,
        "status": "0x1",
        "gasUsed": "0x5",
        "contractAddress": None,
    }
    liar.tamper = _replaced(receipt)

    assert await through_liar.ask(lambda node: node.receipt(b"\x44" * 32)) is not None
    with pytest.raises(NodeUnreliable, match="another transaction"):
        await through_liar.ask(lambda node: node.receipt(b"\x45" * 32))


async def test_call__body_without_end__is_cut_off(liar: Liar) -> None:
    liar.tamper = _respond(lambda: web.Response(body=b" " * 5000))
    patience = Patience(attempts=1, max_body=1000)

    async with open_connection([liar.url], patience) as connection:
        with pytest.raises(NodeUnreliable, match="too large"):
            await connection.ask(lambda node: node.chain_id())


async def test_call__redirect__is_not_followed(liar: Liar, through_liar: ChainConnection) -> None:
    liar.tamper = _respond(lambda: web.Response(status=307, headers={"location": liar.url}))

    with pytest.raises(Transient):
        await through_liar.ask(lambda node: node.chain_id())
    assert len(liar.asked) == through_liar.patience.attempts


async def test_call__error_object__is_refused_with_its_revert_data(
    liar: Liar, through_liar: ChainConnection
) -> None:
    error = {"code": 3, "message": "execution reverted", "data": "0x01020304"}
    liar.tamper = lambda _m, _p, answer: answer.update({"error": error, "result": None})

    with pytest.raises(NodeRefused) as refused:
        await through_liar.ask(lambda node: node.chain_id())

    assert (refused.value.number, refused.value.data) == (3, b"\x01\x02\x03\x04")
    assert len(liar.asked) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("0x0102", b"\x01\x02"),
        ("Reverted 0x0102", b"\x01\x02"),
        ({"data": "0x0102"}, b"\x01\x02"),
        ({"result": "0x0102", "message": "revert"}, b"\x01\x02"),
        ({"other": 1}, None),
        ("nothing", None),
        ("0xzz", None),
        (None, None),
        (7, None),
    ],
)
def test_revert_data__wherever_clients_put_it__is_found(data: object, expected: bytes | None) -> None:
    assert revert_data(data) == expected


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_call__overloaded_node__is_tried_again(
    liar: Liar, through_liar: ChainConnection, status: int
) -> None:
    def tamper(_: str, __: list[object], ___: Answer) -> web.Response | None:
        return web.Response(status=status) if len(liar.asked) < 3 else None

    liar.tamper = tamper

    assert await through_liar.ask(lambda node: node.chain_id()) == 31337
    assert len(liar.asked) == 3


@pytest.mark.parametrize("status", [401, 403])
async def test_call__credentials_refused__asks_the_operator(
    liar: Liar, through_liar: ChainConnection, status: int
) -> None:
    liar.tamper = _respond(lambda: web.Response(status=status))

    with pytest.raises(Misconfigured, match="credentials"):
        await through_liar.ask(lambda node: node.chain_id())


async def test_ask__first_node_down__uses_the_next_and_stays_there(
    liar: Liar, impatient: Patience, unused_tcp_port: int
) -> None:
    async with open_connection([f"http://127.0.0.1:{unused_tcp_port}", liar.url], impatient) as connection:
        assert await connection.ask(lambda node: node.chain_id()) == 31337
        assert await connection.ask(lambda node: node.chain_id()) == 31337

        assert len(liar.asked) == 2


async def test_errors__address_with_credentials__show_host_and_port_alone(unused_tcp_port: int) -> None:
    url = f"http://alice:hunter2@127.0.0.1:{unused_tcp_port}/v3/token-abc?key=token-def"
    async with open_connection([url], Patience(attempts=1)) as connection:
        with pytest.raises(NodeUnreachable) as unreachable:
            await connection.ask(lambda node: node.chain_id())

        shown = [str(unreachable.value), repr(unreachable.value), repr(connection), repr(connection.nodes[0])]
    assert f"127.0.0.1:{unused_tcp_port}" in shown[0]
    assert unreachable.value.__cause__ is None
    assert not [word for word in ("alice", "hunter2", "token") for text in shown if word in text]


@pytest.mark.parametrize("url", ["", "ftp://host", "http://", "host:8545", "http://[::1", "http://host:port"])
def test_node_name__not_an_http_address__asks_the_operator(url: str) -> None:
    with pytest.raises(Misconfigured, match="RPC address"):
        node_name(url)


async def test_call__node_that_never_answers__is_unreachable() -> None:
    async def silence(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    application = web.Application()
    application.router.add_post("/", silence)
    async with TestServer(application) as server:
        patience = Patience(timeout_s=0.05, attempts=1)
        async with open_connection([str(server.make_url("/"))], patience) as connection:
            with pytest.raises(NodeUnreachable, match="did not answer"):
                await connection.ask(lambda node: node.block(LATEST))


async def test_open__no_addresses__asks_the_operator() -> None:
    with pytest.raises(Misconfigured, match="No RPC address"):
        async with open_connection([]):
            pass
