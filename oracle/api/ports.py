"""What the interface needs from the daemon's rooms; the client offers the same, seen from outside.

Every method may raise `Refused` (the rules say no), `Transient` (the chain or a peer is not there now),
`Misconfigured` or `Broken`; `UnknownReference` where an identifier names nothing. Nothing else may escape.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Protocol

from oracle.api.accounting_ports import CreditsService, DisputeService, RatingService, RecallService
from oracle.api.auditing_ports import DossierService
from oracle.domain.application import Application
from oracle.domain.reports import (
    AskingMode,
    AuditorLine,
    BadLineReport,
    BallotForm,
    CaseLine,
    CompactionReport,
    DatasetStats,
    Departed,
    GovernanceOrder,
    HeldReorganisation,
    HolderProgress,
    ImportFormat,
    ImportProgress,
    ImportSummary,
    KeyKind,
    KeyLine,
    MemberLine,
    MetricsText,
    Moved,
    ParameterLine,
    ProposalDetails,
    ProposalLine,
    ProposedCall,
    PublishedSnapshot,
    QualityLine,
    QualityReport,
    QueryAccepted,
    QueryState,
    QuerySummary,
    RawSubject,
    Readiness,
    RecordPage,
    RemovalSummary,
    RotationReport,
    SignedBallot,
    StatusReport,
    Stretch,
    SubjectResult,
    Support,
    WaitingReport,
)

QueryEvent = QuerySummary | HolderProgress | SubjectResult
ImportEvent = ImportProgress | BadLineReport | ImportSummary


class QueryService(Protocol):
    """Asks the other members."""

    async def submit(
        self,
        subjects: Sequence[RawSubject],
        *,
        purpose: int | None,
        case_reference: str,
        deadline_s: int | None,
        mode: AskingMode,
        deadline_ms: int | None,
        stretch: Stretch | None,
    ) -> QueryAccepted:
        """Journal a query; purpose and deadline (from now) come from the policy when None.

        With `stretch` it is those lines of a file, and asked once however often it is submitted.

        A subject that does not validate is listed as refused; a query of nothing else is `Refused`.
        """
        ...

    async def query_state(self, query_id: str) -> QueryState:
        """Everything known about the query now."""
        ...

    def query_events(self, query_id: str) -> AsyncGenerator[QueryEvent, None]:
        """What is known already, then what comes; ends after the summary of the final phase."""
        ...

    async def queries(self, *, limit: int) -> tuple[QuerySummary, ...]:
        """The newest first."""
        ...


class RecordService(Protocol):
    """Keeps the institution's own dataset."""

    def import_records(
        self, chunks: AsyncIterator[bytes], *, file_format: ImportFormat, strict: bool
    ) -> AsyncGenerator[ImportEvent, None]:
        """Read a file as it arrives; the last value is the summary. A strict import is all or nothing."""
        ...

    async def records(self, *, limit: int, after: str | None) -> RecordPage:
        """A part of the listing in a stable order."""
        ...

    async def remove_records(self, subjects: Sequence[RawSubject], *, refuted: bool) -> RemovalSummary:
        """Remove the records of these subjects, salts and all, from the next snapshot on.

        Whoever claimed one is told, also that it was wrong where it is `refuted`.
        """
        ...

    async def dataset_stats(self) -> DatasetStats: ...

    async def publish_snapshot(self) -> PublishedSnapshot:
        """Publish now if anything changed; returns the snapshot that stands on the chain."""
        ...


class MembersService(Protocol):
    """Knows the consortium."""

    async def members(self) -> tuple[MemberLine, ...]:
        """All members ever admitted, by number."""
        ...


class AuditsService(Protocol):
    """Knows who audits, what is judged, and what data is worth."""

    async def auditors(self) -> tuple[AuditorLine, ...]:
        """Those in office, in the order of their appointment."""
        ...

    async def cases(self) -> tuple[CaseLine, ...]:
        """Audits, disputes and contradictions, the newest first."""
        ...

    async def quality(self) -> tuple[QualityLine, ...]:
        """All members ever admitted, by number."""
        ...

    async def quality_of(self, member: int | None) -> QualityReport:
        """One member in full, this one when None, and what would raise its score."""
        ...


class GovernanceService(Protocol):
    """Proposes, votes and carries through."""

    async def proposals(self) -> tuple[ProposalLine, ...]:
        """The newest first."""
        ...

    async def proposal(self, proposal_id: str) -> ProposalDetails:
        """One proposal in words, and what it would do now."""
        ...

    async def propose(self, calls: Sequence[ProposedCall], *, title: str) -> ProposalLine:
        """Put calls to the vote; a title is made from them when there is none."""
        ...

    async def parameters(self) -> tuple[ParameterLine, ...]:
        """Every governed number."""
        ...

    async def propose_admission(self, application: Application) -> ProposalLine: ...

    async def ballot_form(self, proposal_id: str, support: Support) -> BallotForm:
        """What this member's governance account has to sign to vote so."""
        ...

    async def submit_ballot(self, ballot: SignedBallot) -> ProposalLine:
        """Bring a signed vote to the chain."""
        ...

    async def carry(self, proposal_id: str) -> ProposalLine:
        """Queue a proposal that succeeded, or execute one whose delay has passed."""
        ...


class KeysService(Protocol):
    """Rotates this member's keys and carries out the orders of its governance account."""

    async def keys(self) -> tuple[KeyLine, ...]:
        """All versions by kind, also those that are prepared and not registered."""
        ...

    async def order_operator(self, *, grace_s: int | None) -> GovernanceOrder:
        """Prepare the next operator key; what the governance account signs for it."""
        ...

    async def rotate_operator(
        self, *, version: int, grace_s: int, authorization: bytes
    ) -> RotationReport: ...

    async def rotate(self, kind: KeyKind, *, grace_s: int | None) -> RotationReport:
        """Make and register the next key of a kind that the operator may rotate."""
        ...

    async def move(self, endpoint: str) -> Moved:
        """Register another endpoint."""
        ...

    async def order_departure(self) -> GovernanceOrder:
        """What the governance account signs to leave for ever."""
        ...

    async def leave(self, authorization: bytes) -> Departed: ...


class StatusService(Protocol):
    """Knows how the daemon is."""

    async def status(self) -> StatusReport: ...

    async def waiting(self) -> WaitingReport:
        """What is in flight and why it waits."""
        ...

    async def readiness(self) -> Readiness:
        """Whether the daemon can do its work now."""
        ...

    async def metrics(self) -> MetricsText: ...

    async def accept_reorganisation(self, *, first_block: int) -> HeldReorganisation:
        """Go on with a branch that replaced final blocks from `first_block` on."""
        ...


class StoreService(Protocol):
    """Keeps journal and state."""

    async def compact(self) -> CompactionReport:
        """Forget what nobody can ask about any more, and give the space back."""
        ...


class Services(Protocol):
    """All that the interface serves. A service that is not to be had yet may refuse to be looked up."""

    @property
    def queries(self) -> QueryService: ...

    @property
    def records(self) -> RecordService: ...

    @property
    def members(self) -> MembersService: ...

    @property
    def audits(self) -> AuditsService: ...

    @property
    def dossiers(self) -> DossierService: ...

    @property
    def governance(self) -> GovernanceService: ...

    @property
    def keys(self) -> KeysService: ...

    @property
    def credits(self) -> CreditsService: ...

    @property
    def ratings(self) -> RatingService: ...

    @property
    def disputes(self) -> DisputeService: ...

    @property
    def recalls(self) -> RecallService: ...

    @property
    def status(self) -> StatusService: ...

    @property
    def store(self) -> StoreService: ...
