"""What auditors and members do about whom the rules have found out: demand, propose, vote."""

from attacks.member import PASSPHRASE, InProcess
from scenario.society import Society

from oracle.cli.ballots import sign_ballot
from oracle.crypto.keccak import keccak256
from oracle.crypto.key_files import open_governance
from oracle.domain.reports import ProposedCall, Support
from oracle.governing.desk import GovernanceDesk
from oracle.governing.names import MemberNames
from oracle.wiring.governing import build_governance

SUSPENDABLE = 4
"""Breaches that take a whole score."""


async def demanded(society: Society, names: list[str]) -> None:
    """By both auditors, within a day: so it holds at once, for as long as a vote takes."""
    for office in society.offices:
        for name in names:
            member = society.members[name].id
            order = society.alder.base.contracts.audits.demand_suspension(member, keccak256(b"found out"))
            await office.at_work.lane.execute(f"demand:{member}", order)
    await society.read()


async def voted(society: Society, names: list[str]) -> None:
    """One proposal for all of them; everyone else votes for it, and its proposer's daemon carries it out."""
    proposer = _desk(society.alder)
    calls = [
        ProposedCall(
            contract="MemberRegistry", function="suspend", arguments=(str(society.members[name].id),)
        )
        for name in names
    ]
    line = await society.carried(society.alder, lambda: proposer.propose(calls, title="Found out"))
    await society.later(2)
    for name, member in society.members.items():
        if name not in names:
            await society.carried(member, lambda member=member: _vote(member, line.proposal_id))
    await society.later(1_000)
    for _ in range(2):
        await society.turn()
        await society.later(2)


async def _vote(member: InProcess, proposal_id: str) -> None:
    desk, folder = _desk(member), member.base.settings.keys.folder
    form = await desk.ballot_form(proposal_id, Support.FOR)
    await desk.submit_ballot(sign_ballot(form, open_governance(folder, PASSPHRASE)))


def _desk(member: InProcess) -> GovernanceDesk:
    base = member.base
    return build_governance(base, member.id, MemberNames(view=base.view, known=base.record.names))
