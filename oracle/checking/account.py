"""Whether the balance lets others answer this member."""

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem, warning


class Account:
    name = "balance"

    async def look(self, case: Case) -> Result:
        balance = case.registry.balance(case.me.id)
        floor = case.registry.parameter("credit_floor").value
        said = f"{balance:,} credits; it may fall to {-floor:,}"
        action = "Redeem what others owe (riskmesh redeem), or ask less until answers have earned some."
        if balance + floor <= 0:
            return problem(f"{said}: nobody answers.", action)
        if balance < 0:
            return warning(f"{said}: holders answer less and less.", action)
        return ok(said)
