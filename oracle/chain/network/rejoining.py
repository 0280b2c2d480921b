"""Ends a standstill after a partition: one node gives up its own end of the chain for that of another.

Clique can stop for good when two halves have sealed ends of equal weight: whoever may seal next on one end
sits on the other, and neither is heavier. No node decides that by itself; an operator does, for its own node.
"""

import asyncio
import time
from dataclasses import dataclass

from oracle.chain.answers import Block
from oracle.chain.network.errors import NoRewindNeeded
from oracle.chain.network.node_calls import NodeCalls
from oracle.chain.node import LATEST, Node
from oracle.domain.ids import BlockNumber


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


async def rejoin(own: NodeCalls, other: Node, *, still_s: float) -> GivenUp:
    """Go back to the last block in common, where the other's end is heavier again and is taken over.

    Only when `own` has stood still for `still_s`, and only one of two halves: whoever gives up has its
    transactions of the dropped blocks sent again by the daemons. Raises NoRewindNeeded.
    """
    common, head = await common_block(own.node, other)
    age = time.time() - head.timestamp
    if age < still_s:
        raise NoRewindNeeded(f"The chain of {own.node.name} moves: its newest block is {age:.0f} s old")
    dropped = head.number - common.number
    if dropped == 0:
        raise NoRewindNeeded(f"{own.node.name} and {other.name} are on one branch; check peers and sealing")
    await own.go_back_to(common.number)
    return GivenUp(common=common.number, dropped=dropped)
