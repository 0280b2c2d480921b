"""QueryLedger: committed batches, evaluation budgets, anchors of express batches, reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import decode

from oracle.chain.calls import BlockPin, Contract, integer, struct
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.crypto.anchor_tree import AnchorNode
from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId
from oracle.domain.messages import Request


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A request and its requester's signature, under an operator key of a version."""

    request: Request
    key_version: KeyVersion
    signature: bytes

    @property
    def values(self) -> tuple[object, ...]:
        """The contract's `SignedRequest` struct."""
        said = self.request
        fields = (
            int(said.mode),
            said.requester,
            said.nonce,
            said.elements_hash,
            said.count,
            said.purpose,
            said.case_commitment,
            said.issued_at,
            said.deadline,
            said.reference_block,
            said.reference_block_hash,
        )
        return fields, self.key_version, self.signature


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

    def open_budget(self, member: MemberId) -> Order:
        return self.contract.order("openBudget", member)

    def anchor(self, root: AnchorNode, batches: int) -> Order:
        return self.contract.order("anchor", root.hash, batches, root.elements)

    def report(self, signed: SignedRequest) -> Order:
        return self.contract.order("report", signed.values)

    def answer_report(
        self,
        requester: MemberId,
        batch: BatchId,
        *,
        root: bytes,
        index: int,
        siblings: Sequence[AnchorNode],
    ) -> Order:
        way = [(sibling.hash, sibling.elements) for sibling in siblings]
        return self.contract.order("answerReport", requester, batch, (root, index, way))

    def overturn_report(self, requester: MemberId, batch: BatchId) -> Order:
        """For the timelock."""
        return self.contract.order("overturnReport", requester, batch)

    def close_report(self, requester: MemberId, batch: BatchId) -> Order:
        return self.contract.order("closeReport", requester, batch)

    async def budget_of(
        self, connection: ChainConnection, member: MemberId, *, block: BlockPin
    ) -> tuple[int, int]:
        """Evaluations used in the block's epoch, and how many may be."""
        values = await self.contract.read(connection, block, "budgetOf", member)
        return integer(values), integer(values, 1)

    async def report_state_of(
        self, connection: ChainConnection, requester: MemberId, batch: BatchId, *, block: BlockPin
    ) -> int:
        """0 when there is none."""
        return integer(struct(await self.contract.read(connection, block, "reportOf", requester, batch)))

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
