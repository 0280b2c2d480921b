"""What a member takes up on the chain in every epoch without being told: its allowance and its budget."""

import structlog

from oracle.accounting.ports import Clock
from oracle.chain.contracts.credit_ledger import CreditLedger
from oracle.chain.contracts.query_ledger import QueryLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.domain.ids import MemberId
from oracle.rules.credits import allowance_of

log = structlog.get_logger()


class EpochUpkeep:
    """One intent an epoch for each step; what somebody else did for this member already is done."""

    def __init__(
        self,
        *,
        me: MemberId,
        credit_ledger: CreditLedger,
        query_ledger: QueryLedger,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        self._me = me
        self._credit_ledger = credit_ledger
        self._query_ledger = query_ledger
        self._lane = lane
        self._view = view
        self._clock = clock

    async def round(self) -> None:
        """Claim the allowance; open the first budget ever, or one that is more than all have anyway."""
        if not self._view.in_standing(self._me):
            return
        epoch = self._view.epoch_of(self._clock.chain_time())
        if self._claims_in(epoch):
            await self._carry_out(
                f"allowance:{self._me}:{epoch}", self._credit_ledger.claim_allowance(self._me)
            )
        if self._opens_in(epoch):
            await self._carry_out(f"budget:{self._me}:{epoch}", self._query_ledger.open_budget(self._me))

    def _claims_in(self, epoch: int) -> bool:
        """An allowance of nothing is not worth a transaction that lets an older one expire."""
        account = self._view.credits.account(self._me)
        due = allowance_of(
            self._view.entitlement(self._me, epoch), self._view.parameter("allowance_rate").value
        )
        return due > 0 and (account.claimed_in is None or account.claimed_in < epoch)

    def _opens_in(self, epoch: int) -> bool:
        budget = self._view.budget(self._me, epoch)
        if not self._view.budgets.known(self._me):
            return True  # nothing can be anchored before
        return not budget.opened and self._view.entitlement(self._me, epoch) > budget.limit

    async def _carry_out(self, intent: str, order: Order) -> None:
        try:
            row = await self._lane.execute(intent, order)
        except TransactionReverted as error:
            # Another did it for this member, or the epoch turned on the way: the next round sees.
            log.info("epoch_upkeep_refused", intent=intent, reason=error.code)
            return
        await self._clock.reached(row.block_number or 0)
