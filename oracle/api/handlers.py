"""One function a route: takes what was parsed, calls one service, returns a value to be written."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from oracle.api.errors import InvalidRequest, NotReady
from oracle.api.governance_schema import BallotTypedData, ProposeAdmission, ballot_typed_data
from oracle.api.ports import Services
from oracle.api.schema import (
    CATEGORIES,
    AcceptReorganisation,
    AuditorList,
    BallotParameters,
    Body,
    CaseList,
    Health,
    ImportLine,
    ImportParameters,
    ListParameters,
    MemberList,
    PageParameters,
    Parameters,
    ProposalList,
    ProposalPath,
    QualityList,
    QueryLine,
    QueryList,
    QueryPath,
    RateItem,
    RedeemCredits,
    RemoveRecords,
    SubjectInput,
    SubmitBallot,
    SubmitQuery,
    query_line,
)
from oracle.domain.reports import (
    BadLineReport,
    CompactionReport,
    CreditsSummary,
    DatasetStats,
    HeldReorganisation,
    ImportProgress,
    ImportSummary,
    MetricsText,
    ProposalLine,
    PublishedSnapshot,
    QueryAccepted,
    QueryState,
    RatingReport,
    RawSubject,
    Readiness,
    RecordPage,
    RedemptionReport,
    RemovalSummary,
    SignedBallot,
    StatusReport,
    WaitingReport,
)


def _raw(subjects: list[SubjectInput]) -> tuple[RawSubject, ...]:
    return tuple(RawSubject(type=subject.type, value=subject.value) for subject in subjects)


async def submit_query(services: Services, _: Parameters, body: SubmitQuery) -> QueryAccepted:
    return await services.queries.submit(
        _raw(body.subjects),
        purpose=body.purpose,
        case_reference=body.case_reference,
        deadline_s=body.deadline_s,
        mode=body.mode,
        deadline_ms=body.deadline_ms,
        stretch=None if body.stretch is None else body.stretch.stretch(),
    )


async def list_queries(services: Services, parameters: ListParameters, _: Body) -> QueryList:
    return QueryList(queries=await services.queries.queries(limit=parameters.limit))


async def query_state(services: Services, parameters: QueryPath, _: Body) -> QueryState:
    return await services.queries.query_state(parameters.query_id)


async def query_events(services: Services, parameters: QueryPath) -> AsyncGenerator[QueryLine, None]:
    async with aclosing(services.queries.query_events(parameters.query_id)) as events:
        async for event in events:
            yield query_line(event)


async def import_records(
    services: Services, parameters: ImportParameters, chunks: AsyncIterator[bytes]
) -> AsyncGenerator[ImportLine, None]:
    imported = services.records.import_records(
        chunks, file_format=parameters.format, strict=parameters.strict
    )
    async with aclosing(imported) as events:
        async for event in events:
            match event:
                case ImportProgress():
                    yield ImportLine(progress=event)
                case BadLineReport():
                    yield ImportLine(bad_line=event)
                case ImportSummary():
                    yield ImportLine(summary=event)


async def list_records(services: Services, parameters: PageParameters, _: Body) -> RecordPage:
    return await services.records.records(limit=parameters.limit, after=parameters.after)


async def remove_records(services: Services, _: Parameters, body: RemoveRecords) -> RemovalSummary:
    return await services.records.remove_records(_raw(body.subjects), refuted=body.refuted)


async def dataset_stats(services: Services, _: Parameters, __: Body) -> DatasetStats:
    return await services.records.dataset_stats()


async def publish_snapshot(services: Services, _: Parameters, __: Body) -> PublishedSnapshot:
    return await services.records.publish_snapshot()


async def compact_store(services: Services, _: Parameters, __: Body) -> CompactionReport:
    return await services.store.compact()


async def list_members(services: Services, _: Parameters, __: Body) -> MemberList:
    return MemberList(members=await services.members.members())


async def list_auditors(services: Services, _: Parameters, __: Body) -> AuditorList:
    return AuditorList(auditors=await services.audits.auditors())


async def list_cases(services: Services, _: Parameters, __: Body) -> CaseList:
    return CaseList(cases=await services.audits.cases())


async def list_quality(services: Services, _: Parameters, __: Body) -> QualityList:
    return QualityList(members=await services.audits.quality())


async def list_proposals(services: Services, _: Parameters, __: Body) -> ProposalList:
    return ProposalList(proposals=await services.governance.proposals())


async def propose_admission(services: Services, _: Parameters, body: ProposeAdmission) -> ProposalLine:
    try:
        application = body.application.application()
    except ValueError as error:
        raise InvalidRequest(f"The application is not usable: {error}.") from error
    return await services.governance.propose_admission(application)


async def ballot_data(services: Services, parameters: BallotParameters, _: Body) -> BallotTypedData:
    form = await services.governance.ballot_form(parameters.proposal_id, parameters.support)
    return ballot_typed_data(form)


async def submit_ballot(services: Services, parameters: ProposalPath, body: SubmitBallot) -> ProposalLine:
    return await services.governance.submit_ballot(
        SignedBallot(
            proposal_id=parameters.proposal_id,
            support=body.support,
            voter=body.voter,
            signature=bytes.fromhex(body.signature[2:]),
        )
    )


async def carry_proposal(services: Services, parameters: ProposalPath, _: Body) -> ProposalLine:
    return await services.governance.carry(parameters.proposal_id)


async def credits_summary(services: Services, _: Parameters, __: Body) -> CreditsSummary:
    return await services.credits.credits()


async def accept_reorganisation(
    services: Services, _: Parameters, body: AcceptReorganisation
) -> HeldReorganisation:
    return await services.status.accept_reorganisation(first_block=body.first_block)


async def redeem_credits(services: Services, _: Parameters, body: RedeemCredits) -> RedemptionReport:
    return await services.credits.redeem(body.requesters)


async def rate_item(services: Services, _: Parameters, body: RateItem) -> RatingReport:
    category = CATEGORIES.get(body.category)
    if category is None:
        raise InvalidRequest(f"There is no such category. Known: {', '.join(CATEGORIES)}.")
    return await services.ratings.rate(
        query_id=body.query_id,
        index=body.index,
        holder=body.holder,
        category=category,
        verdict=body.verdict,
    )


async def daemon_status(services: Services, _: Parameters, __: Body) -> StatusReport:
    return await services.status.status()


async def waiting(services: Services, _: Parameters, __: Body) -> WaitingReport:
    return await services.status.waiting()


async def readiness(services: Services, _: Parameters, __: Body) -> Readiness:
    return await services.status.readiness()


async def metrics(services: Services, _: Parameters, __: Body) -> MetricsText:
    return await services.status.metrics()


async def ready(services: Services, _: Parameters, __: Body) -> Health:
    found = await services.status.readiness()
    if not found.ready:
        raise NotReady(" ".join(found.reasons))
    return Health(ok=True)


async def health(_: Services, __: Parameters, ___: Body) -> Health:
    return Health(ok=True)
