"""Whether this program reads subjects and codes as the consortium has agreed."""

from oracle.checking.case import Case
from oracle.checking.result import Result, ok
from oracle.wiring.agreement import require_agreement


class Rules:
    name = "subject rules"

    async def look(self, case: Case) -> Result:
        require_agreement(case.registry)
        return ok("subject rules and code lists are those of the chain")
