"""The event stream and a lane over two nodes that fail in turns: nothing lost, nothing twice."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from eth_account import Account
from stage.rpc_faults import failing, hanging_up, lagging, losing_the_answer, without_logs
from stage.rpc_proxy import RpcProxy, open_proxy

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.events import Arrival, EventStream
from oracle.chain.facts import Fact
from oracle.chain.in_memory import MemoryFactJournal, MemoryTransactionJournal
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.reading import RangeReader
from oracle.chain.transactions import Order, TransactionStatus
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication

NOWHERE = Order(to=Address("0x00000000000000000000000000000000000000AA"), data=b"\x01")
Pair = tuple[RpcProxy, RpcProxy]


@pytest.fixture
async def nodes(anvil: object) -> AsyncIterator[Pair]:
    async with open_proxy(anvil.url) as own, open_proxy(anvil.url) as spare:
        yield own, spare


@pytest.fixture
async def over_both(nodes: Pair, record: DeploymentRecord) -> AsyncIterator[ChainConnection]:
    patience = Patience(attempts=3, first_wait_s=0.01, longest_wait_s=0.02)
    async with AsyncExitStack() as stack:
        urls = [node.url for node in nodes]
        yield await stack.enter_async_context(open_connection(urls, patience, expected=record))


async def test_stream__nodes_fail_lag_and_lie_in_turns__tells_every_event_once(
    *,
    nodes: Pair,
    over_both: ChainConnection,
    record: DeploymentRecord,
    operator_lane: Callable[[int], Lane],
    stream_of: Callable[..., EventStream],
    fact_journal: MemoryFactJournal,
) -> None:
    own, spare = nodes
    journal, told = MemoryFactJournal(), list[Fact]()
    stream = EventStream(
        connection=over_both,
        journal=journal,
        reader=RangeReader(decoder=log_decoder(record)),
        first_block=record.block,
        finality=lambda: 0,
    )

    async def listen(arrival: Arrival) -> None:
        told.extend(arrival.facts)

    stream.on_facts(listen)
    await stream.rebuild()
    troubles = (
        (own, hanging_up(), "*"),
        (own, lagging(3), "*"),
        (own, without_logs(), "eth_getLogs"),
        (spare, failing(503), "*"),
        (own, failing(503), "eth_getLogs"),
    )
    for sequence, (node, trouble, method) in enumerate(troubles, start=1):
        own.behave()
        spare.behave()
        await over_both.look()
        node.misbehave(trouble, method)
        publication = Publication(
            holder=MemberId(1),
            sequence=Sequence(sequence),
            root=keccak256(b"%d" % sequence),
            bits=4,
            oprf_key_version=KeyVersion(1),
        )
        order = bindings(record).datasets.publish(publication, changed=0)
        await operator_lane(1).execute(f"publish:{sequence}", order)
        await stream.poll()
    own.behave()
    await over_both.look()
    await stream.poll()

    honest = stream_of()
    await honest.rebuild()
    await honest.poll()
    truth = [fact async for fact in fact_journal.facts()]
    assert [fact async for fact in journal.facts()] == truth
    assert sorted(told, key=lambda fact: fact.at) == truth
    assert stream.hold.current is None
    assert over_both.report()[0].in_use


async def test_lane__answers_lost_and_nodes_changed_midway__sends_each_intent_once(
    nodes: Pair, over_both: ChainConnection
) -> None:
    own, spare = nodes
    signer = AccountSigner(bytes(Account.create().key))
    from_both = _lane(over_both, signer)
    for number, node in enumerate((own, spare, own)):
        own.behave()
        spare.behave()
        await over_both.look()
        node.misbehave(losing_the_answer(), "eth_sendRawTransaction", times=1)
        node.misbehave(hanging_up(), "eth_getTransactionReceipt", times=2)

        row = await from_both.execute(f"intent {number}", NOWHERE)

        assert (row.status, row.nonce) == (TransactionStatus.MINED, number)
    assert await over_both.ask(lambda node: node.nonce(signer.address)) == 3


def _lane(connection: ChainConnection, signer: AccountSigner) -> Lane:
    return Lane(
        connection=connection,
        journal=MemoryTransactionJournal(),
        signer=signer,
        chain_id=31337,
        settings=LaneSettings(gas_price_wei=0, poll_s=0.02, resend_every=5),
    )
