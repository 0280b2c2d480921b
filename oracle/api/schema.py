"""The shapes of the interface's requests and stream lines; answers are the values of `oracle.domain.reports`.

A field that is not named here is refused, so that a misspelt option never passes unnoticed.
"""

from typing import Annotated

from msgspec import Meta, Struct

from oracle.domain.record import Category
from oracle.domain.reports import (
    AskingMode,
    AuditorLine,
    BadLineReport,
    CaseLine,
    HolderProgress,
    ImportFormat,
    ImportProgress,
    ImportSummary,
    MemberLine,
    ProposalLine,
    QualityLine,
    QuerySummary,
    Stretch,
    SubjectResult,
    Support,
    Verdict,
)

MAX_SUBJECTS = 10_000
MAX_PAGE = 1_000
MAX_LINE = 2**53

# `$` also matches before a final newline; the lengths shut that out.
Address = Annotated[str, Meta(pattern="^0x[0-9a-fA-F]{40}$", max_length=42)]
Digest = Annotated[str, Meta(pattern="^0x[0-9a-fA-F]{64}$", max_length=66)]
ProposalId = Annotated[str, Meta(pattern="^[0-9]{1,78}$")]
QueryId = Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{1,128}$")]
CATEGORIES = {category.label: category for category in Category}


class Parameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Path and query parameters of a route; this one takes none."""


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """JSON body of a request; this one is empty."""


class QueryPath(Parameters, frozen=True, kw_only=True):
    """Names one query."""

    query_id: QueryId


class ProposalPath(Parameters, frozen=True, kw_only=True):
    """Names one proposal."""

    proposal_id: ProposalId
    """The governor's number, in decimal."""


class BallotParameters(Parameters, frozen=True, kw_only=True):
    """Names a vote on one proposal."""

    proposal_id: ProposalId
    """The governor's number, in decimal."""
    support: Support


class ListParameters(Parameters, frozen=True, kw_only=True):
    """How much of a list to return."""

    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 100


class PageParameters(ListParameters, frozen=True, kw_only=True):
    """Which part of a long list to return."""

    after: Annotated[str, Meta(max_length=1024)] | None = None
    """The `next` of the previous page."""


class ImportParameters(Parameters, frozen=True, kw_only=True):
    """How to read the imported file."""

    format: ImportFormat
    strict: bool = False
    """Import nothing at all when any line is bad."""


class SubjectInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A subject in any spelling."""

    type: Annotated[str, Meta(max_length=32)]
    """Label of a subject type, e.g. `phone`."""
    value: Annotated[str, Meta(max_length=1024)]

    def __repr__(self) -> str:
        return f"SubjectInput(type={self.type!r})"


class StretchInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which lines of a file the subjects are."""

    run: Annotated[str, Meta(pattern="^[0-9a-f]{32}$", max_length=32)]
    """Chosen at random by the caller, one for the whole file."""
    first_line: Annotated[int, Meta(ge=1, le=MAX_LINE)]
    last_line: Annotated[int, Meta(ge=1, le=MAX_LINE)]

    def stretch(self) -> Stretch:
        return Stretch(run=self.run, first_line=self.first_line, last_line=self.last_line)


class SubmitQuery(Body, frozen=True, kw_only=True):
    """Asks all other members about a list of subjects."""

    subjects: Annotated[list[SubjectInput], Meta(min_length=1, max_length=MAX_SUBJECTS)]
    purpose: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    """Code of the governed purpose list; the configured default when absent."""
    case_reference: Annotated[str, Meta(max_length=256)] = ""
    """The institution's own case number. Only a salted commitment of it leaves the institution."""
    deadline_s: Annotated[int, Meta(ge=1, le=31_536_000)] | None = None
    """Seconds from now; the configured default when absent."""
    mode: AskingMode = AskingMode.COMMITTED
    """`express` asks the holders at once, without waiting for a block."""
    deadline_ms: Annotated[int, Meta(ge=1, le=60_000)] | None = None
    """Express only: milliseconds from now; the configured default when absent."""
    stretch: StretchInput | None = None
    """Lines of a file. Submitted again, they are the query that they became the first time."""


