"""What a deployment step works with: every effect has a name and happens once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oracle.chain.calls import Contract, contract_at, deployment
from oracle.chain.connection import ChainConnection
from oracle.chain.deploy.parameters import ConsortiumParameters
from oracle.chain.deploy.progress import Progress
from oracle.chain.errors import DeploymentUnfinished
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order, Transaction
from oracle.domain.application import Application
from oracle.domain.errors import Broken
from oracle.domain.ids import Address, BlockNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployContext:
    connection: ChainConnection
    lane: Lane
    progress: Progress
    parameters: ConsortiumParameters
    founders: Sequence[Application]

    @property
    def deployer(self) -> Address:
        return self.lane.account

    async def deploy(self, name: str, *arguments: object) -> Contract:
        """The contract of this name, created now or by an earlier run."""
        if name not in self.progress.contracts:
            row = await self.lane.execute(f"deploy:{name}", deployment(name, arguments))
            if row.contract is None:
                raise Broken(f"The deployment of {name} was mined without creating a contract")
            self.progress.contract_deployed(name, row.contract)
        return self.contract(name)

    async def carry_out(self, intent: str, order: Order) -> BlockNumber:
        """The block that the order was carried out in, now or by an earlier run."""
        row: Transaction = await self.lane.execute(intent, order)
        if row.block_number is None:
            raise Broken(f"'{intent}' was mined in no block")
        return row.block_number

    async def carry_out_all(self, orders: Mapping[str, Order]) -> tuple[BlockNumber, ...]:
        """Orders that do not depend on each other, by intent, sent one after the other without waiting."""
        attempts = (self.carry_out(intent, order) for intent, order in orders.items())
        # All of them end before the first failure is raised, so that none goes on behind a failed step.
        results = await asyncio.gather(*attempts, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return tuple(result for result in results if not isinstance(result, BaseException))

    def contract(self, name: str) -> Contract:
        address = self.progress.contracts.get(name)
        if address is None:
            raise DeploymentUnfinished(
                f"{name} is not deployed yet; the steps before this one must run first"
            )
        return contract_at(name, address)
