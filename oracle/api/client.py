"""The interface as a Python object: the services of `oracle.api.ports`, answered by a running daemon."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

from oracle.api.accounting_client import AccountingClient
from oracle.api.auditing_client import AuditingClient
from oracle.api.connection import Connection, DaemonUnreachable, ProblemReported
from oracle.api.governance_schema import BallotTypedData, ProposeAdmission, application_file
from oracle.api.governing_client import GoverningClient
from oracle.api.ports import ImportEvent, QueryEvent
from oracle.api.schema import (
    AcceptReorganisation,
    AuditorList,
    CaseList,
    ImportLine,
    MemberList,
    ProposalList,
    QualityList,
    QueryLine,
    QueryList,
    RateItem,
    RedeemCredits,
    RemoveRecords,
    StretchInput,
    SubjectInput,
    SubmitBallot,
    SubmitQuery,
)
from oracle.config.settings import Loopback, UnixSocket
from oracle.domain.application import Application
from oracle.domain.record import Category
from oracle.domain.reports import (
    AskingMode,
    AuditorLine,
    BallotForm,
    CaseLine,
    CompactionReport,
    CreditsSummary,
    DatasetStats,
    HeldReorganisation,
    ImportFormat,
    MemberLine,
    MetricsText,
    ProposalLine,
    PublishedSnapshot,
    QualityLine,
    QueryAccepted,
    QueryState,
    QuerySummary,
    RatingReport,
    RawSubject,
    Readiness,
    RecordPage,
    RedemptionReport,
    RemovalSummary,
    SignedBallot,
    StatusReport,
    Stretch,
    Support,
    Verdict,
    WaitingReport,
)


@asynccontextmanager
async def connect(listen: UnixSocket | Loopback) -> AsyncIterator["LocalClient"]:
    """A client of the daemon that listens there. Connecting happens with the first call."""
    async with Connection(listen) as connection:
        yield LocalClient(connection)


class LocalClient(GoverningClient, AccountingClient, AuditingClient):
    """Satisfies every service of `oracle.api.ports`.

    Raises `ProblemReported` for what the daemon refuses, `DaemonUnreachable` when nobody answers.
    """

    async def submit(
        self,
        subjects: Sequence[RawSubject],
        *,
        purpose: int | None = None,
        case_reference: str = "",
        deadline_s: int | None = None,
        mode: AskingMode = AskingMode.COMMITTED,
        deadline_ms: int | None = None,
        stretch: Stretch | None = None,
    ) -> QueryAccepted:
        body = SubmitQuery(
            subjects=_inputs(subjects),
            purpose=purpose,
            case_reference=case_reference,
            deadline_s=deadline_s,
            mode=mode,
            deadline_ms=deadline_ms,
            stretch=_stretch(stretch),
        )
        return await self._connection.post("/v1/queries", QueryAccepted, body=body)

    async def query_state(self, query_id: str) -> QueryState:
        return await self._connection.get(f"/v1/queries/{query_id}", QueryState)

    async def query_events(self, query_id: str) -> AsyncGenerator[QueryEvent, None]:
        async for line in self._connection.lines("GET", f"/v1/queries/{query_id}/events", QueryLine):
            if line.problem is not None:
                raise ProblemReported(line.problem)
            event = line.query or line.holder or line.result
            if event is not None:
                yield event
            if line.query is not None and line.query.phase.final:
                return
        raise DaemonUnreachable(
            "The daemon stopped before the query was final. Ask again for its state later."
        )

    async def queries(self, *, limit: int = 100) -> tuple[QuerySummary, ...]:
        listed = await self._connection.get("/v1/queries", QueryList, parameters={"limit": str(limit)})
        return listed.queries

    async def import_records(
        self, chunks: AsyncIterator[bytes], *, file_format: ImportFormat, strict: bool
    ) -> AsyncGenerator[ImportEvent, None]:
        parameters = {"format": file_format.value, "strict": "true" if strict else "false"}
        lines = self._connection.lines(
            "POST", "/v1/imports", ImportLine, parameters=parameters, upload=chunks
        )
        async for line in lines:
            if line.problem is not None:
                raise ProblemReported(line.problem)
            event = line.progress or line.bad_line or line.summary
            if event is not None:
                yield event
            if line.summary is not None:
                return
        raise DaemonUnreachable("The daemon stopped before the import was over. Import the file again.")

    async def records(self, *, limit: int = 100, after: str | None = None) -> RecordPage:
        parameters = {"limit": str(limit)} | ({"after": after} if after is not None else {})
        return await self._connection.get("/v1/records", RecordPage, parameters=parameters)

    async def remove_records(
        self, subjects: Sequence[RawSubject], *, refuted: bool = False
    ) -> RemovalSummary:
        body = RemoveRecords(subjects=_inputs(subjects), refuted=refuted)
        return await self._connection.post("/v1/records/remove", RemovalSummary, body=body)

    async def dataset_stats(self) -> DatasetStats:
        return await self._connection.get("/v1/records/stats", DatasetStats)

    async def publish_snapshot(self) -> PublishedSnapshot:
        return await self._connection.post("/v1/records/publish", PublishedSnapshot)

    async def members(self) -> tuple[MemberLine, ...]:
        return (await self._connection.get("/v1/members", MemberList)).members

    async def auditors(self) -> tuple[AuditorLine, ...]:
        return (await self._connection.get("/v1/auditors", AuditorList)).auditors

    async def cases(self) -> tuple[CaseLine, ...]:
        return (await self._connection.get("/v1/cases", CaseList)).cases

    async def quality(self) -> tuple[QualityLine, ...]:
        return (await self._connection.get("/v1/quality", QualityList)).members

    async def proposals(self) -> tuple[ProposalLine, ...]:
        return (await self._connection.get("/v1/proposals", ProposalList)).proposals

    async def propose_admission(self, application: Application) -> ProposalLine:
        body = ProposeAdmission(application=application_file(application))
        return await self._connection.post("/v1/proposals/admit", ProposalLine, body=body)

    async def ballot_form(self, proposal_id: str, support: Support) -> BallotForm:
        path = f"/v1/proposals/{proposal_id}/ballot-typed-data"
        data = await self._connection.get(path, BallotTypedData, parameters={"support": support.value})
        return data.form()

    async def submit_ballot(self, ballot: SignedBallot) -> ProposalLine:
        body = SubmitBallot(
            support=ballot.support, voter=ballot.voter, signature="0x" + ballot.signature.hex()
        )
        return await self._connection.post(
            f"/v1/proposals/{ballot.proposal_id}/ballots", ProposalLine, body=body
        )

    async def carry(self, proposal_id: str) -> ProposalLine:
        return await self._connection.post(f"/v1/proposals/{proposal_id}/carry", ProposalLine)

    async def credits(self) -> CreditsSummary:
        return await self._connection.get("/v1/credits", CreditsSummary)

    async def accept_reorganisation(self, *, first_block: int) -> HeldReorganisation:
        body = AcceptReorganisation(first_block=first_block)
        return await self._connection.post("/v1/chain/accept-reorganisation", HeldReorganisation, body=body)

    async def redeem(self, requesters: Sequence[int] = ()) -> RedemptionReport:
        body = RedeemCredits(requesters=list(requesters))
        return await self._connection.post("/v1/credits/redeem", RedemptionReport, body=body)

    async def rate(
        self, *, query_id: str, index: int, holder: int, category: Category, verdict: Verdict
    ) -> RatingReport:
        body = RateItem(
            query_id=query_id, index=index, holder=holder, category=category.label, verdict=verdict
        )
        return await self._connection.post("/v1/ratings", RatingReport, body=body)

    async def compact(self) -> CompactionReport:
        return await self._connection.post("/v1/store/compact", CompactionReport)

    async def status(self) -> StatusReport:
        return await self._connection.get("/v1/status", StatusReport)

    async def waiting(self) -> WaitingReport:
        return await self._connection.get("/v1/waiting", WaitingReport)

    async def readiness(self) -> Readiness:
        return await self._connection.get("/v1/readiness", Readiness)

    async def metrics(self) -> MetricsText:
        return await self._connection.get("/v1/metrics", MetricsText)


def _stretch(stretch: Stretch | None) -> StretchInput | None:
    if stretch is None:
        return None
    return StretchInput(run=stretch.run, first_line=stretch.first_line, last_line=stretch.last_line)


def _inputs(subjects: Sequence[RawSubject]) -> list[SubjectInput]:
    return [SubjectInput(type=subject.type, value=subject.value) for subject in subjects]