class RemoveRecords(Body, frozen=True, kw_only=True):
    """Removes records from the institution's own dataset."""

    subjects: Annotated[list[SubjectInput], Meta(min_length=1, max_length=MAX_SUBJECTS)]
    refuted: bool = False
    """They were wrong: whoever claimed one is told so, and not only that it is gone."""


class SubmitBallot(Body, frozen=True, kw_only=True):
    """A vote signed by the governance account."""

    support: Support
    voter: Address
    signature: Annotated[str, Meta(pattern="^0x([0-9a-fA-F]{2}){1,4096}$", max_length=8_194)]
    """65 bytes r || s || v as hex, or what a contract account takes, over the data of `ballot-typed-data`."""


class RedeemCredits(Body, frozen=True, kw_only=True):
    """Brings vouchers to the chain."""

    requesters: Annotated[list[Annotated[int, Meta(ge=1)]], Meta(max_length=MAX_PAGE)] = []
    """Member numbers; all that owe something when empty."""


class AcceptReorganisation(Body, frozen=True, kw_only=True):
    """Decides that the chain's new branch holds, though it replaced final blocks."""

    first_block: Annotated[int, Meta(ge=0)]
    """The oldest block replaced, as the status says it: another one is another decision."""


class RateItem(Body, frozen=True, kw_only=True):
    """Says whether one disclosed item was right."""

    query_id: QueryId
    index: Annotated[int, Meta(ge=0, lt=MAX_SUBJECTS)]
    """Position of the subject in the submitted list, from 0."""
    holder: Annotated[int, Meta(ge=1)]
    """Member number of who disclosed it."""
    category: str
    """Label of the item's category, e.g. `telecom_fraud`."""
    verdict: Verdict


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong, in the words a person needs."""

    code: str
    """Stable name, explained in `docs/errors.md`."""
    message: str
    """What happened and why."""
    action: str
    """What to do."""
    kind: str
    """Who must act: `usage`, `refused`, `transient`, `misconfigured` or `broken`."""
    status: int
    """The HTTP status."""


class QueryLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a query's event stream: exactly one of these is present."""

    query: QuerySummary | None = None
    """The phase changed; a final phase ends the stream."""
    holder: HolderProgress | None = None
    result: SubjectResult | None = None
    problem: Problem | None = None
    """The stream ends here, before the query did."""


def query_line(event: QuerySummary | HolderProgress | SubjectResult) -> QueryLine:
    """The line that says this event."""
    match event:
        case QuerySummary():
            return QueryLine(query=event)
        case HolderProgress():
            return QueryLine(holder=event)
        case SubjectResult():
            return QueryLine(result=event)


class ImportLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an import's answer: exactly one of these is present."""

    progress: ImportProgress | None = None
    bad_line: BadLineReport | None = None
    summary: ImportSummary | None = None
    """The import is over."""
    problem: Problem | None = None
    """The import failed; a strict one changed nothing."""


class QueryList(Struct, frozen=True, kw_only=True):
    """Queries, the newest first."""

    queries: tuple[QuerySummary, ...]


class MemberList(Struct, frozen=True, kw_only=True):
    """All members ever admitted, by number."""

    members: tuple[MemberLine, ...]


class AuditorList(Struct, frozen=True, kw_only=True):
    """Auditors in office, in the order of their appointment."""

    auditors: tuple[AuditorLine, ...]


class CaseList(Struct, frozen=True, kw_only=True):
    """Audits, disputes and contradictions, the newest first."""

    cases: tuple[CaseLine, ...]


class QualityList(Struct, frozen=True, kw_only=True):
    """What each member's data is worth, by number."""

    members: tuple[QualityLine, ...]


class ProposalList(Struct, frozen=True, kw_only=True):
    """Proposals, the newest first."""

    proposals: tuple[ProposalLine, ...]


class Health(Struct, frozen=True, kw_only=True):
    """The interface answers."""

    ok: bool
