"""Proposals of the governor and the votes cast on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import assert_never

from oracle.chain.facts import (
    ProposalCanceled,
    ProposalCreated,
    ProposalExecuted,
    ProposalFact,
    ProposalQueued,
    VoteCast,
)
from oracle.domain.errors import Broken
from oracle.domain.ids import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was proposed and what became of it; what its state is now depends on the clock as well."""

    created: ProposalCreated
    votes: Mapping[Address, VoteCast] = field(default_factory=lambda: MappingProxyType({}))
    """By the account that voted: a member's governance account."""
    executable_at: int | None = None
    """Unix seconds; None until it is queued."""
    executed: bool = False
    canceled: bool = False


@dataclass(slots=True)
class ProposalBook:
    _proposals: dict[int, Proposal] = field(default_factory=dict)

    def apply(self, fact: ProposalFact) -> None:
        match fact:
            case ProposalCreated():
                self._proposals[fact.proposal_id] = Proposal(created=fact)
            case VoteCast():
                proposal = self._known(fact.proposal_id)
                votes = MappingProxyType({**proposal.votes, fact.voter: fact})
                self._proposals[fact.proposal_id] = replace(proposal, votes=votes)
            case ProposalQueued():
                self._change(fact.proposal_id, executable_at=fact.eta_seconds)
            case ProposalExecuted():
                self._change(fact.proposal_id, executed=True)
            case ProposalCanceled():
                self._change(fact.proposal_id, canceled=True)
            case _:
                assert_never(fact)

    def _known(self, proposal: int) -> Proposal:
        found = self._proposals.get(proposal)
        if found is None:
            raise Broken("A fact names a proposal that was never created: a fact is missing from the journal")
        return found

    def _change(self, proposal: int, **changes: bool | int) -> None:
        self._proposals[proposal] = replace(self._known(proposal), **changes)  # type: ignore[arg-type] # named above

    def get(self, proposal: int) -> Proposal | None:
        return self._proposals.get(proposal)

    @property
    def all(self) -> tuple[Proposal, ...]:
        """In the order of their creation."""
        return tuple(self._proposals.values())
