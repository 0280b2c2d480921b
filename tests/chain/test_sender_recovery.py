"""Nonce lanes after crashes, dropped transactions and reorganisations."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest
from eth_account import Account

from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.contracts.query_ledger import Commitment, QueryLedger
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.lane import Lane
from oracle.chain.node import LATEST
from oracle.chain.transactions import Order, Transaction, TransactionJournal, TransactionStatus
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address, BatchId, BlockNumber

LaneOf = Callable[..., Lane]
UntilNonce = Callable[[Address, int], Awaitable[None]]
AskChain = Callable[..., Awaitable[object]]
NOWHERE = Order(to=Address("0x00000000000000000000000000000000000000AA"), data=b"\x01")


class Founder(Protocol):
    operator: AccountSigner


@pytest.fixture
def queries(record: DeploymentRecord) -> QueryLedger:
    return bindings(record).queries


@pytest.fixture
def signer() -> AccountSigner:
    return AccountSigner(bytes(Account.create().key))


async def _order(connection: ChainConnection, queries: QueryLedger, name: bytes, count: int = 1) -> Order:
    head = await connection.ask(lambda node: node.block(LATEST))
    commitment = Commitment(batch_id=BatchId(keccak256(name)), count=count, deadline=head.timestamp + 5000)
    return queries.commit([commitment])


async def _stop_when_pending(until_nonce: UntilNonce, lane: Lane, intent: str) -> None:
    """Ends `execute` while its transaction waits in the node's pool."""
    running = asyncio.create_task(lane.execute(intent, NOWHERE))
    await until_nonce(lane.account, 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_resume__mined_while_we_were_down__recognises_its_own(
    *,
    connection: ChainConnection,
    until_nonce: UntilNonce,
    lane_of: LaneOf,
    signer: AccountSigner,
    transaction_journal: TransactionJournal,
    ask_chain: AskChain,
) -> None:
    await ask_chain("evm_setAutomine", False)
    await _stop_when_pending(until_nonce, lane_of(signer, transaction_journal), "intent")
    await ask_chain("evm_mine")

    rows = await lane_of(signer, transaction_journal).resume()

    assert [(row.intent, row.status) for row in rows] == [("intent", TransactionStatus.MINED)]
    assert await connection.ask(lambda node: node.nonce(signer.address)) == 1


async def test_resume__dropped_by_the_node__sends_the_same_bytes_again(
    *,
    until_nonce: UntilNonce,
    lane_of: LaneOf,
    signer: AccountSigner,
    transaction_journal: TransactionJournal,
    ask_chain: AskChain,
) -> None:
    await ask_chain("evm_setAutomine", False)
    await _stop_when_pending(until_nonce, lane_of(signer, transaction_journal), "intent")
    before = await transaction_journal.by_intent("intent")
    await ask_chain("anvil_dropAllTransactions")
    await ask_chain("evm_setAutomine", True)

    rows = await lane_of(signer, transaction_journal).resume()

    assert before is not None
    assert [row.tx_hash for row in rows] == [before.tx_hash]
    assert rows[0].status is TransactionStatus.MINED


async def test_resume__never_signed__is_sent_now(
    lane_of: LaneOf, signer: AccountSigner, transaction_journal: TransactionJournal
) -> None:
    queued = Transaction(intent="intent", sender=signer.address, to=NOWHERE.to, data=NOWHERE.data)
    await transaction_journal.enqueue(queued)

    rows = await lane_of(signer, transaction_journal).resume()

    assert [row.status for row in rows] == [TransactionStatus.MINED]


async def test_follow__dropped_while_waiting__is_sent_again_by_itself(
    *,
    until_nonce: UntilNonce,
    lane_of: LaneOf,
    signer: AccountSigner,
    ask_chain: AskChain,
) -> None:
    lane = lane_of(signer)
    await ask_chain("evm_setAutomine", False)
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    await until_nonce(lane.account, 1)
    await ask_chain("anvil_dropAllTransactions")
    await ask_chain("evm_setAutomine", True)

    assert (await running).status is TransactionStatus.MINED


async def test_follow__nonce_taken_by_another_transaction__gets_the_next_one(
    *,
    until_nonce: UntilNonce,
    lane_of: LaneOf,
    signer: AccountSigner,
    ask_chain: AskChain,
) -> None:
    lane = lane_of(signer)
    await ask_chain("evm_setAutomine", False)
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    await until_nonce(lane.account, 1)
    await ask_chain("anvil_dropAllTransactions")
    await ask_chain("evm_setAutomine", True)
    await ask_chain("anvil_setNonce", signer.address, "0x5")

    row = await running

    assert (row.status, row.nonce) == (TransactionStatus.MINED, 5)


async def test_roll_back__reorganisation_without_it__carries_it_out_again(
    *,
    connection: ChainConnection,
    lane_of: LaneOf,
    signer: AccountSigner,
    transaction_journal: TransactionJournal,
    ask_chain: AskChain,
) -> None:
    await ask_chain("evm_mine")
    lane = lane_of(signer, transaction_journal)
    mined = await lane.execute("intent", NOWHERE)
    await ask_chain("anvil_reorg", 1, [])
    assert mined.block_number is not None
    assert await connection.ask(lambda node: node.nonce(signer.address)) == 0

    await lane.roll_back(BlockNumber(mined.block_number - 1))
    rows = await lane.resume()

    assert [(row.intent, row.status, row.tx_hash) for row in rows] == [
        ("intent", TransactionStatus.MINED, mined.tx_hash)
    ]
    assert await connection.ask(lambda node: node.nonce(signer.address)) == 1


async def test_confirmations__not_enough_blocks__is_not_final(
    *,
    until_nonce: UntilNonce,
    lane_of: LaneOf,
    signer: AccountSigner,
    ask_chain: AskChain,
    connection: ChainConnection,
) -> None:
    lane = lane_of(signer, confirmations=lambda: 3)
    running = asyncio.create_task(lane.execute("intent", NOWHERE))
    await until_nonce(signer.address, 1)
    head = await connection.ask(lambda node: node.block_number())
    await asyncio.sleep(0.1)
    assert not running.done()

    await ask_chain("anvil_mine", "0x3")

    row = await running
    assert row.block_number == head
