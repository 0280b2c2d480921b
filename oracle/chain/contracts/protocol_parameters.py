"""ProtocolParameters: governed numbers, prices by epoch."""

from dataclasses import dataclass

from oracle.chain.books.parameters import parameter_key
from oracle.chain.calls import BlockPin, Contract, integer
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.domain.ids import Credits


@dataclass(frozen=True, slots=True)
class ProtocolParameters:
    contract: Contract

    def set(self, name: str, value: int) -> Order:
        return self.contract.order("set", parameter_key(name), value)

    def set_prices(self, query_fee: Credits, hit_fee: Credits) -> Order:
        return self.contract.order("setPrices", query_fee, hit_fee)

    def set_epoch_length(self, length_s: int) -> Order:
        return self.contract.order("setEpochLength", length_s)

    async def get(self, connection: ChainConnection, name: str, *, block: BlockPin) -> int:
        return integer(await self.contract.read(connection, block, "get", parameter_key(name)))

    async def price_at(
        self, connection: ChainConnection, epoch: int, *, block: BlockPin
    ) -> tuple[int, Credits, Credits]:
        """Version, query fee and hit fee."""
        values = await self.contract.read(connection, block, "priceAt", epoch)
        return integer(values), Credits(integer(values, 1)), Credits(integer(values, 2))

    async def current_epoch(self, connection: ChainConnection, *, block: BlockPin) -> int:
        return integer(await self.contract.read(connection, block, "currentEpoch"))
