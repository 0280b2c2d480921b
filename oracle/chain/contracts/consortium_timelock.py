"""ConsortiumTimelock: what was decided waits here before it takes effect."""

from dataclasses import dataclass

from oracle.chain.calls import BlockPin, Contract, integer
from oracle.chain.connection import ChainConnection


@dataclass(frozen=True, slots=True)
class ConsortiumTimelock:
    contract: Contract

    async def minimum_delay_s(self, connection: ChainConnection, *, block: BlockPin) -> int:
        return integer(await self.contract.read(connection, block, "getMinDelay"))
