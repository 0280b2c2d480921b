"""A query as its own institution sees it: accepted, on its way, answered holder by holder."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from oracle.domain.record import RecordItem

_EPOCH_DAY = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSubject:
    """A subject as a person or a system wrote it, not yet canonical."""

    type: str
    """Label of a subject type, e.g. `phone`."""
    value: str = field(repr=False)
    """Any spelling; what does not validate is refused with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Consecutive lines of a file that become one query, and only one."""

    run: str
    """Chosen by the caller for the whole file: 32 hex digits."""
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedSubject:
    """A submitted subject that is not asked, and why."""

    index: int
    """Position in the submitted list, from 0."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAccepted:
    """The query is journalled; it will be asked or expire, whatever happens to the daemon."""

    query_id: str
    batches: tuple[str, ...]
    """Batch identifiers as `0x` hex; a query of more than 1,000 subjects has several."""
    asked: int
    """Subjects that are asked: the submitted ones less the refused."""
    deadline: int
    """Unix seconds; what is not answered by then counts as no answer."""
    refused: tuple[RefusedSubject, ...] = ()


class AskingMode(StrEnum):
    """How a query is asked."""

    COMMITTED = "committed"
    """On the chain first: nothing is lost, whoever is down meanwhile."""
    EXPRESS = "express"
    """Straight to the holders; on the chain afterwards."""


class QueryPhase(StrEnum):
    """How far a query is."""

    JOURNALLED = "journalled"
    ASKED = "asked"
    """Express: on its way to the holders."""
    COMMITTED = "committed"
    COMPLETE = "complete"
    EXPIRED = "expired"

    @property
    def final(self) -> bool:
        """Nothing more will be answered."""
        return self in (QueryPhase.COMPLETE, QueryPhase.EXPIRED)


class HolderState(StrEnum):
    """What one holder has made of one batch."""

    WAITING = "waiting"
    ANSWERED = "answered"
    FAILED = "failed"
    DECLINED = "declined"
    SILENT = "silent"


class Finding(StrEnum):
    """What is proven about one subject at one holder."""

    HIT = "hit"
    MISS = "miss"
    NO_ANSWER = "no_answer"


class RecordState(StrEnum):
    """What became of the record behind a hit."""

    PENDING = "pending"
    DISCLOSED = "disclosed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One category's finding of a disclosed or stored record."""

    category: str
    """Label of a category, e.g. `telecom_fraud`."""
    severity: int
    """1 (slight) to 5 (grave)."""
    first_seen: date
    last_seen: date
    expires: date
    reason_code: int
    """Code of the published reason list."""
    evidence_class: int
    """Code of the published evidence list."""
    confidence_bps: int
    """0 to 10,000."""
    holder_reference: str
    """The holder's own case number."""


def record_line(item: RecordItem) -> RecordLine:
    """The same item with dates and labels."""
    return RecordLine(
        category=item.category.label,
        severity=item.severity,
        first_seen=_EPOCH_DAY + timedelta(days=item.first_seen_day),
        last_seen=_EPOCH_DAY + timedelta(days=item.last_seen_day),
        expires=_EPOCH_DAY + timedelta(days=item.expires_day),
        reason_code=item.reason_code,
        evidence_class=item.evidence_class,
        confidence_bps=item.confidence_bps,
        holder_reference=item.holder_reference,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderProgress:
    """One holder's standing in one batch."""

    batch_id: str
    holder: int
    """Member number."""
    holder_name: str
    """As this institution knows the holder; empty when it has no name for it."""
    state: HolderState
    asked: int
    """Subjects in the batch."""
    hits: int = 0
    paid: int = 0
    """Credits owed for this reply: query fees and claimed hits."""
    latency_ms: int | None = None
    """From the commitment's block being seen to the verified reply."""
    reason: str = ""
    """Why the reply failed its checks or the holder declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectResult:
    """What one holder has proven about one subject; later lines about the same pair replace earlier ones."""

    index: int
    """Position in the submitted list, from 0."""
    holder: int
    """Member number."""
    state: Finding
    record_state: RecordState | None = None
    """None unless `state` is a hit."""
    record: tuple[RecordLine, ...] = ()
    """The disclosed items, in ascending category."""
    recalled: str = ""
    """`withdrawn` or `refuted` once the holder has recalled the record; empty while it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySummary:
    """One line about a query."""

    query_id: str
    phase: QueryPhase
    purpose: int
    """Code of the governed purpose list."""
    asked: int
    """Subjects asked."""
    hits: int
    """Subjects with a hit at one holder or more."""
    created_at: int
    """Unix seconds."""
    deadline: int
    """Unix seconds."""
    express: bool = False
    """Whether the holders were asked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryState:
    """A query with everything known about it now."""

    summary: QuerySummary
    batches: tuple[str, ...]
    holders: tuple[HolderProgress, ...]
    results: tuple[SubjectResult, ...]
    refused: tuple[RefusedSubject, ...] = ()
