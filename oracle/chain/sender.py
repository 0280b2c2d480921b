"""The sender: all lanes of one process, resumed together at start and after a reorganisation."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oracle.chain.lane import Lane
from oracle.chain.transactions import Transaction
from oracle.domain.errors import Broken
from oracle.domain.ids import Address, BlockNumber


@dataclass(frozen=True, slots=True)
class Sender:
    """Lanes by account; they may share one journal."""

    lanes: Mapping[Address, Lane]

    def lane(self, account: Address) -> Lane:
        found = self.lanes.get(account)
        if found is None:
            raise Broken(f"There is no lane for account {account}")
        return found

    async def resume(self) -> Sequence[Transaction]:
        """Finishes what an earlier run left. Returns the rows as they ended."""
        finished = await asyncio.gather(*(lane.resume() for lane in self.lanes.values()))
        return [row for rows in finished for row in rows]

    async def roll_back(self, block: BlockNumber) -> Sequence[Transaction]:
        """Carries out again what a reorganisation down to this block undid."""
        finished = await asyncio.gather(*(lane.roll_back(block) for lane in self.lanes.values()))
        return [row for rows in finished for row in rows]


def sender_over(*lanes: Lane) -> Sender:
    return Sender({lane.account: lane for lane in lanes})
