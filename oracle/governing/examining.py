"""What a proposal says, what it calls, and what that would do now: for whoever has to vote on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from oracle.chain.books.proposals import Proposal
from oracle.chain.calls import Contract
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.consortium_governor import Motion
from oracle.chain.view import AllianceView
from oracle.domain.ids import BlockNumber
from oracle.domain.reports import (
    CallLine,
    ParameterLine,
    ProposalDetails,
    ProposalLine,
    ProposalState,
    ProposedCall,
    Temptation,
)
from oracle.governing.motions import motion_of
from oracle.governing.names import MemberNames
from oracle.governing.parameters import ParametersReader
from oracle.governing.rehearsing import Rehearsing
from oracle.governing.stakes import temptations_after
from oracle.governing.touched import glances
from oracle.governing.wording import Wording

OVER = frozenset(
    {ProposalState.CANCELED, ProposalState.DEFEATED, ProposalState.EXPIRED, ProposalState.EXECUTED}
)
PAYS = "Sends money with the call; no call of the consortium's contracts takes any."


class Examiner:
    """Puts calls into words, tries them on a copy of the state, and encodes what is to be proposed."""

    def __init__(
        self,
        *,
        contracts: Mapping[str, Contract],
        connection: ChainConnection,
        view: AllianceView,
        names: MemberNames,
        parameters: ParametersReader,
    ) -> None:
        """`contracts`: all of the deployment record, by name."""
        self._contracts = contracts
        self._view = view
        self._parameters = parameters
        self._wording = Wording(
            contracts={contract.address: name for name, contract in contracts.items()},
            view=view,
            names=names,
        )
        self._rehearsing = Rehearsing(
            connection=connection,
            timelock=contracts["ConsortiumTimelock"].address,
            governor=contracts["ConsortiumGovernor"].address,
        )

    async def details(self, proposal: Proposal, line: ProposalLine, *, block: BlockNumber) -> ProposalDetails:
        """Tried only while it may still be carried out."""
        created = proposal.created
        calls = tuple(zip(created.targets, created.calldatas, strict=True))
        rehearsal = None
        if line.state not in OVER:
            seen = glances(calls, self._contracts, self._view)
            rehearsal = await self._rehearsing.rehearse(calls, seen, block=block)
        lines = [self._wording.call(target, data) for target, data in calls]
        return ProposalDetails(
            line=line,
            calls=tuple(_paying(call, value) for call, value in zip(lines, created.values, strict=True)),
            rehearsal=rehearsal,
        )

    def motion(self, calls: Sequence[ProposedCall], title: str, *, block: BlockNumber) -> Motion:
        """Raises `CallUnknown` or `ArgumentWrong`."""
        return motion_of(calls, title, contracts=self._contracts, wording=self._wording, block=block)

    def temptations(self, proposal: Proposal) -> tuple[Temptation, ...]:
        """What carrying it out would leave members to gain by cheating."""
        created = proposal.created
        calls = zip(created.targets, created.calldatas, strict=True)
        return temptations_after(self._view, calls, self._wording.contracts)

    async def parameters(self, block: BlockNumber) -> tuple[ParameterLine, ...]:
        return await self._parameters.lines(block)


def _paying(call: CallLine, value: int) -> CallLine:
    return replace(call, warning=f"{PAYS} {call.warning}".rstrip()) if value else call
