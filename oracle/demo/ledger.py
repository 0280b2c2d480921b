"""The accounts as the contracts have them, read from the chain and not from any daemon."""

from dataclasses import dataclass
from pathlib import Path

from oracle.chain.connection import open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deployment import read_record
from oracle.domain.ids import MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Balances by member number, and all that was ever granted."""

    balances: dict[int, int]
    granted: int

    @property
    def conserved(self) -> bool:
        """Credits are granted and moved, never made or lost."""
        return sum(self.balances.values()) == self.granted


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
        granted = await contracts.credits.total_granted(connection, block=block)
    return Ledger(balances=dict(balances), granted=granted)
