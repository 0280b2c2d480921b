"""Sending through a node that loses answers or gives wrong ones: what was sent is never sent as another."""

from collections.abc import Callable
from typing import Protocol

import pytest
from aiohttp import web
from eth_account import Account

from oracle.chain.connection import ChainConnection
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.errors import NodeUnreliable, UnfundedAccount
from oracle.chain.in_memory import MemoryTransactionJournal
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.transactions import Order, TransactionStatus
from oracle.domain.ids import Address

Answer = dict[str, object]
NOWHERE = Order(to=Address("0x00000000000000000000000000000000000000AA"), data=b"\x01")


class Liar(Protocol):
    tamper: Callable[[str, list[object], Answer], web.Response | None] | None
    asked: list[str]


@pytest.fixture
def lane(through_liar: ChainConnection, transaction_journal: MemoryTransactionJournal) -> Lane:
    return Lane(
        connection=through_liar,
        journal=transaction_journal,
        signer=AccountSigner(bytes(Account.create().key)),
        chain_id=31337,
        settings=LaneSettings(gas_price_wei=0, poll_s=0.02),
    )


async def test_execute__answer_to_the_sending_lost__is_mined_once(liar: Liar, lane: Lane) -> None:
    lost = 0

    def tamper(method: str, _: list[object], __: Answer) -> web.Response | None:
        nonlocal lost
        if method == "eth_sendRawTransaction" and not lost:
            lost += 1
            return web.Response(status=503)  # the node had taken it already
        return None

    liar.tamper = tamper

    row = await lane.execute("intent", NOWHERE)

    assert (row.status, row.nonce, lost) == (TransactionStatus.MINED, 0, 1)
    assert await lane.connection.ask(lambda node: node.nonce(lane.account)) == 1


async def test_execute__hash_of_another_transaction__is_not_believed(
    liar: Liar, lane: Lane, transaction_journal: MemoryTransactionJournal
) -> None:
    def tamper(method: str, _: list[object], answer: Answer) -> None:
        if method == "eth_sendRawTransaction":
            answer.pop("error", None)
            answer["result"] = "0x" + "55" * 32

    liar.tamper = tamper

    with pytest.raises(NodeUnreliable, match="another hash"):
        await lane.execute("intent", NOWHERE)

    liar.tamper = None
    (row,) = await lane.resume()
    assert (row.status, row.nonce) == (TransactionStatus.MINED, 0)
    assert await transaction_journal.by_intent("intent") == row


async def test_execute__receipt_of_a_block_off_the_chain__is_not_believed(liar: Liar, lane: Lane) -> None:
    def tamper(method: str, _: list[object], answer: Answer) -> None:
        result = answer.get("result")
        if method == "eth_getTransactionReceipt" and isinstance(result, dict):
            result["blockHash"] = "0x" + "55" * 32

    liar.tamper = tamper

    with pytest.raises(NodeUnreliable, match="not on its chain"):
        await lane.execute("intent", NOWHERE)


async def test_execute__too_little_offered__asks_the_operator_and_frees_the_nonce(
    liar: Liar, lane: Lane, transaction_journal: MemoryTransactionJournal
) -> None:
    def tamper(method: str, _: list[object], __: Answer) -> web.Response | None:
        if method != "eth_sendRawTransaction":
            return None
        error = {"code": -32000, "message": "transaction underpriced"}
        return web.json_response({"jsonrpc": "2.0", "id": _id(liar), "error": error})

    liar.tamper = tamper

    with pytest.raises(UnfundedAccount):
        await lane.execute("intent", NOWHERE)

    row = await transaction_journal.by_intent("intent")
    assert row is not None
    assert (row.status, row.nonce) == (TransactionStatus.QUEUED, None)


def _id(liar: Liar) -> int:
    """Calls are numbered from 1 on each connection."""
    return len(liar.asked)
