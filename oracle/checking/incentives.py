"""Whether the values that the members have voted for leave honesty the better choice."""

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, warning
from oracle.governing.stakes import temptations_in_force


class Incentives:
    name = "incentives"

    async def look(self, case: Case) -> Result:
        found = temptations_in_force(case.registry)
        if found:
            said = " ".join(one.words for one in found)
            return warning(said, " ".join(f"{one.remedy} (riskmesh propose parameter)" for one in found))
        return ok("by the values in force, a hit that is read and not claimed costs more than it saves")
