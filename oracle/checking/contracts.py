"""Whether the chain is the one of the deployment record, down to the code of every contract."""

from oracle.chain.identity import identify, identify_contracts
from oracle.checking.case import Case
from oracle.checking.result import Result, ok


class Contracts:
    name = "contracts"

    async def look(self, case: Case) -> Result:
        record, connection = case.deployed, case.chain
        await connection.ask(lambda node: identify(node, record))
        await connection.ask(lambda node: identify_contracts(node, record))
        return ok("chain id, genesis and the code of every contract are those of the record")
