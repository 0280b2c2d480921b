"""QueryLedger: committed batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import decode

from oracle.chain.calls import BlockPin, Contract, integer, struct
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.domain.ids import BatchId, BlockNumber, MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    batch_id: BatchId
    count: int
    deadline: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCommitment:
    commitment: Commitment
    block_number: BlockNumber


@dataclass(frozen=True, slots=True)
class QueryLedger:
    contract: Contract

    def commit(self, commitments: Sequence[Commitment]) -> Order:
        values = [(entry.batch_id, entry.count, entry.deadline) for entry in commitments]
        return self.contract.order("commit", values)

    def commitments_in(self, data: bytes) -> list[Commitment]:
        """What an order made by `commit` brings; empty for other data."""
        entry = self.contract.artifact.function("commit")
        if data[: len(entry.selector)] != entry.selector:
            return []
        (values,) = decode([each.canonical for each in entry.inputs], data[len(entry.selector) :])
        return [
            Commitment(batch_id=BatchId(batch), count=count, deadline=deadline)
            for batch, count, deadline in values
        ]

    async def commitment_of(
        self, connection: ChainConnection, requester: MemberId, batch: BatchId, *, block: BlockPin
    ) -> StoredCommitment | None:
        values = await self.contract.read(connection, block, "commitmentOf", requester, batch)
        if len(values) == 1:
            values = struct(values)
        if integer(values) == 0:
            return None
        return StoredCommitment(
            commitment=Commitment(batch_id=batch, count=integer(values), deadline=integer(values, 1)),
            block_number=BlockNumber(integer(values, 2)),
        )
