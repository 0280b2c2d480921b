"""Ends a standstill after a partition: a node gives up its own end of the chain for that of another.

Clique can stop for good when two halves have sealed ends of equal weight: whoever may seal next on one end
sits on the other, and neither end is heavier. No node decides that by itself; an operator does, for its own.
With an odd number of validators it cannot happen: only one side has enough of them to go on.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from oracle.chain.answers import Block
from oracle.chain.network.errors import BranchNotTaken, NoRewindNeeded
from oracle.chain.network.node_calls import NodeCalls
from oracle.chain.node import LATEST, Node
from oracle.domain.ids import BlockNumber

_TRIES = 4
_TAKEN_WITHIN_S = 30.0
"""The client looks for a heavier peer every ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """What a node dropped."""

    common: BlockNumber
    """The last block that both nodes have."""
    dropped: int


async def common_block(own: Node, other: Node) -> tuple[Block, Block]:
    """The last block that both have, and the head of `own`."""
    head, others = await asyncio.gather(own.block(LATEST), other.block(LATEST))
    number = min(head.number, others.number)
    while True:
        mine, theirs = await asyncio.gather(own.block(number), other.block(number))
        if mine.hash == theirs.hash:
            return mine, head
        number = BlockNumber(number - 1)


async def rejoin(own: NodeCalls, other: NodeCalls, *, still_s: float) -> GivenUp:
    """Take over the other's end, and seal nothing until that is done.

    Only when `own` has stood still for `still_s`. The daemons send the transactions of the dropped blocks
    again. Raises NoRewindNeeded, and BranchNotTaken when the other's blocks do not arrive.
    """
    common, head = await common_block(own.node, other.node)
    age = time.time() - head.timestamp
    if age < still_s:
        raise NoRewindNeeded(f"The chain of {own.node.name} moves: its newest block is {age:.0f} s old")
    dropped = head.number - common.number
    if dropped == 0:
        raise NoRewindNeeded(
            f"{own.node.name} has no block that {other.node.name} lacks; check its peers and whether it seals"
        )
    # Between the two steps it would seal a third end, or take its half's end back from its neighbours.
    peers, neighbour = await own.peers(), await other.enode()
    await own.stop_sealing()
    try:
        await _take_over(own, other, common.number, peers, neighbour)
    finally:
        for peer in {neighbour, *peers}:
            await own.add_peer(peer)
        await own.start_sealing()
    return GivenUp(common=common.number, dropped=dropped)


async def _take_over(
    own: NodeCalls, other: NodeCalls, common: BlockNumber, peers: Sequence[str], neighbour: str
) -> None:
    for _ in range(_TRIES):
        for peer in {neighbour, *peers, *await own.peers()}:
            await own.remove_peer(peer)
        await own.go_back_to(common)
        await own.add_peer(neighbour)
        if await _follows(own.node, other.node, BlockNumber(common + 1)):
            return
    raise BranchNotTaken(
        f"{own.node.name} went back to block {common} and got no blocks from {other.node.name}; "
        "check that the two reach each other, and run the same command again"
    )


async def _follows(own: Node, other: Node, number: BlockNumber) -> bool:
    """Whether the other's block of this number arrives, and not another one."""
    wanted = (await other.block(number)).hash
    end = time.monotonic() + _TAKEN_WITHIN_S
    while time.monotonic() < end:
        found = await own.find_block(number)
        if found is not None:
            return found.hash == wanted
        await asyncio.sleep(0.2)
    return False
