"""Puts together what is known about a question: holder by holder, subject by subject."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from oracle.crypto.workers import FEW
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
    awaited: bool
    """Whether the record behind a hit is still to come."""


def part_report(batch: AskedBatch, part: HolderPart) -> PartReport:
    results = tuple(_results(batch, part))
    return PartReport(
        progress=_progress(batch, part),
        results=results,
        awaited=any(result.record_state is RecordState.PENDING for result in results),
    )


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

    async def of(self, parts: Iterable[BatchParts]) -> AsyncIterator[PartReport]:
        """One by one: a thousand results take milliseconds, and a hundred holders have as many each."""
        for entry in parts:
            for part in entry.parts:
                yield self(entry.batch, part)
                if entry.batch.count > FEW:
                    await asyncio.sleep(0)


def query_summary(query_id: str, question: Question, batches: Sequence[BatchParts]) -> QuerySummary:
    """One line about the query; costs no more than its hits."""
    return QuerySummary(
        query_id=query_id,
        phase=_phase(entry.batch for entry in batches),
        purpose=question.purpose,
        asked=len(question.subjects),
        hits=len({position for entry in batches for position in _hit_positions(entry)}),
        created_at=min(entry.batch.created_at_ms for entry in batches) // 1000,
        deadline=min(entry.batch.deadline for entry in batches),
        express=any(entry.batch.content.reference is not None for entry in batches),
    )


def query_state(
    query_id: str, question: Question, batches: Sequence[BatchParts], reports: Sequence[PartReport]
) -> QueryState:
    """Everything known about the query now, with the report of each part."""
    return QueryState(
        summary=query_summary(query_id, question, batches),
        batches=tuple("0x" + entry.batch.batch_id.hex() for entry in batches),
        holders=tuple(one.progress for one in reports),
        results=tuple(result for one in reports for result in one.results),
        refused=question.refused,
    )


def _hit_positions(entry: BatchParts) -> Iterator[int]:
    openings = entry.batch.content.openings
    for part in entry.parts:
        if part.reply.proven is not None:
            for hit in part.reply.proven.hits:
                yield from openings[hit.index].positions


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
