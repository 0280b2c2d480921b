"""What is told of a question, from every state that its parts can be in."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from oracle.asking.results import BatchParts, HolderPart, PartReports, part_report, query_state
from oracle.crypto.workers import FEW
from oracle.domain.asked import (
    AskedBatch,
    AskedReceipt,
    AskedReply,
    BatchContent,
    BatchState,
    DisclosedRecord,
    Opening,
    ProvenHit,
    ProvenReply,
    Question,
    ReceiptState,
    ReplyState,
    Settled,
)
from oracle.domain.ids import BatchId, BlockNumber, MemberId, Sequence, Tag
from oracle.domain.record import Category, Record, RecordItem
from oracle.domain.reports import Finding, HolderState, QueryPhase, RecordState, RefusedSubject
from oracle.domain.settlement import RefusalReason
from oracle.domain.subject import Subject, SubjectType
from oracle.rules.refusals import explained

BATCH = BatchId(b"\x01" * 32)
HOLDER = MemberId(2)
SUBJECTS = tuple(Subject(type=SubjectType.DOMAIN, value=f"host{n}.example") for n in range(2))
REFUSED = (RefusedSubject(index=1, reason="it has no dot"),)
QUESTION = Question(
    subjects=SUBJECTS, positions=(0, 2), refused=REFUSED, purpose=3, case_reference="", deadline_s=60
)
ITEM = RecordItem(
    category=Category.TELECOM_FRAUD,
    severity=4,
    first_seen_day=20_000,
    last_seen_day=20_001,
    reason_code=9,
    evidence_class=2,
    confidence_bps=8_000,
    expires_day=20_400,
    holder_reference="",
)
DISCLOSED = Settled(
    records=(DisclosedRecord(index=1, record=Record(items=(ITEM,)), digest=bytes(32), items=()),),
    withdrawn=(),
    unserved=(),
)


def _batch(state: BatchState = BatchState.DONE, **changes: Any) -> AskedBatch:
    values: dict[str, Any] = {
        "batch_id": BATCH,
        "query_id": "q",
        "ordinal": 0,
        "state": state,
        "count": 2,
        "deadline": 1_060,
        "created_at_ms": 1_000_500,
        "committed_at_ms": None,
        "content": BatchContent(
            statement=b"",
            elements=b"",
            # The second subject stood at two places of the list.
            openings=(
                Opening(subject=SUBJECTS[0], blind=b"", positions=(0,)),
                Opening(subject=SUBJECTS[1], blind=b"", positions=(2, 3)),
            ),
            case_salt=b"",
        ),
    }
    return AskedBatch(**(values | changes))


def _reply(state: ReplyState, *, hits: tuple[int, ...] | None = None, reason: int = 0) -> AskedReply:
    proven = None
    if hits is not None:
        proven = ProvenReply(
            holder=HOLDER,
            sequence=Sequence(1),
            snapshot_block=BlockNumber(1),
            hits=tuple(
                ProvenHit(index=index, tag=Tag(bytes(16)), place=0, bucket_size=1, digests_hash=bytes(32))
                for index in hits
            ),
        )
    return AskedReply(
        batch_id=BATCH,
        holder=HOLDER,
        state=state,
        reason=reason,
        latency_ms=12,
        received=None,
        proven=proven,
    )


def _receipt(state: ReceiptState, settled: Settled | None = None, reason: int = 0) -> AskedReceipt:
    return AskedReceipt(
        batch_id=BATCH,
        holder=HOLDER,
        state=state,
        reason=reason,
        hits=1,
        statement=b"",
        frame=b"",
        settled=settled,
    )


def _state(reply: AskedReply, receipt: AskedReceipt | None = None, batch: AskedBatch | None = None) -> Any:
    part = HolderPart(reply=reply, receipt=receipt, owed=104, name="North")
    batch = batch or _batch()
    return query_state("q", QUESTION, [BatchParts(batch=batch, parts=(part,))], [part_report(batch, part)])


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((BatchState.PREPARED,), QueryPhase.JOURNALLED),
        ((BatchState.PREPARED, BatchState.COMMITTED, BatchState.DONE), QueryPhase.JOURNALLED),
        ((BatchState.COMMITTED, BatchState.DONE), QueryPhase.COMMITTED),
        ((BatchState.DONE, BatchState.DONE), QueryPhase.COMPLETE),
        ((BatchState.DONE, BatchState.FAILED), QueryPhase.COMPLETE),
        ((BatchState.FAILED, BatchState.FAILED), QueryPhase.EXPIRED),
    ],
)
def test_phase__of_several_batches__is_that_of_the_least_advanced(
    states: tuple[BatchState, ...], expected: QueryPhase
) -> None:
    parts = [BatchParts(batch=_batch(state), parts=()) for state in states]

    assert query_state("q", QUESTION, parts, ()).summary.phase is expected


def test_summary__of_several_batches__has_the_earliest_times_and_all_identifiers() -> None:
    late = _batch(batch_id=BatchId(b"\x02" * 32), created_at_ms=1_002_000, deadline=2_000)

    state = query_state(
        "q", QUESTION, [BatchParts(batch=late, parts=()), BatchParts(batch=_batch(), parts=())], ()
    )

    assert (state.summary.created_at, state.summary.deadline) == (1_000, 1_060)
    assert (state.summary.asked, state.summary.purpose, state.summary.hits) == (2, 3, 0)
    assert state.batches == ("0x" + "02" * 32, "0x" + "01" * 32)
    assert state.refused == REFUSED


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (ReplyState.WAITING, HolderState.WAITING),
        (ReplyState.RECEIVED, HolderState.WAITING),
        (ReplyState.ACCEPTED, HolderState.ANSWERED),
        (ReplyState.REJECTED, HolderState.FAILED),
        (ReplyState.REFUSED, HolderState.DECLINED),
        (ReplyState.EXPIRED, HolderState.SILENT),
    ],
)
def test_holder__in_each_state__is_told_in_the_institution_s_words(
    reply: ReplyState, expected: HolderState
) -> None:
    (line,) = _state(_reply(reply, hits=(1,) if reply is ReplyState.ACCEPTED else None)).holders

    assert line.state is expected
    assert (line.holder_name, line.asked, line.paid, line.latency_ms) == ("North", 2, 104, 12)
    assert line.hits == (1 if reply is ReplyState.ACCEPTED else 0)


@pytest.mark.parametrize(
    ("reason", "receipt", "expected"),
    [
        (0, None, ""),
        (RefusalReason.EXPOSURE_EXCEEDED, None, explained(RefusalReason.EXPOSURE_EXCEEDED)),
        (999, None, "reason 999"),
        (
            0,
            _receipt(ReceiptState.REFUSED, reason=RefusalReason.VOUCHER_BAD),
            explained(RefusalReason.VOUCHER_BAD),
        ),
        (0, _receipt(ReceiptState.PENDING, reason=RefusalReason.VOUCHER_BAD), ""),
    ],
)
def test_reason__of_reply_or_receipt__is_told_in_words(
    reason: int, receipt: AskedReceipt | None, expected: str
) -> None:
    (line,) = _state(_reply(ReplyState.REFUSED, reason=reason), receipt).holders

    assert line.reason == expected


def test_results__of_a_proven_reply__are_hits_and_misses_at_every_place_of_the_list() -> None:
    state = _state(_reply(ReplyState.ACCEPTED, hits=(1,)))

    found = {(result.index, result.state, result.record_state) for result in state.results}
    assert found == {
        (0, Finding.MISS, None),
        (2, Finding.HIT, RecordState.PENDING),
        (3, Finding.HIT, RecordState.PENDING),
    }
    assert state.summary.hits == 2


def test_results__without_a_proof__are_no_answers() -> None:
    for reply in (ReplyState.WAITING, ReplyState.REJECTED, ReplyState.EXPIRED):
        results = _state(_reply(reply)).results

        assert {result.state for result in results} == {Finding.NO_ANSWER}
        assert sorted(result.index for result in results) == [0, 2, 3]


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        (None, RecordState.PENDING),
        (_receipt(ReceiptState.PENDING), RecordState.PENDING),
        (_receipt(ReceiptState.REFUSED), RecordState.REFUSED),
        (_receipt(ReceiptState.SETTLED, DISCLOSED), RecordState.DISCLOSED),
        (
            _receipt(ReceiptState.SETTLED, Settled(records=(), withdrawn=(1,), unserved=())),
            RecordState.WITHDRAWN,
        ),
        (
            _receipt(ReceiptState.SETTLED, Settled(records=(), withdrawn=(), unserved=((1, 35),))),
            RecordState.REFUSED,
        ),
        (
            _receipt(ReceiptState.SETTLED, Settled(records=(), withdrawn=(0,), unserved=())),
            RecordState.REFUSED,
        ),
    ],
)
def test_record__behind_a_hit__is_told_as_far_as_it_came(
    receipt: AskedReceipt | None, expected: RecordState
) -> None:
    results = [
        result
        for result in _state(_reply(ReplyState.ACCEPTED, hits=(1,)), receipt).results
        if result.state is Finding.HIT
    ]

    assert {result.record_state for result in results} == {expected}
    labels = {line.category for result in results for line in result.record}
    assert labels == ({"telecom_fraud"} if expected is RecordState.DISCLOSED else set())


def test_reports__of_one_reader__are_made_anew_for_whatever_changed_and_kept_for_the_rest() -> None:
    batch, reports = _batch(), PartReports()
    waiting = _reply(ReplyState.WAITING)
    answered = _reply(ReplyState.ACCEPTED, hits=(1,))
    settled = _receipt(ReceiptState.SETTLED, DISCLOSED)
    stages = [
        HolderPart(reply=waiting, receipt=None, owed=0, name="North"),
        HolderPart(reply=answered, receipt=None, owed=0, name="North"),
        HolderPart(reply=answered, receipt=settled, owed=104, name="North"),
        HolderPart(reply=answered, receipt=settled, owed=104, name="North", recalled={1: "withdrawn"}),
        HolderPart(reply=answered, receipt=settled, owed=104, name="Nord", recalled={1: "withdrawn"}),
    ]

    for part in stages:
        assert reports(batch, part) == part_report(batch, part)
        assert reports(batch, replace(part)) is reports(batch, part)


async def test_reports__of_many_subjects__let_others_go_on_between_two_holders() -> None:
    many, turns = replace(_batch(), count=FEW + 1), 0
    parts = tuple(
        HolderPart(
            reply=replace(_reply(ReplyState.WAITING), holder=MemberId(holder)),
            receipt=None,
            owed=0,
            name="North",
        )
        for holder in range(2, 7)
    )

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beside = asyncio.create_task(others())
    await asyncio.sleep(0)
    seen = [turns async for _ in PartReports().of([BatchParts(batch=many, parts=parts)])]
    beside.cancel()

    assert len(set(seen)) == len(parts)
