"""Proposals: made with the operator key, voted with ballots that the governance key signed elsewhere."""

from collections.abc import Sequence
from typing import ClassVar

from oracle.chain.books.proposals import Proposal
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.consortium_governor import ConsortiumGovernor, Motion
from oracle.chain.contracts.consortium_governor import ProposalState as OnChainState
from oracle.chain.contracts.member_registry import MemberRegistry
from oracle.chain.lane import Lane
from oracle.chain.quantities import checksummed
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.domain.application import Application
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.reports import (
    BallotForm,
    ParameterLine,
    ProposalDetails,
    ProposalLine,
    ProposalState,
    ProposedCall,
    SignedBallot,
    Support,
    UnknownReference,
)
from oracle.governing.applications import admission_motion
from oracle.governing.examining import OVER, Examiner
from oracle.governing.ports import Clock

GOVERNOR_NAME = "Riskmesh Governor"
GOVERNOR_VERSION = "1"


class NothingToCarry(Refused):
    """The proposal is neither passed and waiting to be queued, nor queued and due."""

    code: ClassVar[str] = "nothing_to_carry"


class ViewEmpty(Transient):
    """The chain has not been read yet."""

    code: ClassVar[str] = "view_empty"


class GovernanceDesk:
    """Reads the view for what happened and the governor, at the view's head, for where a proposal stands."""

    def __init__(
        self,
        *,
        me: MemberId,
        governor: ConsortiumGovernor,
        registry: MemberRegistry,
        connection: ChainConnection,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
        chain_id: int,
        examiner: Examiner,
    ) -> None:
        self._me = me
        self._governor = governor
        self._registry = registry
        self._connection = connection
        self._lane = lane
        self._view = view
        self._clock = clock
        self._chain_id = chain_id
        self._examiner = examiner

    async def proposals(self) -> tuple[ProposalLine, ...]:
        """The newest first."""
        return tuple([await self._line(entry) for entry in reversed(self._view.proposals.all)])

    async def proposal(self, proposal_id: str) -> ProposalDetails:
        """One proposal in words, and what it would do now."""
        proposal = self._proposal(_number(proposal_id))
        return await self._examiner.details(proposal, await self._line(proposal), block=self._head())

    async def parameters(self) -> tuple[ParameterLine, ...]:
        """Every governed number."""
        return await self._examiner.parameters(self._head())

    async def propose(self, calls: Sequence[ProposedCall], *, title: str) -> ProposalLine:
        """Put calls to the vote. Raises `CallUnknown`, `ArgumentWrong` or what the governor says."""
        motion = self._examiner.motion(calls, title, block=self._head())
        await self._execute(f"propose:{motion.proposal_id}", self._governor.propose(motion))
        return await self._line(self._proposal(motion.proposal_id))

    async def propose_admission(self, application: Application) -> ProposalLine:
        """Put an applicant to the vote. Raises `ApplicationRefused` or what the governor says."""
        motion = admission_motion(application, registry=self._registry, view=self._view)
        await self._execute(f"propose:{motion.proposal_id}", self._governor.propose(motion))
        return await self._line(self._proposal(motion.proposal_id))

    async def ballot_form(self, proposal_id: str, support: Support) -> BallotForm:
        """What this member's governance account has to sign to vote so."""
        proposal = self._proposal(_number(proposal_id))
        voter = self._view.member(self._me).governance
        nonce = await self._governor.ballot_nonce(self._connection, voter, block=self._head())
        return BallotForm(
            governor_name=GOVERNOR_NAME,
            governor_version=GOVERNOR_VERSION,
            chain_id=self._chain_id,
            verifying_contract=self._governor.contract.address,
            proposal_id=str(proposal.created.proposal_id),
            support=support,
            voter=voter,
            nonce=nonce,
        )

    async def submit_ballot(self, ballot: SignedBallot) -> ProposalLine:
        """Bring a signed vote, of this member or another, to the chain; the governor checks the signature."""
        proposal = self._proposal(_number(ballot.proposal_id))
        voter = checksummed(bytes.fromhex(ballot.voter[2:]))
        number = proposal.created.proposal_id
        order = self._governor.cast_vote_by_signature(number, ballot.support.code, voter, ballot.signature)
        await self._execute(f"vote:{number}:{voter}", order)
        return await self._line(self._proposal(number))

    async def carry(self, proposal_id: str) -> ProposalLine:
        """Queue a proposal that succeeded, or execute one whose delay has passed."""
        proposal = self._proposal(_number(proposal_id))
        if not await self.carry_if_due(proposal):
            state = await self._state(proposal)
            raise NothingToCarry(f"The proposal is {state.value}; it is carried once it succeeded or is due.")
        return await self._line(self._proposal(proposal.created.proposal_id))

    async def carry_if_due(self, proposal: Proposal) -> bool:
        """Take the next step of a proposal if there is one; False when there is none now."""
        number, motion = proposal.created.proposal_id, _motion(proposal)
        state = await self._state(proposal)
        if state is ProposalState.SUCCEEDED:
            await self._execute(f"queue:{number}", self._governor.queue(motion))
            return True
        due = proposal.executable_at is not None and proposal.executable_at <= self._clock.chain_time()
        if state is ProposalState.QUEUED and due:
            await self._execute(f"execute:{number}", self._governor.execute(motion))
            return True
        return False

    async def _execute(self, intent: str, order: Order) -> None:
        row = await self._lane.execute(intent, order)
        await self._clock.reached(row.block_number or 0)

    async def _state(self, proposal: Proposal) -> ProposalState:
        number = proposal.created.proposal_id
        found: OnChainState = await self._governor.state(self._connection, number, block=self._head())
        return ProposalState(found.name.lower())

    async def _line(self, proposal: Proposal) -> ProposalLine:
        created = proposal.created
        counted = dict.fromkeys(Support, 0)
        for vote in proposal.votes.values():
            counted[_support(vote.support)] += vote.weight
        own = proposal.votes.get(self._view.member(self._me).governance)
        state = await self._state(proposal)
        snapshot = min(created.vote_start, self._clock.chain_time() - 1)
        return ProposalLine(
            proposal_id=str(created.proposal_id),
            title=created.description,
            state=state,
            proposer=created.proposer,
            votes_for=counted[Support.FOR],
            votes_against=counted[Support.AGAINST],
            votes_abstain=counted[Support.ABSTAIN],
            quorum=await self._governor.quorum(self._connection, snapshot, block=self._head()),
            voting_starts_at=created.vote_start,
            voting_ends_at=created.vote_end,
            executable_at=proposal.executable_at,
            own_vote=None if own is None else _support(own.support),
            temptations=() if state in OVER else self._examiner.temptations(proposal),
        )

    def _proposal(self, number: int) -> Proposal:
        found = self._view.proposals.get(number)
        if found is None:
            raise UnknownReference("No proposal has this number; `riskmesh proposals` lists them.")
        return found

    def _head(self) -> BlockNumber:
        if self._view.head is None:
            raise ViewEmpty("the chain has not been read yet; try again shortly")
        return self._view.head.number


def _motion(proposal: Proposal) -> Motion:
    created = proposal.created
    return Motion(targets=created.targets, calldatas=created.calldatas, description=created.description)


def _support(code: int) -> Support:
    return next(support for support in Support if support.code == code)


def _number(proposal_id: str) -> int:
    if not (proposal_id.isascii() and proposal_id.isdigit()):
        raise UnknownReference("A proposal is named by its decimal number; `riskmesh proposals` lists them.")
    return int(proposal_id)
