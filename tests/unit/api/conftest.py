"""The rooms behind the interface, in memory, and the interface served in front of them."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from eth_utils.crypto import keccak

from oracle.api.client import LocalClient, connect
from oracle.api.ports import ImportEvent, QueryEvent, Services
from oracle.api.server import serve
from oracle.config.settings import UnixSocket
from oracle.domain.application import Application
from oracle.domain.errors import Refused
from oracle.domain.ids import Address
from oracle.domain.record import Category
from oracle.domain.reports import (
    BadLineReport,
    BallotForm,
    ChainStatus,
    CreditsSummary,
    DatasetStats,
    Finding,
    HolderProgress,
    HolderState,
    ImportFormat,
    ImportProgress,
    ImportSummary,
    MemberLine,
    MemberStatus,
    PairAccount,
    ProposalLine,
    ProposalState,
    PublishedSnapshot,
    QueryAccepted,
    QueryPhase,
    QueryState,
    QuerySummary,
    RatingReport,
    RawSubject,
    RecordLine,
    RecordPage,
    RecordState,
    RedeemedPair,
    RedemptionReport,
    RefusedSubject,
    RemovalSummary,
    SignedBallot,
    StatusReport,
    StoredRecord,
    SubjectResult,
    Support,
    UnknownReference,
    Verdict,
)

GOVERNANCE = Address("0x52908400098527886E0F7030069857D2E4169EE7")
GOVERNOR = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
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


class InMemoryRooms:
    """Every service, of an institution that is a few Python values. Numbers starting +46 are hits."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[QueryState, list[QueryEvent]]] = {}
        self.stored: dict[tuple[str, str], StoredRecord] = {}
        self.proposed: dict[str, ProposalLine] = {}
        self.ballots: list[SignedBallot] = []
        self.applications: list[Application] = []
        self.asked: list[tuple[int | None, str, int | None]] = []
        self.import_closed = asyncio.Event()
        self.sequence = 0
        self.voter = GOVERNANCE

    async def submit(
        self,
        subjects: Sequence[RawSubject],
        *,
        purpose: int | None,
        case_reference: str,
        deadline_s: int | None,
    ) -> QueryAccepted:
        self.asked.append((purpose, case_reference, deadline_s))
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

    async def remove_records(self, subjects: Sequence[RawSubject]) -> RemovalSummary:
        removed = sum(self.stored.pop((one.type, one.value), None) is not None for one in subjects)
        return RemovalSummary(removed=removed, not_held=len(subjects) - removed)

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

    async def members(self) -> tuple[MemberLine, ...]:
        return tuple(
            MemberLine(
                member_id=number,
                name=name,
                status=MemberStatus.ACTIVE,
                is_self=number == 1,
                governance=GOVERNANCE,
                operator=GOVERNANCE,
                endpoint=f"https://127.0.0.1:844{number}",
                score_bps=5000,
                hit_price=10,
                sequence=number,
            )
            for number, name in ((1, "Bank A"), (2, "Bank B"))
        )

    async def proposals(self) -> tuple[ProposalLine, ...]:
        return tuple(reversed(self.proposed.values()))

    async def propose_admission(self, application: Application) -> ProposalLine:
        self.applications.append(application)
        line = ProposalLine(
            proposal_id=str(len(self.proposed) + 1),
            title=f"Admit {application.name}",
            state=ProposalState.ACTIVE,
            proposer=GOVERNANCE,
            votes_for=0,
            votes_against=0,
            votes_abstain=0,
            quorum=1,
            voting_starts_at=1_700_000_000,
            voting_ends_at=1_700_003_600,
        )
        self.proposed[line.proposal_id] = line
        return line

    async def ballot_form(self, proposal_id: str, support: Support) -> BallotForm:
        self._proposal(proposal_id)
        return BallotForm(
            governor_name="ConsortiumGovernor",
            governor_version="1",
            chain_id=31337,
            verifying_contract=GOVERNOR,
            proposal_id=proposal_id,
            support=support,
            voter=self.voter,
            nonce=3,
        )

    async def submit_ballot(self, ballot: SignedBallot) -> ProposalLine:
        line = self._proposal(ballot.proposal_id)
        self.ballots.append(ballot)
        voted = replace(line, votes_for=line.votes_for + 1, own_vote=ballot.support)
        self.proposed[ballot.proposal_id] = voted
        return voted

    async def carry(self, proposal_id: str) -> ProposalLine:
        line = replace(self._proposal(proposal_id), state=ProposalState.EXECUTED)
        self.proposed[proposal_id] = line
        return line

    def _proposal(self, proposal_id: str) -> ProposalLine:
        if proposal_id not in self.proposed:
            raise UnknownReference(f"There is no proposal {proposal_id}.")
        return self.proposed[proposal_id]

    async def credits(self) -> CreditsSummary:
        pair = PairAccount(member_id=2, name="Bank B", queries=100, hits=4, amount=140, paid=100)
        return CreditsSummary(
            balance=860,
            floor=500,
            granted=1000,
            price_version=1,
            query_fee=1,
            hit_fee=10,
            given=(pair,),
            received=(),
        )

    async def redeem(self, requesters: Sequence[int]) -> RedemptionReport:
        pairs = tuple(RedeemedPair(requester=number, amount=140, paid=40) for number in requesters)
        return RedemptionReport(pairs=pairs, transaction="0x" + "ef" * 32 if pairs else "")

    async def rate(
        self, *, query_id: str, index: int, holder: int, category: Category, verdict: Verdict
    ) -> RatingReport:
        state, _ = self._kept(query_id)
        if not any(one.index == index and one.record for one in state.results):
            raise UnknownReference("Nothing was disclosed there.")
        return RatingReport(holder=holder, category=category.label, verdict=verdict)

    async def status(self) -> StatusReport:
        return StatusReport(
            version="0.1.0",
            name="Bank A",
            member_id=1,
            member_status="active",
            uptime_s=61,
            chain=ChainStatus(chain_id=31337, reachable=True, head_block=12, cursor_block=12),
            records=len(self.stored),
            published_sequence=None,
            balance=860,
            open_queries=0,
            open_answers=0,
        )


