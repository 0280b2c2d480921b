"""A deployment from its first step to its record; run again, it continues where it stopped."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

import msgspec

from oracle.chain.connection import ChainConnection
from oracle.chain.deploy.context import DeployContext
from oracle.chain.deploy.parameters import ConsortiumParameters
from oracle.chain.deploy.progress import Beginning, Progress, read_progress
from oracle.chain.deploy.steps import Step, load_steps
from oracle.chain.deployment import (
    CONTRACT_NAMES,
    DeployedContract,
    DeploymentRecord,
    read_record,
    write_record,
)
from oracle.chain.errors import DeploymentUnfinished
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.node import LATEST, Node
from oracle.chain.quantities import hexadecimal
from oracle.chain.signing import TransactionSigner
from oracle.crypto.keccak import keccak256
from oracle.domain.application import Application
from oracle.domain.ids import BlockNumber


def _silent(_: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """`record_path` is written at the end; progress is kept beside it from the beginning."""

    connection: ChainConnection
    signer: TransactionSigner
    founders: Sequence[Application]
    parameters: ConsortiumParameters
    record_path: Path
    lane_settings: LaneSettings = field(default_factory=LaneSettings)
    steps: Sequence[Step] = field(default_factory=load_steps)
    tell: Callable[[str], None] = _silent
    """Told the name of each step as it begins."""

    @property
    def progress_path(self) -> Path:
        return progress_path(self.record_path)

    async def run(self) -> DeploymentRecord:
        """The record, also when everything was done before."""
        progress = read_progress(self.progress_path)
        if progress is None and self.record_path.exists():
            raise DeploymentUnfinished(
                f"{self.record_path} records another deployment; choose another path with --deployment"
            )
        chain_id = await self.connection.ask(lambda node: node.chain_id())
        genesis = await self.connection.ask(lambda node: node.block(BlockNumber(0)))
        if progress is None:
            progress = await self._begin(chain_id, hexadecimal(genesis.hash))
        self._check_same(progress.beginning, chain_id, hexadecimal(genesis.hash))
        if self.record_path.exists():
            record = read_record(self.record_path)
            await self.connection.verify_chain(record)
            return record
        return await self._continue(progress, genesis.hash)

    async def _begin(self, chain_id: int, genesis_hash: str) -> Progress:
        head = await self.connection.ask(lambda node: node.block(LATEST))
        beginning = Beginning(
            chain_id=chain_id,
            genesis_hash=genesis_hash,
            deployer=self.signer.address,
            inputs=self._inputs(),
            epoch_start=head.timestamp,
            block=BlockNumber(head.number + 1),
        )
        progress = Progress(path=self.progress_path, beginning=beginning)
        progress.store()
        return progress

    def _inputs(self) -> str:
        described = (self.founders, dict(self.parameters.governance), dict(self.parameters.protocol))
        return hashlib.sha256(msgspec.json.encode(described)).hexdigest()

    def _check_same(self, beginning: Beginning, chain_id: int, genesis_hash: str) -> None:
        advice = f"put it back, or remove {self.progress_path} and the record to deploy anew"
        if (beginning.chain_id, beginning.genesis_hash) != (chain_id, genesis_hash):
            raise DeploymentUnfinished(f"This deployment was begun on another chain; {advice}")
        if beginning.inputs != self._inputs():
            raise DeploymentUnfinished(
                f"This deployment was begun with other founders or parameters; {advice}"
            )
        if beginning.deployer != self.signer.address and not self.record_path.exists():
            raise DeploymentUnfinished(
                f"This deployment was begun by account {beginning.deployer}, "
                f"not {self.signer.address}; {advice}"
            )

    async def _continue(self, progress: Progress, genesis_hash: bytes) -> DeploymentRecord:
        beginning = progress.beginning
        lane = Lane(
            connection=self.connection,
            journal=progress,
            signer=self.signer,
            chain_id=beginning.chain_id,
            settings=self.lane_settings,
        )
        await lane.resume()
        context = DeployContext(
            connection=self.connection,
            lane=lane,
            progress=progress,
            parameters=self.parameters,
            founders=self.founders,
        )
        for step in self.steps:
            if step.name not in progress.steps:
                self.tell(step.name)
                await step.run(context)
                progress.step_done(step.name)
        record = await self._record(progress, genesis_hash)
        write_record(self.record_path, record)
        return record

    async def _record(self, progress: Progress, genesis_hash: bytes) -> DeploymentRecord:
        contracts = {}
        for name in CONTRACT_NAMES:
            address = progress.contracts[name]
            code = await self.connection.ask(partial(Node.code, account=address))
            contracts[name] = DeployedContract(address=address, code_hash=keccak256(code))
        return DeploymentRecord(
            chain_id=progress.beginning.chain_id,
            genesis_hash=genesis_hash,
            block=progress.beginning.block,
            contracts=MappingProxyType(contracts),
            names=tuple(founder.name for founder in self.founders),
            parameters=MappingProxyType(self.parameters.flat(progress.beginning.epoch_start)),
            steps=MappingProxyType(dict(progress.steps)),
        )


def progress_path(record_path: Path) -> Path:
    return record_path.with_name(f"{record_path.name}.progress")


def throwaway_key_path(record_path: Path) -> Path:
    return record_path.with_name(f"{record_path.name}.deployer-key")
