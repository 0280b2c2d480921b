"""How many evaluations this institution may still ask for: refuses at once what the ledger would refuse."""

from datetime import UTC, datetime
from typing import ClassVar

from oracle.asking.ports import Clock
from oracle.chain.view import AllianceView
from oracle.domain.errors import Refused
from oracle.domain.ids import MemberId
from oracle.rules.express import Allowance
from oracle.store.asked import Allowed


class EvaluationBudgetExceeded(Refused):
    """The query has more subjects than this institution may still ask about in this epoch."""

    code: ClassVar[str] = "evaluation_budget_exceeded"


class OwnBudget:
    """What is prepared, or asked and not anchored, counts as used."""

    def __init__(self, *, me: MemberId, view: AllianceView, clock: Clock) -> None:
        self._me = me
        self._view = view
        self._clock = clock

    def requires(self, subjects: int) -> Allowed:
        """For the journal, which knows what is not counted on the chain yet.

        What this returns raises `EvaluationBudgetExceeded`, with what is left and when it renews.
        """
        now, view = self._clock.chain_time(), self._view
        epoch = view.epoch_of(now)
        budget, entitlement = view.budget(self._me, epoch), view.entitlement(self._me, epoch)

        def allowed(uncounted: int) -> None:
            allowance = Allowance(budget=budget, entitlement=entitlement, unanchored=uncounted)
            if not allowance.allows(subjects):
                renews = datetime.fromtimestamp(view.parameters.checkpoint_at(now).end_of(epoch), UTC)
                raise EvaluationBudgetExceeded(
                    f"This query has {subjects} subjects; {allowance.used} of this epoch's {allowance.limit} "
                    f"evaluations are used. The budget renews at {renews:%Y-%m-%d %H:%M:%S} UTC; ask fewer "
                    "subjects, or ask after that."
                )

        return allowed
