"""Puts together what is known about a question: holder by holder, subject by subject."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from oracle.domain.asked import (
    AskedBatch,
    AskedReceipt,
    AskedReply,
    BatchState,
    Question,
    ReceiptState,
    ReplyState,
)
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.record import RecordItem
from oracle.domain.reports import (
    Finding,
    HolderProgress,
    HolderState,
    QueryPhase,
    QueryState,
    QuerySummary,
    RecordState,
    SubjectResult,
    record_line,
)
from oracle.rules.refusals import explained


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderPart:
    """One holder's part in one batch, with what it costs and what the holder is called."""

    reply: AskedReply
    receipt: AskedReceipt | None
    owed: int
    name: str
    recalled: Mapping[int, str] = field(default_factory=dict)
    """Why the record behind an element does not stand any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchParts:
    """A batch with all its holders' parts."""

    batch: AskedBatch
    parts: tuple[HolderPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReport:
    """What a holder's part comes to: its progress, and a result for each subject."""

    progress: HolderProgress
    results: tuple[SubjectResult, ...]


def part_report(batch: AskedBatch, part: HolderPart) -> PartReport:
    return PartReport(progress=_progress(batch, part), results=tuple(_results(batch, part)))


class PartReports:
    """As `part_report`, for one reader of one query: of a hundred parts one changes at a time."""

    def __init__(self) -> None:
        self._made: dict[tuple[BatchId, MemberId], tuple[HolderPart, PartReport]] = {}

    def __call__(self, batch: AskedBatch, part: HolderPart) -> PartReport:
        key = batch.batch_id, part.reply.holder
        made = self._made.get(key)
        if made is None or made[0] != part:
            made = self._made[key] = (part, part_report(batch, part))
        return made[1]


def query_state(
    query_id: str,
    question: Question,
    batches: Iterable[BatchParts],
    *,
    report: Callable[[AskedBatch, HolderPart], PartReport] = part_report,
) -> QueryState:
    """Everything known about the query now."""
    known = tuple(batches)
    reports = [report(entry.batch, part) for entry in known for part in entry.parts]
    results = tuple(result for one in reports for result in one.results)
    hits = {result.index for result in results if result.state is Finding.HIT}
    summary = QuerySummary(
        query_id=query_id,
        phase=_phase(entry.batch for entry in known),
        purpose=question.purpose,
        asked=len(question.subjects),
        hits=len(hits),
        created_at=min(entry.batch.created_at_ms for entry in known) // 1000,
        deadline=min(entry.batch.deadline for entry in known),
        express=any(entry.batch.content.reference is not None for entry in known),
    )
    return QueryState(
        summary=summary,
        batches=tuple("0x" + entry.batch.batch_id.hex() for entry in known),
        holders=tuple(one.progress for one in reports),
        results=results,
        refused=question.refused,
    )


def _phase(batches: Iterable[AskedBatch]) -> QueryPhase:
    states = {batch.state for batch in batches}
    if BatchState.PREPARED in states:
        return QueryPhase.JOURNALLED
    if BatchState.ASKED in states:
        return QueryPhase.ASKED
    if BatchState.COMMITTED in states:
        return QueryPhase.COMMITTED
    return QueryPhase.EXPIRED if states == {BatchState.FAILED} else QueryPhase.COMPLETE


def _progress(batch: AskedBatch, part: HolderPart) -> HolderProgress:
    reply = part.reply
    return HolderProgress(
        batch_id="0x" + batch.batch_id.hex(),
        holder=reply.holder,
        holder_name=part.name,
        state=_holder_state(reply.state),
        asked=batch.count,
        hits=0 if reply.proven is None else len(reply.proven.hits),
        paid=part.owed,
        latency_ms=reply.latency_ms,
        reason=_reason(part),
    )


def _holder_state(state: ReplyState) -> HolderState:
    match state:
        case ReplyState.WAITING | ReplyState.RECEIVED:
            return HolderState.WAITING
        case ReplyState.ACCEPTED:
            return HolderState.ANSWERED
        case ReplyState.REJECTED:
            return HolderState.FAILED
        case ReplyState.REFUSED:
            return HolderState.DECLINED
        case ReplyState.EXPIRED:
            return HolderState.SILENT
        case _:
            assert_never(state)


def _reason(part: HolderPart) -> str:
    receipt = part.receipt
    code = part.reply.reason
    if not code and receipt is not None and receipt.state is ReceiptState.REFUSED:
        code = receipt.reason
    return explained(code) if code else ""


def _results(batch: AskedBatch, part: HolderPart) -> Iterator[SubjectResult]:
    proven = part.reply.proven
    hits = frozenset() if proven is None else frozenset(hit.index for hit in proven.hits)
    for element, opening in enumerate(batch.content.openings):
        for position in opening.positions:
            if proven is None:
                yield _plain(position, part.reply.holder, Finding.NO_ANSWER)
            elif element in hits:
                yield _hit(position, element, part)
            else:
                yield _plain(position, part.reply.holder, Finding.MISS)


def _plain(position: int, holder: MemberId, state: Finding) -> SubjectResult:
    return SubjectResult(index=position, holder=holder, state=state)


def _hit(position: int, element: int, part: HolderPart) -> SubjectResult:
    settled = None if part.receipt is None else part.receipt.settled
    state = RecordState.PENDING
    items: tuple[RecordItem, ...] = ()
    disclosed = () if settled is None else settled.records
    record = next((entry for entry in disclosed if entry.index == element), None)
    if record is not None:
        state, items = RecordState.DISCLOSED, record.record.items
    elif part.receipt is not None and part.receipt.state is not ReceiptState.PENDING:
        withdrawn = settled is not None and element in settled.withdrawn
        state = RecordState.WITHDRAWN if withdrawn else RecordState.REFUSED
    return SubjectResult(
        index=position,
        holder=part.reply.holder,
        state=Finding.HIT,
        record_state=state,
        record=tuple(record_line(item) for item in items),
        recalled=part.recalled.get(element, ""),
    )
