"""Whether the operator account can pay for its transactions, where they cost something."""

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem, warning

ONE_TRANSACTION = 200_000
"""Gas of a large one of ours."""
COMFORTABLE = 1_000


class Gas:
    name = "gas"

    async def look(self, case: Case) -> Result:
        account = case.keys.operator_address()
        price = case.configured.chain.gas_price_wei
        if price is None:
            price = await case.chain.ask(lambda node: node.gas_price())
        if price == 0:
            return ok("free on this chain, as configured or as the node says")
        funds = await case.chain.ask(lambda node: node.balance(account))
        left = funds // (price * ONE_TRANSACTION)
        said = f"funds of {account} for about {left:,} transactions at {price:,} wei"
        if left == 0:
            return problem(
                said, "Fund the operator account, or set chain.gas_price_wei = 0 where it is free."
            )
        if left < COMFORTABLE:
            return warning(said, "Fund the operator account soon.")
        return ok(said)
