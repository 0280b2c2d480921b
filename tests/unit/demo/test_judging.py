"""The judge of the demonstration notices what is wrong, whatever it is."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from oracle.demo.judging import Judgement, judge, plain_set, read
from oracle.demo.lists import HeldList
from oracle.demo.outcome import HolderOutcome, Outcome, percentile
from oracle.domain.reports import (
    Finding,
    QueryPhase,
    QueryState,
    QuerySummary,
    RawSubject,
    RecordLine,
    RecordState,
    SubjectResult,
)

ASKED = (
    RawSubject(type="domain", value="Listed.example"),
    RawSubject(type="domain", value="clear.example"),
    RawSubject(type="domain", value="no domain at all"),
)
HELD = HeldList(
    source="a test",
    lines=(
        RawSubject(type="domain", value="listed.EXAMPLE"),
        RawSubject(type="domain", value="also listed, but no domain"),
    ),
    category="telecom_fraud",
    reason="phishing",
)
HOLDERS = {2: (plain_set(HELD), HELD.category)}
RECORD = RecordLine(
    category="telecom_fraud",
    severity=3,
    first_seen=date(2026, 1, 1),
    last_seen=date(2026, 1, 1),
    expires=date(2028, 1, 1),
    reason_code=9,
    evidence_class=2,
    confidence_bps=8_000,
    holder_reference="",
)
HIT = SubjectResult(
    index=0, holder=2, state=Finding.HIT, record_state=RecordState.DISCLOSED, record=(RECORD,)
)
MISS = SubjectResult(index=1, holder=2, state=Finding.MISS)


def _judge(*results: SubjectResult) -> Judgement:
    summary = QuerySummary(
        query_id="q", phase=QueryPhase.COMPLETE, purpose=1, asked=2, hits=1, created_at=0, deadline=9
    )
    return judge(QueryState(summary=summary, batches=(), holders=(), results=results), ASKED, HOLDERS)


def test_judge__every_answer_right__counts_them_and_finds_nothing_wrong() -> None:
    assert _judge(HIT, MISS) == Judgement(hits=1, misses=1, no_answers=0, disclosed=1, wrong=0)


@pytest.mark.parametrize(
    "planted",
    [
        replace(HIT, state=Finding.MISS, record_state=None, record=()),
        replace(MISS, state=Finding.HIT),
        replace(HIT, holder=3),
        replace(MISS, holder=3),
        replace(HIT, record=(replace(RECORD, category="transaction_fraud"),)),
        replace(HIT, record=(RECORD, replace(RECORD, category="marketing_abuse"))),
        # What cannot be a subject cannot be listed.
        SubjectResult(index=2, holder=2, state=Finding.HIT),
    ],
)
def test_judge__one_answer_planted_wrong__notices_it(planted: SubjectResult) -> None:
    others = [result for result in (HIT, MISS) if result.index != planted.index]

    assert _judge(planted, *others).wrong == 1


def test_judge__answer_missing_or_said_to_be_none__is_not_wrong_and_not_forgotten() -> None:
    silent = replace(MISS, state=Finding.NO_ANSWER)

    assert _judge(HIT) == Judgement(hits=1, misses=0, no_answers=1, disclosed=1, wrong=0)
    assert _judge(HIT, silent) == Judgement(hits=1, misses=0, no_answers=1, disclosed=1, wrong=0)
    assert _judge().no_answers == 2


def test_read__spellings_of_one_subject__are_one_and_nonsense_is_none() -> None:
    assert read(ASKED[0]) == read(HELD.lines[0])
    assert read(ASKED[2]) is None
    assert read(RawSubject(type="shoe_size", value="43")) is None
    assert len(plain_set(HELD)) == 1


GOOD: dict[str, Any] = {
    "asker": "A",
    "asker_credits_before": 10,
    "asker_credits_after": 5,
    "subjects": 2,
    "queries": 2,
    "hits": 1,
    "misses": 1,
    "no_answers": 0,
    "disclosed": 1,
    "wrong_answers": 0,
    "credits_conserved": True,
    "admitted_by_vote": True,
    "seconds": 1.0,
    "holders": (),
}


def test_outcome__with_everything_right__is_as_it_should_be() -> None:
    assert Outcome(**GOOD).as_it_should_be


@pytest.mark.parametrize(
    "spoilt",
    [
        {"wrong_answers": 1},
        {"no_answers": 1},
        {"disclosed": 0},
        {"credits_conserved": False},
        {"admitted_by_vote": False},
    ],
)
def test_outcome__with_one_thing_wrong__is_not_as_it_should_be(spoilt: dict[str, Any]) -> None:
    assert not Outcome(**(GOOD | spoilt)).as_it_should_be


def test_outcome__written__holds_the_values_that_the_table_shows(tmp_path: Any) -> None:
    line = HolderOutcome(
        name="North",
        member_id=2,
        source="s",
        records=4,
        lines_not_imported=1,
        asked=2,
        hits=1,
        paid=102,
        latency_p50_ms=1,
        latency_p95_ms=2,
        score_bps_before=5_000,
        score_bps_after=5_100,
        credits_before=1,
        credits_after=2,
    )
    path = tmp_path / "deep" / "demo.json"

    Outcome(**(GOOD | {"holders": (line,)})).write(path)

    written = json.loads(path.read_text())
    assert (written["version"], written["wrong_answers"], written["queries"]) == (1, 0, 2)
    assert written["holders"][0]["paid"] == 102


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, 0),
        ([7], 0.95, 7),
        ([3, 1, 2], 0.5, 2),
        (list(range(1, 101)), 0.95, 95),
        (list(range(1, 101)), 0.5, 50),
        ([1, 2], 0.5, 1),
    ],
)
def test_percentile__of_values__is_the_nearest_rank(values: list[int], share: float, expected: int) -> None:
    assert percentile(values, share) == expected
