"""Reading ranges from a node that contradicts itself, lags, or answers only small ranges."""

from collections.abc import Callable
from typing import Protocol

import pytest
from aiohttp import web

from oracle.chain.connection import ChainConnection
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import NodeRefused, NodeUnreliable
from oracle.chain.events import EventStream
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.reading import RangeReader

Answer = dict[str, object]


class Liar(Protocol):
    tamper: Callable[[str, list[object], Answer], web.Response | None] | None
    asked: list[str]
    url: str


@pytest.fixture
def stream(
    record: DeploymentRecord, through_liar: ChainConnection, fact_journal: MemoryFactJournal
) -> EventStream:
    return EventStream(
        connection=through_liar,
        journal=fact_journal,
        reader=RangeReader(decoder=log_decoder(record)),
        first_block=record.block,
    )


def _span(params: list[object]) -> int:
    asked = params[0]
    assert isinstance(asked, dict)
    if "blockHash" in asked:
        return 1
    return int(asked["toBlock"], 16) - int(asked["fromBlock"], 16) + 1


@pytest.mark.parametrize("most", [1, 2, 5, 10])
async def test_range__larger_than_the_node_answers__is_made_smaller(
    liar: Liar, stream: EventStream, most: int
) -> None:
    def tamper(method: str, params: list[object], answer: Answer) -> None:
        if method == "eth_getLogs" and _span(params) > most:
            answer.pop("result")
            answer["error"] = {"code": -32005, "message": "query returned more than 10000 results"}

    liar.tamper = tamper
    await stream.rebuild()

    await stream.poll()

    assert len(stream.view.members_in_standing()) == 3


async def test_range__refused_even_for_one_block__is_reported(liar: Liar, stream: EventStream) -> None:
    def tamper(method: str, _: list[object], answer: Answer) -> None:
        if method == "eth_getLogs":
            answer.pop("result")
            answer["error"] = {"code": -32601, "message": "method not found"}

    liar.tamper = tamper
    await stream.rebuild()

    with pytest.raises(NodeRefused, match="method not found"):
        await stream.poll()


async def test_block_hash__changes_while_reading__keeps_nothing_of_it(
    liar: Liar, stream: EventStream, fact_journal: MemoryFactJournal
) -> None:
    after_logs = False

    def tamper(method: str, _: list[object], answer: Answer) -> None:
        nonlocal after_logs
        after_logs = after_logs or method == "eth_getLogs"
        if after_logs and method == "eth_getBlockByNumber":
            result = answer["result"]
            assert isinstance(result, dict)
            result["hash"] = "0x" + "55" * 32

    liar.tamper = tamper
    await stream.rebuild()

    with pytest.raises(NodeUnreliable, match="changed while it was read"):
        await stream.poll()

    assert await fact_journal.cursor() is None


async def test_head__reported_but_not_served__keeps_the_cursor(
    liar: Liar, stream: EventStream, fact_journal: MemoryFactJournal
) -> None:
    def tamper(method: str, params: list[object], answer: Answer) -> None:
        if method == "eth_getBlockByNumber" and params[0] != "latest":
            answer["result"] = None

    liar.tamper = tamper
    await stream.rebuild()

    with pytest.raises(NodeUnreliable, match="does not have block"):
        await stream.poll()

    assert await fact_journal.cursor() is None


async def test_log__not_what_our_contracts_emit__is_not_journalled(
    liar: Liar, stream: EventStream, fact_journal: MemoryFactJournal
) -> None:
    def tamper(method: str, _: list[object], answer: Answer) -> None:
        if method == "eth_getLogs":
            logs = answer["result"]
            assert isinstance(logs, list)
            logs[0]["data"] += "00"

    liar.tamper = tamper
    await stream.rebuild()

    with pytest.raises(NodeUnreliable, match="do not emit"):
        await stream.poll()

    assert await fact_journal.cursor() is None


async def test_listener__that_fails__is_not_taken_for_a_failing_node(stream: EventStream, liar: Liar) -> None:
    async def fail(_: object) -> None:
        raise NodeUnreliable("of the listener's own")

    ranges = 0

    def count(method: str, params: list[object], _: Answer) -> None:
        nonlocal ranges
        ranges += method == "eth_getLogs" and "fromBlock" in str(params)

    liar.tamper = count
    stream.on_facts(fail)
    await stream.rebuild()

    with pytest.raises(NodeUnreliable, match="of the listener's own"):
        await stream.poll()

    assert ranges == 1
