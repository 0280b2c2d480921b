"""ConsortiumGovernor: proposals, votes, and what follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from eth_abi.abi import encode

from oracle.chain.calls import BlockPin, Contract, integer
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address


class ProposalState(IntEnum):
    """OpenZeppelin's numbering."""

    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    against: int
    in_favour: int
    abstained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """What is put to the vote: calls without value, and the words for it."""

    targets: tuple[Address, ...]
    calldatas: tuple[bytes, ...]
    description: str

    @property
    def description_hash(self) -> bytes:
        return keccak256(self.description.encode())

    @property
    def proposal_id(self) -> int:
        """As the governor computes it: keccak256 of the ABI encoding with the hash of the description."""
        types = ("address[]", "uint256[]", "bytes[]", "bytes32")
        values = (self.targets, [0] * len(self.targets), self.calldatas, self.description_hash)
        return int.from_bytes(keccak256(encode(types, values)))


def motion(orders: Sequence[Order], description: str) -> Motion:
    """Puts orders to contracts to the vote."""
    targets = tuple(order.to for order in orders if order.to is not None)
    if len(targets) != len(orders):
        raise ValueError("a deployment cannot be put to the vote")
    return Motion(targets=targets, calldatas=tuple(order.data for order in orders), description=description)


@dataclass(frozen=True, slots=True)
class ConsortiumGovernor:
    contract: Contract

    def propose(self, motion: Motion) -> Order:
        values = [0] * len(motion.targets)
        return self.contract.order("propose", motion.targets, values, motion.calldatas, motion.description)

    def cast_vote(self, proposal: int, support: int) -> Order:
        return self.contract.order("castVote", proposal, support)

    def cast_vote_by_signature(self, proposal: int, support: int, voter: Address, signature: bytes) -> Order:
        return self.contract.order("castVoteBySig", proposal, support, voter, signature)

    def queue(self, motion: Motion) -> Order:
        return self._carry("queue(address[],uint256[],bytes[],bytes32)", motion)

    def execute(self, motion: Motion) -> Order:
        return self._carry("execute(address[],uint256[],bytes[],bytes32)", motion)

    def cancel(self, motion: Motion) -> Order:
        return self._carry("cancel(address[],uint256[],bytes[],bytes32)", motion)

    def _carry(self, function: str, motion: Motion) -> Order:
        values = [0] * len(motion.targets)
        return self.contract.order(
            function, motion.targets, values, motion.calldatas, motion.description_hash
        )

    async def state(self, connection: ChainConnection, proposal: int, *, block: BlockPin) -> ProposalState:
        return ProposalState(integer(await self.contract.read(connection, block, "state", proposal)))

    async def votes(self, connection: ChainConnection, proposal: int, *, block: BlockPin) -> Tally:
        values = await self.contract.read(connection, block, "proposalVotes", proposal)
        return Tally(against=integer(values), in_favour=integer(values, 1), abstained=integer(values, 2))

    async def eta(self, connection: ChainConnection, proposal: int, *, block: BlockPin) -> int:
        """Unix seconds from which a queued proposal can be executed; 0 when it is not queued."""
        return integer(await self.contract.read(connection, block, "proposalEta", proposal))

    async def quorum(self, connection: ChainConnection, timepoint: int, *, block: BlockPin) -> int:
        return integer(await self.contract.read(connection, block, "quorum", timepoint))

    async def ballot_nonce(self, connection: ChainConnection, voter: Address, *, block: BlockPin) -> int:
        """Nonce of the voter's next signed ballot."""
        return integer(await self.contract.read(connection, block, "nonces", voter))
