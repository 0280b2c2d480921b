"""Facts of the governor."""

from dataclasses import dataclass

from oracle.chain.facts.placed import Placed
from oracle.domain.ids import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCreated(Placed):
    proposal_id: int
    proposer: Address
    targets: tuple[Address, ...]
    values: tuple[int, ...]
    signatures: tuple[str, ...]
    calldatas: tuple[bytes, ...]
    vote_start: int
    vote_end: int
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast(Placed):
    voter: Address
    proposal_id: int
    support: int
    """0 against, 1 for, 2 abstain."""
    weight: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalQueued(Placed):
    proposal_id: int
    eta_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalExecuted(Placed):
    proposal_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCanceled(Placed):
    proposal_id: int
