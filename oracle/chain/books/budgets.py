"""Evaluation budgets: what each member has committed and anchored in its newest epoch, and may at most."""

from dataclasses import dataclass, field, replace
from typing import assert_never

from oracle.chain.facts import Anchored, BudgetOpened, Committed
from oracle.domain.ids import MemberId
from oracle.rules.budgets import Budget, budget_in


@dataclass(slots=True)
class BudgetBook:
    _budgets: dict[MemberId, Budget] = field(default_factory=dict)

    def apply(self, fact: Committed | Anchored | BudgetOpened, *, epoch: int, floor: int) -> None:
        """`epoch` and `floor` are those of the fact's block."""
        match fact:
            case Committed():
                self._spend(fact.requester, fact.count, epoch, floor)
            case Anchored():
                self._spend(fact.requester, fact.elements, epoch, floor)
            case BudgetOpened():
                budget = self.of(fact.member_id, epoch, floor=floor)
                self._budgets[fact.member_id] = replace(budget, limit=fact.limit, opened=True)
            case _:
                assert_never(fact)

    def _spend(self, member: MemberId, elements: int, epoch: int, floor: int) -> None:
        budget = self.of(member, epoch, floor=floor)
        self._budgets[member] = replace(budget, used=budget.used + elements)

    def of(self, member: MemberId, epoch: int, *, floor: int) -> Budget:
        return budget_in(epoch, self._budgets.get(member), floor=floor)

    def known(self, member: MemberId) -> bool:
        """Whether it ever had one on the chain; anchors need that."""
        return member in self._budgets
