"""Single blocks by number, for what is about one that was not read as a part of a range."""

from dataclasses import dataclass

from oracle.chain.connection import ChainConnection
from oracle.chain.journal import BlockMark
from oracle.domain.ids import BlockNumber


@dataclass(frozen=True, slots=True)
class ChainBlocks:
    """Asks a node."""

    connection: ChainConnection

    async def block(self, number: BlockNumber) -> BlockMark | None:
        """None where the chain has no block of this number."""
        found = await self.connection.ask(lambda node: node.find_block(number))
        if found is None:
            return None
        return BlockMark(number=found.number, hash=found.hash, timestamp=found.timestamp)
