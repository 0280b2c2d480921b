"""The progress of a deployment in a file beside the record: what is decided, done, and sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from oracle.chain.deploy.rows import Row, from_row, to_row
from oracle.chain.errors import DeploymentUnfinished
from oracle.chain.files import PRIVATE, write_atomically
from oracle.chain.transactions import Transaction, TransactionStatus
from oracle.domain.ids import Address, BlockNumber

VERSION: Final = 1


class _File(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    version: int
    chain_id: int
    genesis_hash: str
    deployer: str
    inputs: str
    epoch_start: int
    block: int
    contracts: dict[str, str]
    steps: dict[str, str]
    transactions: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What must be the same whenever the deployment is taken up again."""

    chain_id: int
    genesis_hash: str
    deployer: Address
    inputs: str
    """Digest of founders and parameters."""
    epoch_start: int
    block: BlockNumber


@dataclass(slots=True, kw_only=True)
class Progress:
    """Written whole at every change. Also the journal of the deployer's transactions."""

    path: Path
    beginning: Beginning
    contracts: dict[str, Address] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    _rows: dict[str, Transaction] = field(default_factory=dict)

    def store(self) -> None:
        start = self.beginning
        file = _File(
            version=VERSION,
            chain_id=start.chain_id,
            genesis_hash=start.genesis_hash,
            deployer=start.deployer,
            inputs=start.inputs,
            epoch_start=start.epoch_start,
            block=start.block,
            contracts={name: str(address) for name, address in self.contracts.items()},
            steps=self.steps,
            transactions=[to_row(row) for row in self._rows.values()],
        )
        write_atomically(self.path, msgspec.json.format(msgspec.json.encode(file), indent=1), PRIVATE)

    def contract_deployed(self, name: str, address: Address) -> None:
        self.contracts[name] = address
        self.store()

    def step_done(self, name: str) -> None:
        self.steps[name] = "done"
        self.store()

    async def enqueue(self, transaction: Transaction) -> Transaction:
        found = self._rows.get(transaction.intent)
        if found is None:
            await self.save(transaction)
        return found or transaction

    async def save(self, transaction: Transaction) -> None:
        self._rows[transaction.intent] = transaction
        self.store()

    async def by_intent(self, intent: str) -> Transaction | None:
        return self._rows.get(intent)

    async def unfinished(self, sender: Address) -> Sequence[Transaction]:
        return [row for row in self._of(sender) if row.status.unfinished]

    async def mined_after(self, sender: Address, block: BlockNumber) -> Sequence[Transaction]:
        finished = {TransactionStatus.MINED, TransactionStatus.REVERTED}
        rows = [row for row in self._of(sender) if row.status in finished and (row.block_number or 0) > block]
        return sorted(rows, key=lambda row: row.nonce or 0)

    async def highest_nonce(self, sender: Address) -> int | None:
        return max((row.nonce for row in self._of(sender) if row.nonce is not None), default=None)

    def _of(self, sender: Address) -> Sequence[Transaction]:
        return [row for row in self._rows.values() if row.sender == sender]


def read_progress(path: Path) -> Progress | None:
    """None when no deployment has begun there. Raises DeploymentUnfinished when the file is damaged."""
    if not path.exists():
        return None
    advice = f"restore {path}, or remove it to begin a new deployment"
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DeploymentUnfinished(
            f"The progress of the deployment cannot be read: {error}; {advice}"
        ) from error
    if file.version != VERSION:
        raise DeploymentUnfinished(f"The progress of the deployment has version {file.version}; {advice}")
    beginning = Beginning(
        chain_id=file.chain_id,
        genesis_hash=file.genesis_hash,
        deployer=Address(file.deployer),
        inputs=file.inputs,
        epoch_start=file.epoch_start,
        block=BlockNumber(file.block),
    )
    return Progress(
        path=path,
        beginning=beginning,
        contracts=_addresses(file.contracts),
        steps=file.steps,
        _rows={row.intent: from_row(row) for row in file.transactions},
    )


def _addresses(contracts: Mapping[str, str]) -> dict[str, Address]:
    return {name: Address(address) for name, address in contracts.items()}
