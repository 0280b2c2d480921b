"""Nonce lanes on a real chain: once each, across restarts and reorganisations, with reasons for refusals."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import pytest
from eth_account import Account

from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.contracts.consortium_governor import motion
from oracle.chain.contracts.query_ledger import Commitment, QueryLedger
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.node import LATEST
from oracle.chain.signing import UnsignedTransaction
from oracle.chain.transactions import Order, TransactionJournal, TransactionStatus
from oracle.crypto.keccak import keccak256
from oracle.domain.errors import Broken
from oracle.domain.ids import Address, BatchId

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


async def test_execute__many_at_once__uses_every_nonce_once(
    connection: ChainConnection, lane_of: LaneOf, signer: AccountSigner
) -> None:
    lane = lane_of(signer)

    rows = await asyncio.gather(*(lane.execute(f"intent {number}", NOWHERE) for number in range(20)))

    assert sorted(row.nonce or 0 for row in rows) == list(range(20))
    assert {row.status for row in rows} == {TransactionStatus.MINED}
    assert await connection.ask(lambda node: node.nonce(signer.address)) == 20


async def test_execute__same_intent_again__sends_nothing(
    connection: ChainConnection, lane_of: LaneOf, signer: AccountSigner
) -> None:
    lane = lane_of(signer)

    first, second = await asyncio.gather(lane.execute("once", NOWHERE), lane.execute("once", NOWHERE))
    third = await lane.execute("once", NOWHERE)

    assert first.tx_hash == second.tx_hash == third.tx_hash
    assert await connection.ask(lambda node: node.nonce(signer.address)) == 1


async def test_execute__same_intent_with_other_contents__is_a_bug(
    lane_of: LaneOf, signer: AccountSigner
) -> None:
    lane = lane_of(signer)
    await lane.execute("once", NOWHERE)

    with pytest.raises(Broken, match="other contents"):
        await lane.execute("once", replace(NOWHERE, data=b"\x02"))


async def test_execute__refused_by_the_contract__names_the_error_and_uses_no_nonce(
    connection: ChainConnection, lane_of: LaneOf, queries: QueryLedger, signer: AccountSigner
) -> None:
    lane = lane_of(signer)

    with pytest.raises(TransactionReverted) as refused:
        await lane.execute("commit", await _order(connection, queries, b"stranger"))

    assert refused.value.error == "NotOperatorInStanding"
    assert refused.value.arguments == (signer.address.lower(),)
    assert await connection.ask(lambda node: node.nonce(signer.address)) == 0


async def test_execute__refused_first__succeeds_under_the_same_intent_later(
    *,
    connection: ChainConnection,
    lane_of: LaneOf,
    record: DeploymentRecord,
    founders: tuple[Founder, ...],
    transaction_journal: TransactionJournal,
) -> None:
    lane = lane_of(founders[0].operator, transaction_journal)
    claim = bindings(record).credits.claim_grant
    order = await _order(connection, bindings(record).queries, b"batch")
    first = lane_of(founders[0].operator)
    await first.execute("first", order)

    with pytest.raises(TransactionReverted, match="BatchAlreadyCommitted"):
        await lane.execute("second", order)
    with pytest.raises(TransactionReverted, match="GrantAlreadyClaimed"):
        await lane.execute("grant", claim(1))

    row = await transaction_journal.by_intent("second")
    assert row is not None
    assert (row.status, row.nonce) == (TransactionStatus.FAILED, None)


async def test_execute__mined_without_effect__explains_why(
    *,
    connection: ChainConnection,
    until_nonce: UntilNonce,
    lane_of: LaneOf,
    record: DeploymentRecord,
    founders: tuple[Founder, ...],
    transaction_journal: TransactionJournal,
    ask_chain: AskChain,
) -> None:
    lane, rival = lane_of(founders[0].operator, transaction_journal), founders[1].operator
    order = bindings(record).governor.propose(motion([NOWHERE], "whoever is first"))
    await ask_chain("evm_setAutomine", False)
    running = asyncio.create_task(lane.execute("propose", order))
    await until_nonce(lane.account, 1)
    await ask_chain("anvil_setBalance", rival.address, hex(10**18))
    overtaking = UnsignedTransaction(
        chain_id=31337, nonce=0, gas=500_000, gas_price=10**9, to=order.to, data=order.data
    )
    await connection.ask(lambda node: node.send_raw(rival.sign(overtaking).raw))
    await ask_chain("evm_mine")

    with pytest.raises(TransactionReverted) as reverted:
        await running

    assert reverted.value.error == "GovernorUnexpectedProposalState"
    row = await transaction_journal.by_intent("propose")
    assert row is not None
    assert (row.status, row.error) == (TransactionStatus.REVERTED, "GovernorUnexpectedProposalState")


async def test_lanes__two_accounts_one_journal__do_not_disturb_each_other(
    lane_of: LaneOf, transaction_journal: TransactionJournal
) -> None:
    signers = [AccountSigner(bytes(Account.create().key)) for _ in range(2)]
    lanes = [lane_of(each, transaction_journal) for each in signers]

    rows = await asyncio.gather(
        *(lane.execute(f"{lane.account} {number}", NOWHERE) for lane in lanes for number in range(5))
    )

    for each in signers:
        assert sorted(row.nonce or 0 for row in rows if row.sender == each.address) == list(range(5))


def test_signer__repr__shows_the_address_alone() -> None:
    key = bytes(Account.create().key)

    shown = repr(AccountSigner(key))

    assert key.hex() not in shown
    assert AccountSigner(key).address in shown


@pytest.mark.parametrize("to", [None, Address("0x00000000000000000000000000000000000000AA")])
@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" * 300])
def test_signer__any_transaction__gives_the_bytes_of_eth_account(to: Address | None, data: bytes) -> None:
    account = Account.create()
    unsigned = UnsignedTransaction(chain_id=31337, nonce=0, gas=21_000, gas_price=10**9, to=to, data=data)
    fields = {"chainId": 31337, "nonce": 0, "gas": 21_000, "gasPrice": 10**9, "value": 0, "data": data}

    signed = AccountSigner(bytes(account.key)).sign(unsigned)

    theirs = account.sign_transaction(fields if to is None else fields | {"to": to})
    assert (signed.raw, signed.tx_hash) == (bytes(theirs.raw_transaction), bytes(theirs.hash))