def services_of(rooms: InMemoryRooms) -> Services:
    return SimpleNamespace(
        queries=rooms,
        records=rooms,
        members=rooms,
        governance=rooms,
        credits=rooms,
        ratings=rooms,
        status=rooms,
    )


@pytest.fixture
def application() -> Application:
    return Application(
        name="Bank D",
        governance=GOVERNANCE,
        operator=Address(GOVERNOR),
        sealing_suite=1,
        sealing_key=bytes(32),
        oprf_key=bytes(32),
        oprf_possession=bytes(96),
        endpoint="https://127.0.0.1:8446",
        certificate=b"\x30\x03\x02\x01\x00",
        profile_hash=keccak(b"Bank D"),
    )


@pytest.fixture
def rooms() -> InMemoryRooms:
    return InMemoryRooms()


@pytest.fixture
def services(rooms: InMemoryRooms) -> Services:
    return services_of(rooms)


@pytest.fixture
def folder() -> Iterator[Path]:
    # Socket paths are limited to 107 bytes, which pytest's own folders exceed.
    with tempfile.TemporaryDirectory(prefix="rm") as name:
        yield Path(name)


@pytest.fixture
async def served(services: Services, folder: Path) -> AsyncIterator[UnixSocket]:
    listen = UnixSocket(path=folder / "run" / "riskmesh.sock")
    async with serve(services, listen):
        yield listen


@pytest.fixture
async def client(served: UnixSocket) -> AsyncIterator[LocalClient]:
    async with connect(served) as connected:
        yield connected


@pytest.fixture(params=["in memory", "over the socket"])
async def offered(
    request: pytest.FixtureRequest, services: Services, client: LocalClient
) -> AsyncIterator[Services]:
    """The same services, once directly and once through the interface and its client."""
    if request.param == "in memory":
        yield services
    else:
        yield SimpleNamespace(
            queries=client,
            records=client,
            members=client,
            governance=client,
            credits=client,
            ratings=client,
            status=client,
        )


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
