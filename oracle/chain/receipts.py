"""A transaction handed to a node and looked for: its receipt, whether that is final, why it had no effect."""

from dataclasses import dataclass
from functools import partial

from oracle.chain.answers import Receipt
from oracle.chain.connection import ChainConnection
from oracle.chain.errors import NodeRefused, NodeUnreliable, TransactionReverted
from oracle.chain.node import Call, Node
from oracle.chain.reverts import RevertDecoder
from oracle.chain.transactions import Transaction
from oracle.crypto.keccak import keccak256
from oracle.domain.errors import Broken
from oracle.domain.ids import BlockNumber

_SEARCHED = 5_000
"""Blocks looked through for a transaction that was journalled without saying since when."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one node knows of a transaction."""

    receipt: Receipt | None
    final: bool
    nonce_used: bool
    """Whether some transaction with its nonce was mined."""
    next_in_line: bool
    """Whether its nonce is the one that the chain waits for."""


async def submit(node: Node, raw: bytes) -> None:
    """Raises NodeUnreliable when the node took something else than it was given."""
    if await node.send_raw(raw) != keccak256(raw):
        raise NodeUnreliable(f"Node {node.name} names another hash for a transaction than its own")


async def sight(node: Node, row: Transaction, confirmations: int) -> Sighting:
    """Raises NodeUnreliable when the receipt's block is not on the node's own chain."""
    if row.tx_hash is None or row.nonce is None:
        raise Broken(f"The intent '{row.intent}' is followed without having been signed")
    nonce = await node.nonce(row.sender)
    used = nonce > row.nonce
    # Asked after the count: a receipt that is missing now was missing when the nonce had been used.
    receipt = await node.receipt(row.tx_hash)
    for earlier in row.earlier:
        receipt = receipt or await node.receipt(earlier)
    if receipt is None:
        return Sighting(None, final=False, nonce_used=used, next_in_line=nonce == row.nonce)
    block = await node.find_block(receipt.block_number)
    if block is None or block.hash != receipt.block_hash:
        raise NodeUnreliable(f"Node {node.name} has a receipt of a block that is not on its chain")
    final = confirmations == 0 or await node.block_number() >= receipt.block_number + confirmations
    return Sighting(receipt, final=final, nonce_used=used, next_in_line=False)


async def taken_by_another(node: Node, row: Transaction) -> bool:
    """Whether the used nonce went to a transaction that is not ours; asked when there is no receipt of ours.

    A node may keep a receipt from us, and another nonce would then do the thing twice. So the blocks
    themselves are looked through: if one of them has a version of ours, it is mined, whatever is said of it.
    """
    head = await node.block_number()
    first = head - _SEARCHED if row.after_block is None else row.after_block
    for number in range(max(0, first), head + 1):
        block = await node.block(BlockNumber(number))
        if not frozenset(row.hashes).isdisjoint(block.transactions):
            return False
    return True


async def refusal(
    connection: ChainConnection, reverts: RevertDecoder, row: Transaction, block: BlockNumber
) -> TransactionReverted:
    """Asks again at the same block and at the one before: nodes keep no revert data with receipts."""
    call = Call(to=row.to, data=row.data, sender=row.sender)
    for at in (block, BlockNumber(block - 1)):
        try:
            await connection.ask(partial(_call, call=call, block=at))
        except NodeRefused as error:
            return reverts.decode(error.data, row.intent)
        except NodeUnreliable:
            continue  # the state of that block is pruned: the reason is lost, the refusal is not
    return reverts.decode(None, row.intent)


async def _call(node: Node, *, call: Call, block: BlockNumber) -> bytes:
    return await node.call(call, block)
