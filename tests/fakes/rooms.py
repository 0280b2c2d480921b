"""The rooms behind the interface, in memory: they pass the same tests as the client over the socket."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

from fakes.accounting import InMemoryAccounting
from fakes.consortium import InMemoryConsortium
from fakes.governing import InMemoryGoverning

from oracle.api.ports import ImportEvent, QueryEvent, Services
from oracle.domain.errors import Refused, Transient
from oracle.domain.reports import (
    AskingMode,
    BadLineReport,
    DatasetStats,
    Finding,
    HolderProgress,
    HolderState,
    ImportFormat,
    ImportProgress,
    ImportSummary,
    PublishedSnapshot,
    QueryAccepted,
    QueryPhase,
    QueryState,
    QuerySummary,
    RawSubject,
    RecordLine,
    RecordPage,
    RecordState,
    RefusedSubject,
    RemovalSummary,
    StoredRecord,
    Stretch,
    SubjectResult,
    UnknownReference,
)

RECORD = RecordLine(
    category="telecom_fraud",
    severity=3,
    first_seen=date(2024, 1, 2),
    last_seen=date(2024, 5, 6),
    expires=date(2026, 1, 1),
    reason_code=7,
    evidence_class=2,
    confidence_bps=9000,
    holder_reference="B-17",
)


class NothingToAsk(Refused):
    code = "nothing_to_ask"


class BudgetSpent(Refused):
    code = "evaluation_budget_exceeded"


class Stopping(Transient):
    code = "daemon_stopping"


class InMemoryRooms(InMemoryAccounting, InMemoryGoverning, InMemoryConsortium):
    """Every service, of an institution that is a few Python values. Numbers starting +46 are hits."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, tuple[QueryState, list[QueryEvent]]] = {}
        self.asked: list[tuple[int | None, str, int | None]] = []
        self.stop_after: int | None = None
        """Refuses a stretch, once, when it has taken so many."""
        self.away_times = 0
        """Answers so many calls as a daemon does that is stopping."""
        self.stretches: dict[Stretch, QueryAccepted] = {}
        self.modes: list[tuple[AskingMode, int | None]] = []
        self.import_closed = asyncio.Event()

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
        if stretch is not None:
            self._hinder()
            if stretch in self.stretches:
                return self.stretches[stretch]
        self.asked.append((purpose, case_reference, deadline_s))
        self.modes.append((mode, deadline_ms))
        accepted = self._accept(subjects, purpose)
        if stretch is not None:
            self.stretches[stretch] = accepted
        return accepted

    def _hinder(self) -> None:
        if self.away_times:
            self.away_times -= 1
            raise Stopping("The daemon is stopping.")
        if self.stop_after is not None and len(self.stretches) >= self.stop_after:
            self.stop_after = None
            raise BudgetSpent("Nothing may be asked any more in this epoch.")

    def _accept(
        self,
        subjects: Sequence[RawSubject],
        purpose: int | None,
    ) -> QueryAccepted:
        good = [index for index, subject in enumerate(subjects) if subject.type == "phone"]
        refused = tuple(
            RefusedSubject(index=index, reason="unknown subject type")
            for index, subject in enumerate(subjects)
            if subject.type != "phone"
        )
        if not good:
            raise NothingToAsk("No subject of the query is usable. Correct them and ask again.")
        query_id = f"q{len(self.kept) + 1}"
        results = tuple(self._result(index, subjects[index]) for index in good)
        hits = sum(result.state is Finding.HIT for result in results)
        first = QuerySummary(
            query_id=query_id,
            phase=QueryPhase.JOURNALLED,
            purpose=purpose or 1,
            asked=len(good),
            hits=0,
            created_at=1_700_000_000,
            deadline=1_700_000_120,
        )
        last = replace(first, phase=QueryPhase.COMPLETE, hits=hits)
        holder = HolderProgress(
            batch_id="0x" + "ab" * 32,
            holder=2,
            holder_name="Bank B",
            state=HolderState.ANSWERED,
            asked=len(good),
            hits=hits,
            paid=len(good) + 10 * hits,
            latency_ms=42,
        )
        state = QueryState(
            summary=last, batches=(holder.batch_id,), holders=(holder,), results=results, refused=refused
        )
        self.kept[query_id] = (state, [first, holder, *results, last])
        return QueryAccepted(
            query_id=query_id,
            batches=(holder.batch_id,),
            asked=len(good),
            deadline=first.deadline,
            refused=refused,
        )

    def _result(self, index: int, subject: RawSubject) -> SubjectResult:
        if not subject.value.startswith("+46"):
            return SubjectResult(index=index, holder=2, state=Finding.MISS)
        return SubjectResult(
            index=index,
            holder=2,
            state=Finding.HIT,
            record_state=RecordState.DISCLOSED,
            record=(RECORD,),
        )

    async def query_state(self, query_id: str) -> QueryState:
        return self._kept(query_id)[0]

    async def query_events(self, query_id: str) -> AsyncGenerator[QueryEvent, None]:
        for event in self._kept(query_id)[1]:
            yield event

    async def queries(self, *, limit: int) -> tuple[QuerySummary, ...]:
        return tuple(state.summary for state, _ in reversed(self.kept.values()))[:limit]

    def _kept(self, query_id: str) -> tuple[QueryState, list[QueryEvent]]:
        if query_id not in self.kept:
            raise UnknownReference(f"There is no query {query_id}.")
        return self.kept[query_id]

    async def import_records(
        self, chunks: AsyncIterator[bytes], *, file_format: ImportFormat, strict: bool
    ) -> AsyncGenerator[ImportEvent, None]:
        lines = imported = skipped = 0
        fresh: dict[tuple[str, str], StoredRecord] = {}
        try:
            rest = b""
            async for chunk in chunks:
                *complete, rest = (rest + chunk).split(b"\n")
                for raw in complete:
                    lines += 1
                    kind, _, value = raw.decode().partition(",")
                    if file_format is ImportFormat.CSV and kind == "phone" and value:
                        fresh[kind, value] = StoredRecord(type=kind, value=value, items=(RECORD,))
                        imported += 1
                    else:
                        skipped += 1
                        yield BadLineReport(line=lines, reason="unknown subject type")
                yield ImportProgress(line=lines, imported=imported, skipped=skipped)
            applied = not (strict and skipped)
            if applied:
                self.stored |= fresh
            yield ImportSummary(
                lines=lines, imported=imported if applied else 0, skipped=skipped, applied=applied
            )
        finally:
            self.import_closed.set()

    async def records(self, *, limit: int, after: str | None) -> RecordPage:
        start = int(after or 0)
        listed = [self.stored[key] for key in sorted(self.stored)]
        more = str(start + limit) if len(listed) > start + limit else None
        return RecordPage(records=tuple(listed[start : start + limit]), next=more)

    async def remove_records(self, subjects: Sequence[RawSubject], *, refuted: bool) -> RemovalSummary:
        removed = sum(self.stored.pop((one.type, one.value), None) is not None for one in subjects)
        recalled = removed if refuted else 0
        return RemovalSummary(removed=removed, not_held=len(subjects) - removed, recalled=recalled)

    async def dataset_stats(self) -> DatasetStats:
        count = len(self.stored)
        return DatasetStats(
            records=count,
            by_type={"phone": count},
            by_category={"telecom_fraud": count},
            unpublished_changes=0,
            snapshot=self._snapshot() if self.sequence else None,
        )

    async def publish_snapshot(self) -> PublishedSnapshot:
        self.sequence += 1
        return self._snapshot()

    def _snapshot(self) -> PublishedSnapshot:
        return PublishedSnapshot(
            sequence=self.sequence, root="0x" + "cd" * 32, bits=0, oprf_key_version=1, block=12
        )


def services_of(rooms: InMemoryRooms) -> Services:
    return SimpleNamespace(
        queries=rooms,
        records=rooms,
        members=rooms,
        audits=rooms,
        governance=rooms,
        keys=rooms,
        credits=rooms,
        ratings=rooms,
        disputes=rooms,
        dossiers=rooms,
        recalls=rooms,
        store=rooms,
        status=rooms,
    )
