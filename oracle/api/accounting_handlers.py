"""Handlers of accounts and of what follows from disclosures."""

from oracle.api.accounting_schema import StatementParameters
from oracle.api.ports import Services
from oracle.api.schema import Body
from oracle.domain.reports import StatementReport


async def statement(services: Services, parameters: StatementParameters, _: Body) -> StatementReport:
    return await services.credits.statement(epoch=parameters.epoch)
