"""The accounts as the contracts have them, read from the chain and not from any daemon."""

from dataclasses import dataclass
from pathlib import Path

from oracle.chain.connection import open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.contracts.credit_ledger import Totals
from oracle.chain.deployment import read_record
from oracle.domain.ids import MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Balances by member number, and the sums that they follow from."""

    balances: dict[int, int]
    totals: Totals
    outstanding: int

    @property
    def conserved(self) -> bool:
        """Balances and escrow are grants and allowances less expiries and penalties."""
        sums = self.totals
        made, ended = sums.granted + sums.allowances, sums.expired + sums.penalties
        balances = sum(self.balances.values())
        return balances + sums.escrowed == made - ended and balances == self.outstanding


async def read_ledger(rpc: str, deployment: Path) -> Ledger:
    """One block's balances."""
    record = read_record(deployment)
    contracts = bindings(record)
    async with open_connection([rpc]) as connection:
        block = await connection.ask(lambda node: node.block_number())
        members = await contracts.registry.member_count(connection, block=block)
        balances = {
            number: await contracts.credits.balance_of(connection, MemberId(number), block=block)
            for number in range(1, members + 1)
        }
        totals = await contracts.credits.totals(connection, block=block)
        outstanding = await contracts.credits.outstanding(connection, block=block)
    return Ledger(balances=dict(balances), totals=totals, outstanding=outstanding)
