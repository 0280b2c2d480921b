"""How many evaluations this institution may still ask for: refuses at once what the ledger would refuse."""

from datetime import UTC, datetime
from typing import ClassVar

from oracle.asking.ports import Clock
from oracle.chain.view import AllianceView
from oracle.domain.errors import Refused
from oracle.domain.ids import MemberId
from oracle.rules.express import Allowance
from oracle.store.anchors import AnchorJournal


class EvaluationBudgetExceeded(Refused):
    """The query has more subjects than this institution may still ask about in this epoch."""

    code: ClassVar[str] = "evaluation_budget_exceeded"


class OwnBudget:
    """What is prepared, or asked and not anchored, counts as used."""

    def __init__(self, *, me: MemberId, anchors: AnchorJournal, view: AllianceView, clock: Clock) -> None:
        self._me = me
        self._anchors = anchors
        self._view = view
        self._clock = clock

    async def require(self, subjects: int) -> None:
        """Raises `EvaluationBudgetExceeded` with what is left and when it renews."""
        now, view = self._clock.chain_time(), self._view
        epoch = view.epoch_of(now)
        allowance = Allowance(
            budget=view.budget(self._me, epoch),
            entitlement=view.entitlement(self._me, epoch),
            unanchored=await self._anchors.uncounted_elements(),
        )
        if not allowance.allows(subjects):
            renews = datetime.fromtimestamp(view.parameters.checkpoint_at(now).end_of(epoch), UTC)
            raise EvaluationBudgetExceeded(
                f"This query has {subjects} subjects; {allowance.used} of this epoch's {allowance.limit} "
                f"evaluations are used. The budget renews at {renews:%Y-%m-%d %H:%M:%S} UTC; ask fewer "
                "subjects, or ask after that."
            )
