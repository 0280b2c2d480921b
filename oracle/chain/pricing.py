"""What a transaction offers: gas with a margin, a price that the network takes, and more when it is stuck."""

from dataclasses import dataclass

from oracle.chain.connection import ChainConnection
from oracle.chain.errors import NodeRefused
from oracle.chain.node import Call
from oracle.chain.reverts import RevertDecoder
from oracle.chain.transactions import Transaction

_RAISE_PERCENT = 15
"""Nodes take a transaction in another's place when it offers a tenth more, some an eighth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    gas: int
    gas_price: int
    """Wei."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """How much may be offered."""

    fixed_wei: int | None
    """None: what the node proposes, which is 0 on a chain without fees."""
    most_wei: int | None
    """Never more than this; None for no limit."""
    margin_percent: int

    async def offer(self, connection: ChainConnection, row: Transaction, reverts: RevertDecoder) -> Offer:
        """Raises TransactionReverted when the contract would refuse it now."""
        call = Call(to=row.to, data=row.data, sender=row.sender)
        try:
            gas = await connection.ask(lambda node: node.estimate_gas(call))
        except NodeRefused as error:
            if error.data is None and "revert" not in error.reason.lower():
                raise
            raise reverts.decode(error.data, row.intent) from error
        price = self.fixed_wei
        if price is None:
            price = await connection.ask(lambda node: node.gas_price()) * 5 // 4
        return Offer(gas=gas * (100 + self.margin_percent) // 100, gas_price=self._limited(price))

    async def raised(self, connection: ChainConnection, row: Transaction) -> int | None:
        """A price with which it can take its own place; None where a higher one would change nothing."""
        if self.fixed_wei is not None or not row.gas_price:
            return None
        proposed = await connection.ask(lambda node: node.gas_price()) * 5 // 4
        price = self._limited(max(proposed, row.gas_price * (100 + _RAISE_PERCENT) // 100 + 1))
        return price if price * 100 >= row.gas_price * (100 + _RAISE_PERCENT) else None

    def _limited(self, price: int) -> int:
        return price if self.most_wei is None else min(price, self.most_wei)
