"""Proposals as the view has them, of motions that nobody has put to the vote."""

from oracle.chain.books.proposals import Proposal
from oracle.chain.contracts.consortium_governor import Motion
from oracle.chain.facts import Position, ProposalCreated
from oracle.domain.ids import Address, BlockNumber
from oracle.domain.reports import ProposalLine, ProposalState, ProposedCall

FOREIGN = Address("0x00000000000000000000000000000000000000FF")


def call_of(contract: str, function: str, *arguments: str) -> ProposedCall:
    return ProposedCall(contract=contract, function=function, arguments=arguments)


def line_of(state: ProposalState) -> ProposalLine:
    return ProposalLine(
        proposal_id="1",
        title="",
        state=state,
        proposer=FOREIGN,
        votes_for=0,
        votes_against=0,
        votes_abstain=0,
        quorum=2,
        voting_starts_at=0,
        voting_ends_at=0,
    )


def proposal_of(motion: Motion, *, value: int = 0) -> Proposal:
    at = Position(
        block_number=BlockNumber(1), log_index=0, block_hash=bytes(32), block_timestamp=0, tx_hash=bytes(32)
    )
    return Proposal(
        created=ProposalCreated(
            at=at,
            proposal_id=1,
            proposer=FOREIGN,
            targets=motion.targets,
            values=tuple(value for _ in motion.targets),
            signatures=tuple("" for _ in motion.targets),
            calldatas=motion.calldatas,
            vote_start=0,
            vote_end=0,
            description=motion.description,
        )
    )
