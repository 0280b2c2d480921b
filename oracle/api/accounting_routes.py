"""The routes of accounts and of what follows from disclosures, a part of the one table in `routes`."""

from oracle.api import accounting_handlers as handlers
from oracle.api.accounting_schema import (
    MemberParameters,
    OpenDispute,
    RateOutcomes,
    StatementParameters,
)
from oracle.api.route_kinds import Route, get_json, post_json
from oracle.api.schema import Parameters
from oracle.domain.reports import (
    DisputeReport,
    OutcomeReport,
    OwnDispute,
    QualityReport,
    RecallReport,
    StatementReport,
)

ACCOUNTING_ROUTES: tuple[Route, ...] = (
    get_json(
        "/v1/statement",
        StatementParameters,
        StatementReport,
        handlers.statement,
        summary="What moved on the account, by epoch and member, held against the ledger",
    ),
    get_json(
        "/v1/disputes",
        Parameters,
        DisputeReport,
        handlers.list_disputes,
        summary="Disputes over disclosures: own ones, and all on the chain",
    ),
    post_json(
        "/v1/disputes",
        Parameters,
        OpenDispute,
        OwnDispute,
        handlers.open_dispute,
        summary="Dispute a disclosure that is wrong or did not come",
        status=202,
    ),
    post_json(
        "/v1/ratings/outcomes",
        Parameters,
        RateOutcomes,
        OutcomeReport,
        handlers.rate_outcomes,
        summary="Rate disclosed records by what own cases came to",
    ),
    get_json(
        "/v1/recalls",
        Parameters,
        RecallReport,
        handlers.list_recalls,
        summary="Disclosed records that do not stand any more",
    ),
    get_json(
        "/v1/quality/report",
        MemberParameters,
        QualityReport,
        handlers.quality_report,
        summary="What one member's data is worth, and what would raise it",
    ),
)
