"""What the institution's interface asks of the requester: submit, look, follow, list."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import msgspec

from oracle.asking.changes import Changes
from oracle.asking.ports import Clock
from oracle.asking.results import BatchParts, HolderPart, PartReports, query_state, query_summary
from oracle.asking.submission import Submission, accepted
from oracle.asking.telling import Told
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Mode
from oracle.domain.reports import (
    AskingMode,
    HolderProgress,
    QueryAccepted,
    QueryState,
    QuerySummary,
    RawSubject,
    Stretch,
    SubjectResult,
    UnknownReference,
)
from oracle.store.asked import AskedJournal
from oracle.store.charges import ChargeJournal
from oracle.store.following import FollowedQuery, QueryRead
from oracle.store.recalls import TakenRecalls
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal
from oracle.store.stretches import AskedStretch, StretchJournal

LOOK_AGAIN_S = 2.0
QueryEvent = QuerySummary | HolderProgress | SubjectResult


class Names(Protocol):
    """What this institution calls other members."""

    def name_of(self, member: MemberId) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryJournals:
    """Where everything about a query is written."""

    asked: AskedJournal
    replies: ReplyJournal
    receipts: ReceiptJournal
    charges: ChargeJournal
    stretches: StretchJournal
    recalled: TakenRecalls
    follow: Callable[[str], FollowedQuery]
    """Everything about a query by its identifier."""


class QueryDesk:
    """Every answer is read from the journals, so it is the same after a restart."""

    def __init__(
        self,
        *,
        submission: Submission,
        journals: QueryJournals,
        names: Names,
        changes: Changes,
        clock: Clock,
    ) -> None:
        self._submission = submission
        self._journals = journals
        self._names = names
        self._changes = changes
        self._clock = clock

    async def submit(
        self,
        subjects: Sequence[RawSubject],
        *,
        purpose: int | None,
        case_reference: str,
        deadline_s: int | None,
        mode: AskingMode = AskingMode.COMMITTED,
        deadline_ms: int | None = None,
        stretch: Stretch | None = None,
    ) -> QueryAccepted:
        """Journal a query; what cannot be asked is listed with the reason.

        A stretch of a file that was asked before is the query that it was then.
        """
        lines = None
        if stretch is not None:
            asked = (tuple((one.type, one.value) for one in subjects), purpose, case_reference, mode)
            lines = AskedStretch(stretch=stretch, digest=sha256(msgspec.msgpack.encode(asked)).digest())
            query_id = await self._journals.stretches.query_of(lines)
            if query_id is not None:
                return await self._accepted(query_id)
        return await self._submission.submit(
            subjects,
            purpose=purpose,
            case_reference=case_reference,
            deadline_s=deadline_s,
            mode=Mode.EXPRESS if mode is AskingMode.EXPRESS else Mode.COMMITTED,
            deadline_ms=deadline_ms,
            stretch=lines,
        )

    async def _accepted(self, query_id: str) -> QueryAccepted:
        found = await _read(self._journals.follow(query_id))
        return accepted(query_id, found.question, found.batches)

    async def query_state(self, query_id: str) -> QueryState:
        """Everything known about the query now. Raises `UnknownReference`."""
        found = await _read(self._journals.follow(query_id))
        parts = self._parts(found)
        reports = [report async for report in PartReports().of(parts)]
        return query_state(query_id, found.question, parts, reports)

    async def query_events(self, query_id: str) -> AsyncGenerator[QueryEvent, None]:
        """What is known already, then what comes; ends after the summary of the final phase.

        The final summary waits for the records behind proven hits, but not past the deadline: a holder that
        is gone when it should disclose is asked again, and `query_state` shows what came later.
        """
        told = Told()
        last: QuerySummary | None = None
        followed, reports = self._journals.follow(query_id), PartReports()
        with self._changes.followed(query_id) as feed:
            found = await _read(followed)
            while True:
                parts, awaited = self._parts(found), False
                summary = query_summary(query_id, found.question, parts)
                async for report in reports.of(parts):
                    awaited = awaited or report.awaited
                    for event in told.news(report, final=summary.phase.final):
                        yield event
                if not summary.phase.final:
                    if summary != last:
                        last = summary
                        yield summary
                elif not awaited or summary.deadline < self._now(summary):
                    yield summary
                    return
                # Time passes without a change being journalled, and the deadline ends the waiting.
                taken = await feed.next(patience_s=LOOK_AGAIN_S)
                found = followed.learnt(taken) or await _read(followed)

    def _now(self, summary: QuerySummary) -> int:
        """Express deadlines are the wall's, too: a chain may stand still meanwhile."""
        chain = self._clock.chain_time()
        return max(chain, self._clock.wall_ms() // 1_000) if summary.express else chain

    async def queries(self, *, limit: int) -> tuple[QuerySummary, ...]:
        """The newest first."""
        return tuple([await self._summary(one) for one in await self._journals.asked.query_ids(limit=limit)])

    async def _summary(self, query_id: str) -> QuerySummary:
        found = await _read(self._journals.follow(query_id))
        return query_summary(query_id, found.question, self._parts(found))

    def _parts(self, found: QueryRead) -> Sequence[BatchParts]:
        recalled: defaultdict[tuple[BatchId, MemberId], dict[int, str]] = defaultdict(dict)
        for one in found.recalled:
            recalled[one.batch_id, one.holder][one.index] = one.reason.label
        parts: defaultdict[BatchId, list[HolderPart]] = defaultdict(list)
        for part in found.parts:
            batch_id, holder = part.reply.batch_id, part.reply.holder
            parts[batch_id].append(
                HolderPart(
                    reply=part.reply,
                    receipt=part.receipt,
                    owed=part.owed,
                    name=self._names.name_of(holder),
                    recalled=recalled.get((batch_id, holder), {}),
                )
            )
        return [BatchParts(batch=batch, parts=tuple(parts[batch.batch_id])) for batch in found.batches]


async def _read(followed: FollowedQuery) -> QueryRead:
    found = await followed.read()
    if found is None:
        raise UnknownReference("No query has this identifier; `GET /v1/queries` lists them.")
    return found
