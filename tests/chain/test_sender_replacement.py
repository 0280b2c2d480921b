"""Transactions that are stuck: offered again dearer under the same nonce, and known whichever is mined."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
import rlp
from eth_account import Account
from stage.rpc_faults import erring, swallowing
from stage.rpc_proxy import RpcProxy, open_proxy

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.in_memory import MemoryTransactionJournal
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.transactions import Order, Transaction, TransactionStatus
from oracle.domain.ids import Address

NOWHERE = Order(to=Address("0x00000000000000000000000000000000000000AA"), data=b"\x01")
STUCK_AT_ONCE = LaneSettings(poll_s=0.02, resend_every=5, replace_after_s=0.05)
Ask = Callable[..., Awaitable[object]]


@pytest.fixture
async def market(start_anvil: Callable[..., object]) -> AsyncIterator[RpcProxy]:
    """A chain with prices that mines when it is told to."""
    async with open_proxy(start_anvil("--no-mining").url) as proxy:
        yield proxy


@pytest.fixture
async def priced(market: RpcProxy) -> AsyncIterator[ChainConnection]:
    patience = Patience(attempts=3, first_wait_s=0.01, longest_wait_s=0.02)
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(open_connection([market.url], patience))


@pytest.fixture
def ask(priced: ChainConnection) -> Ask:
    async def question(method: str, *params: object) -> object:
        return await priced.ask(lambda node: node.transport.call(method, *params))

    return question


@pytest.fixture
async def lane(priced: ChainConnection, ask: Ask, transaction_journal: MemoryTransactionJournal) -> Lane:
    signer = AccountSigner(bytes(Account.create().key))
    await ask("anvil_setBalance", signer.address, hex(10**20))
    return Lane(
        connection=priced,
        journal=transaction_journal,
        signer=signer,
        chain_id=31337,
        settings=STUCK_AT_ONCE,
    )


async def _until(lane: Lane, holds: Callable[[Transaction], bool]) -> Transaction:
    async with asyncio.timeout(60):
        while True:
            row = await lane.journal.by_intent("intent")
            if row is not None and holds(row):
                return row
            await asyncio.sleep(0.01)


def _price(raw: bytes) -> int:
    return int.from_bytes(rlp.decode(raw)[1])


async def test_stuck__where_gas_has_a_price__is_offered_dearer_and_mined_once(lane: Lane, ask: Ask) -> None:
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    first = await _until(lane, lambda row: row.raw is not None)
    dearer = await _until(lane, lambda row: len(row.earlier) >= 1)
    await ask("evm_mine")

    row = await running

    assert first.raw is not None
    assert dearer.raw is not None
    assert _price(dearer.raw) >= _price(first.raw) * 11 // 10
    assert dearer.gas_price == _price(dearer.raw)
    assert (row.status, row.nonce) == (TransactionStatus.MINED, first.nonce)
    assert first.tx_hash in row.hashes
    assert row.tx_hash != first.tx_hash
    assert int(str(await ask("eth_getTransactionCount", lane.account, "latest")), 16) == 1


async def test_stuck__earlier_version_mined_after_all__is_known_as_ours(lane: Lane, ask: Ask) -> None:
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    first = await _until(lane, lambda row: row.raw is not None)
    await _until(lane, lambda row: len(row.earlier) >= 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await ask("anvil_dropAllTransactions")
    await ask("eth_sendRawTransaction", "0x" + first.raw.hex())
    await ask("evm_mine")

    (row,) = await lane.resume()

    assert (row.status, row.tx_hash) == (TransactionStatus.MINED, first.tx_hash)
    assert first.tx_hash not in row.earlier
    again = await lane.execute("intent", NOWHERE)
    assert again == row


async def test_stuck__highest_price_reached__is_offered_unchanged(lane: Lane, ask: Ask) -> None:
    lane.settings = replace(STUCK_AT_ONCE, max_gas_price_wei=3 * 10**9)
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    await _until(lane, lambda row: row.gas_price == 3 * 10**9 or len(row.earlier) >= 1)
    await asyncio.sleep(0.3)
    row = await lane.journal.by_intent("intent")
    assert row is not None
    assert row.gas_price is not None
    assert row.gas_price <= 3 * 10**9
    await ask("evm_mine")

    assert (await running).status is TransactionStatus.MINED


async def test_stuck__replacement_refused_by_the_node__keeps_the_first_on_offer(
    lane: Lane, market: RpcProxy, ask: Ask
) -> None:
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    first = await _until(lane, lambda row: row.raw is not None)
    await _until(lane, lambda _: "eth_sendRawTransaction" in market.asked)
    market.misbehave(erring(-32000, "insufficient funds for gas"), "eth_sendRawTransaction")
    refused = await _until(lane, lambda row: row.raw == first.raw and len(row.earlier) >= 1)
    market.behave()
    await ask("evm_mine")

    row = await running

    assert refused.tx_hash == first.tx_hash
    assert row.status is TransactionStatus.MINED


async def test_stuck__where_gas_is_free__is_offered_unchanged(
    lane_of: Callable[..., Lane], ask_chain: Ask, transaction_journal: MemoryTransactionJournal
) -> None:
    lane = lane_of(AccountSigner(bytes(Account.create().key)), transaction_journal, replace_after_s=0.05)
    await ask_chain("evm_setAutomine", False)
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    first = await _until(lane, lambda row: row.raw is not None)
    # The node loses its pool, again and again; the lane need not notice to be right.
    for _ in range(3):
        await ask_chain("anvil_dropAllTransactions")
        await asyncio.sleep(0.1)
    await ask_chain("evm_setAutomine", True)

    row = await running

    assert (row.status, row.tx_hash, row.earlier) == (TransactionStatus.MINED, first.tx_hash, ())


async def test_receipt__kept_back_by_the_node__never_costs_a_second_nonce(
    lane: Lane, market: RpcProxy, ask: Ask
) -> None:
    market.misbehave(swallowing(), "eth_getTransactionReceipt", times=25)
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    first = await _until(lane, lambda row: row.raw is not None)
    await _until(lane, lambda _: "eth_sendRawTransaction" in market.asked)
    await ask("evm_mine")

    row = await running

    assert market.rules[0].left == 0
    assert (row.status, row.nonce) == (TransactionStatus.MINED, first.nonce)
    assert int(str(await ask("eth_getTransactionCount", lane.account, "pending")), 16) == 1
