"""The routes of accounts and of what follows from disclosures, a part of the one table in `routes`."""

from oracle.api import accounting_handlers as handlers
from oracle.api.accounting_schema import StatementParameters
from oracle.api.route_kinds import Route, get_json
from oracle.domain.reports import StatementReport

ACCOUNTING_ROUTES: tuple[Route, ...] = (
    get_json(
        "/v1/statement",
        StatementParameters,
        StatementReport,
        handlers.statement,
        summary="What moved on the account, by epoch and member, held against the ledger",
    ),
)
