"""The calls of the client about accounts and what follows from disclosures."""

from collections.abc import Sequence

from oracle.api.accounting_schema import OpenDispute, OutcomeInput, RateOutcomes
from oracle.api.connection import Connection
from oracle.domain.reports import (
    DisputeReport,
    OutcomeLine,
    OutcomeReport,
    OwnDispute,
    QualityReport,
    RecallReport,
    StatementReport,
)


class AccountingClient:
    """Satisfies a part of the services of `oracle.api.ports`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def statement(self, *, epoch: int | None = None) -> StatementReport:
        parameters = {} if epoch is None else {"epoch": str(epoch)}
        return await self._connection.get("/v1/statement", StatementReport, parameters=parameters)

    async def disputes(self) -> DisputeReport:
        return await self._connection.get("/v1/disputes", DisputeReport)

    async def open_dispute(self, *, query_id: str, index: int, holder: int) -> OwnDispute:
        body = OpenDispute(query_id=query_id, index=index, holder=holder)
        return await self._connection.post("/v1/disputes", OwnDispute, body=body)

    async def rate_outcomes(self, lines: Sequence[OutcomeLine]) -> OutcomeReport:
        inputs = [
            OutcomeInput(
                line=one.line,
                verdict=one.verdict,
                case_reference=one.case_reference,
                type=one.type,
                value=one.value,
            )
            for one in lines
        ]
        body = RateOutcomes(outcomes=inputs)
        return await self._connection.post("/v1/ratings/outcomes", OutcomeReport, body=body)

    async def recalls(self) -> RecallReport:
        return await self._connection.get("/v1/recalls", RecallReport)

    async def quality_of(self, member: int | None = None) -> QualityReport:
        parameters = {} if member is None else {"member": str(member)}
        return await self._connection.get("/v1/quality/report", QualityReport, parameters=parameters)
