"""Watches for reorganisations while a network is under load: how many blocks a node gave up for others."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from oracle.chain.node import LATEST, Node
from oracle.domain.errors import Transient
from oracle.domain.ids import BlockNumber

_LOOK_S = 0.25
_KEPT = 12


@dataclass
class Watch:
    """Depth to number of times, over all nodes; a block that was replaced between two looks is not seen."""

    nodes: Sequence[Node]
    depths: dict[int, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(*(self._follow(node) for node in self.nodes))

    async def _follow(self, node: Node) -> None:
        seen: deque[tuple[BlockNumber, bytes]] = deque(maxlen=_KEPT)
        while True:
            try:
                head = await node.block(LATEST)
                await self._compare(node, seen)
            except Transient:
                await asyncio.sleep(_LOOK_S)
                continue
            if not seen or seen[-1] != (head.number, head.hash):
                seen.append((head.number, head.hash))
            await asyncio.sleep(_LOOK_S)

    async def _compare(self, node: Node, seen: deque[tuple[BlockNumber, bytes]]) -> None:
        """Drops what the node has given up, and counts how deep that went."""
        last = seen[-1][0] if seen else 0
        dropped = 0
        while seen:
            number, block_hash = seen[-1]
            now = await node.find_block(number)
            if now is not None and now.hash == block_hash:
                break
            seen.pop()
            dropped = last - number + 1
        if dropped:
            self.depths[dropped] = self.depths.get(dropped, 0) + 1
