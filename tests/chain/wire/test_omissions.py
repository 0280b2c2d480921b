"""A node that leaves out, repeats or shuffles what it knows: the journal is what it is with an honest one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any

import pytest
from stage.rpc_faults import erring, lagging, swallowing, with_repeated_logs, without_logs
from stage.rpc_proxy import RpcProxy

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import NodeUnreliable
from oracle.chain.events import EventStream
from oracle.chain.facts import Fact
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.lane import Lane
from oracle.chain.reading import RangeReader
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication

AskChain = Callable[..., Awaitable[object]]
StreamOf = Callable[..., EventStream]


async def _facts(journal: MemoryFactJournal) -> list[Fact]:
    return [fact async for fact in journal.facts()]


@pytest.fixture
async def truth(
    stream_of: StreamOf,
    fact_journal: MemoryFactJournal,
    record: DeploymentRecord,
    operator_lane: Callable[[int], Lane],
) -> list[Fact]:
    """What the chain says after the founding and three publications."""
    for sequence in (1, 2, 3):
        publication = Publication(
            holder=MemberId(1),
            sequence=Sequence(sequence),
            root=keccak256(b"%d" % sequence),
            bits=4,
            oprf_key_version=KeyVersion(1),
        )
        order = bindings(record).datasets.publish(publication, changed=0)
        await operator_lane(1).execute(f"publish:{sequence}", order)
    stream = stream_of()
    await stream.rebuild()
    await stream.poll()
    return await _facts(fact_journal)


@pytest.fixture
def journal() -> MemoryFactJournal:
    return MemoryFactJournal()


@pytest.fixture
async def once(liar: RpcProxy) -> AsyncIterator[ChainConnection]:
    async with open_connection([liar.url], Patience(attempts=1)) as opened:
        yield opened


@pytest.fixture
def follower(record: DeploymentRecord, once: ChainConnection, journal: MemoryFactJournal) -> EventStream:
    """A second stream, through the liar."""
    return EventStream(
        connection=once,
        journal=journal,
        reader=RangeReader(decoder=log_decoder(record), longest=7),
        first_block=record.block,
    )


async def test_logs__left_out_of_a_range__are_asked_for_by_block(
    liar: RpcProxy, follower: EventStream, journal: MemoryFactJournal, truth: list[Fact]
) -> None:
    async def leave_out(exchange: Any) -> Any:
        answer = await exchange.forward()
        if "blockHash" not in exchange.params[0]:
            answer["result"] = []
        return answer

    liar.misbehave(leave_out, "eth_getLogs")
    await follower.rebuild()

    await follower.poll()

    assert await _facts(journal) == truth


@pytest.mark.parametrize("kept", [lambda _: False, lambda log: int(log["logIndex"], 16) > 0])
async def test_logs__left_out_of_every_answer__are_missed_and_nothing_is_kept(
    liar: RpcProxy,
    follower: EventStream,
    journal: MemoryFactJournal,
    truth: list[Fact],
    kept: Callable[[dict[str, Any]], bool],
) -> None:
    liar.misbehave(without_logs(kept), "eth_getLogs")
    await follower.rebuild()
    with pytest.raises(NodeUnreliable, match="keeps logs of block"):
        await follower.poll()
    assert await journal.cursor() is None
    assert await _facts(journal) == []

    liar.behave()
    await follower.poll()

    assert await _facts(journal) == truth


async def test_logs__forged_into_an_answer__are_not_believed(
    liar: RpcProxy, follower: EventStream, journal: MemoryFactJournal, truth: list[Fact]
) -> None:
    async def forge(exchange: Any) -> Any:
        answer = await exchange.forward()
        if answer["result"]:
            more = dict(answer["result"][-1], logIndex="0x63")
            more["topics"] = [*more["topics"][:-1], "0x" + "00" * 31 + "63"]
            answer["result"].append(more)
        return answer

    liar.misbehave(forge, "eth_getLogs")
    await follower.rebuild()

    with pytest.raises(NodeUnreliable):
        await follower.poll()

    assert all(fact in truth for fact in await _facts(journal))


async def test_logs__repeated_and_shuffled__are_each_taken_once_in_their_order(
    liar: RpcProxy, follower: EventStream, journal: MemoryFactJournal, truth: list[Fact]
) -> None:
    liar.misbehave(with_repeated_logs(Random(4)), "eth_getLogs")  # noqa: S311 - chance, not a secret
    await follower.rebuild()

    await follower.poll()

    assert await _facts(journal) == truth


async def test_head__behind_then_ahead_then_behind_again__loses_and_doubles_nothing(
    liar: RpcProxy, follower: EventStream, journal: MemoryFactJournal, truth: list[Fact]
) -> None:
    await follower.rebuild()
    for behind in (9, 2, 12, 0, 5):
        liar.behave()
        liar.misbehave(lagging(behind))
        await follower.poll()

    assert await _facts(journal) == truth


@pytest.mark.parametrize("fault", [swallowing(), erring(-32000, "header not found")])
async def test_blocks__not_given_for_a_while__are_read_when_they_are_there(
    liar: RpcProxy, follower: EventStream, journal: MemoryFactJournal, truth: list[Fact], fault: Any
) -> None:
    liar.misbehave(fault, "eth_getBlockByNumber", times=9)
    await follower.rebuild()

    refused = 0
    while await journal.cursor() is None or await journal.cursor() < truth[-1].at.block_number:
        try:
            await follower.poll()
        except NodeUnreliable:
            refused += 1

    assert refused > 0
    assert await _facts(journal) == truth


async def test_batches__of_a_node_that_takes_none__are_asked_one_by_one(
    liar: RpcProxy, follower: EventStream, journal: MemoryFactJournal, truth: list[Fact]
) -> None:
    liar.batches = False
    await follower.rebuild()

    await follower.poll()

    assert await _facts(journal) == truth


async def test_poa__extra_data_without_a_bloom_filter__is_read_all_the_same(
    liar: RpcProxy, follower: EventStream, journal: MemoryFactJournal, truth: list[Fact]
) -> None:
    async def clique(exchange: Any) -> Any:
        answer = await exchange.forward()
        if answer.get("result"):
            answer["result"]["extraData"] = "0x" + "ab" * 97
            answer["result"].pop("logsBloom")
            answer["result"].pop("baseFeePerGas", None)
        return answer

    liar.misbehave(clique, "eth_getBlockByNumber")
    await follower.rebuild()

    await follower.poll()

    assert await _facts(journal) == truth
    assert not [method for method in liar.asked if method in {"eth_newFilter", "eth_getFilterChanges"}]
