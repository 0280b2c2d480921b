"""Handlers of accounts and of what follows from disclosures."""

from oracle.api.accounting_schema import (
    MemberParameters,
    OpenDispute,
    RateOutcomes,
    StatementParameters,
)
from oracle.api.ports import Services
from oracle.api.schema import Body, Parameters
from oracle.domain.reports import (
    DisputeReport,
    OutcomeLine,
    OutcomeReport,
    OwnDispute,
    QualityReport,
    RecallReport,
    StatementReport,
)


async def statement(services: Services, parameters: StatementParameters, _: Body) -> StatementReport:
    return await services.credits.statement(epoch=parameters.epoch)


async def list_disputes(services: Services, _: Parameters, __: Body) -> DisputeReport:
    return await services.disputes.disputes()


async def open_dispute(services: Services, _: Parameters, body: OpenDispute) -> OwnDispute:
    return await services.disputes.open_dispute(query_id=body.query_id, index=body.index, holder=body.holder)


async def rate_outcomes(services: Services, _: Parameters, body: RateOutcomes) -> OutcomeReport:
    return await services.ratings.rate_outcomes(
        [
            OutcomeLine(
                line=one.line,
                verdict=one.verdict,
                case_reference=one.case_reference,
                type=one.type,
                value=one.value,
            )
            for one in body.outcomes
        ]
    )


async def list_recalls(services: Services, _: Parameters, __: Body) -> RecallReport:
    return await services.recalls.recalls()


async def quality_report(services: Services, parameters: MemberParameters, _: Body) -> QualityReport:
    return await services.audits.quality_of(parameters.member)
