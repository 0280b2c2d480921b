"""How the fourth institution becomes a member: application, proposal, votes, timelock, execution."""

import asyncio
from pathlib import Path

from oracle.demo.institutions import Institution, status_when
from oracle.demo.processes import Processes
from oracle.demo.telling import Telling
from oracle.domain.reports import ProposalLine, ProposalState

VOTE_S = 120.0


async def admit(
    running: Processes, telling: Telling, founders: list[Institution], applicant: Institution
) -> bool:
    """Carry an application through; whether it was the vote that made it a member."""
    await status_when(running, applicant, "unknown")
    application: Path = applicant.home / "application.json"
    telling.say(
        f"{applicant.name} hands in its application: public keys, endpoint, proof that it has its OPRF key."
    )
    proposer = founders[0]
    await proposer.command("propose", "admit", application)
    proposal = await _newest(proposer)
    telling.say(f"{proposer.name} proposes: {proposal.title.split(' (')[0]}.")
    proposal = await _until(running, proposer, {ProposalState.ACTIVE})
    await asyncio.gather(*(founder.command("vote", proposal.proposal_id, "for") for founder in founders))
    telling.say(
        f"{', '.join(founder.name for founder in founders)} vote for; "
        "each ballot is signed by a governance key, which no daemon has."
    )
    passed = await _until(
        running, proposer, {ProposalState.SUCCEEDED, ProposalState.QUEUED, ProposalState.EXECUTED}
    )
    telling.say(
        f"Passed with {passed.votes_for} of {len(founders)} votes; waits in the timelock, then is executed."
    )
    done = await _until(running, proposer, {ProposalState.EXECUTED})
    status = await status_when(running, applicant, "active")
    telling.say(f"{applicant.name} is member {status.member_id} and has a vote of its own.")
    return done.votes_for == len(founders) and status.member_id is not None


async def _newest(institution: Institution) -> ProposalLine:
    async with institution.client() as client:
        return (await client.proposals())[0]


async def _until(running: Processes, institution: Institution, states: set[ProposalState]) -> ProposalLine:
    async with asyncio.timeout(VOTE_S):
        while True:
            running.require_running()
            proposal = await _newest(institution)
            if proposal.state in states:
                return proposal
            await asyncio.sleep(0.3)
