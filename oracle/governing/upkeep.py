"""What a member does for itself on the chain without being told: its grant, its vote, its own proposals."""

import structlog

from oracle.chain.books.members import Status
from oracle.chain.contracts.credit_ledger import CreditLedger
from oracle.chain.contracts.member_registry import MemberRegistry
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.domain.errors import Refused
from oracle.domain.ids import MemberId
from oracle.governing.desk import GovernanceDesk
from oracle.governing.ports import Clock

log = structlog.get_logger()


class Upkeep:
    """Every step is an intent of its own and safe to repeat."""

    def __init__(
        self,
        *,
        me: MemberId,
        registry: MemberRegistry,
        ledger: CreditLedger,
        desk: GovernanceDesk,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
        carry_through: bool,
    ) -> None:
        self._me = me
        self._registry = registry
        self._ledger = ledger
        self._desk = desk
        self._lane = lane
        self._view = view
        self._clock = clock
        self._carry_through = carry_through

    async def round(self) -> None:
        """Claim the admission grant, take up the vote when the delay has passed, carry own proposals."""
        member = self._view.member(self._me)
        if self._view.in_standing(self._me) and not self._view.credits.granted(self._me):
            await self._lane.execute(f"grant:{self._me}", self._ledger.claim_grant(self._me))
        if member.status is Status.ADMITTED and member.activates_at <= self._clock.chain_time():
            await self._lane.execute(f"activate:{self._me}", self._registry.activate(self._me))
        if self._carry_through:
            await self._carry_own()

    async def _carry_own(self) -> None:
        operator = self._view.member(self._me).operator.value
        for proposal in self._view.proposals.all:
            if proposal.created.proposer != operator or proposal.executed or proposal.canceled:
                continue
            try:
                await self._desk.carry_if_due(proposal)
            except Refused as error:
                log.warning(
                    "proposal_not_carried", proposal=str(proposal.created.proposal_id), reason=error.code
                )
