"""The calls of the client about accounts and what follows from disclosures."""

from oracle.api.connection import Connection
from oracle.domain.reports import StatementReport


class AccountingClient:
    """Satisfies a part of the services of `oracle.api.ports`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def statement(self, *, epoch: int | None = None) -> StatementReport:
        parameters = {} if epoch is None else {"epoch": str(epoch)}
        return await self._connection.get("/v1/statement", StatementReport, parameters=parameters)
