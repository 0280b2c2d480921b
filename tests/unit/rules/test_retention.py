"""Horizons: what each window keeps, to the second."""

import pytest

from oracle.domain.answered import AnswerState
from oracle.domain.asked import BatchState
from oracle.rules.retention import (
    ANSWERS_OVER,
    BATCHES_OVER,
    SETTLED_BLOCKS,
    Windows,
    handed_in_is_kept_since,
    horizon,
)

WINDOWS = Windows(claim_s=10, dispute_s=100, audit_s=1_000, report_s=200, answer_s=30, ruling_s=70)


def test_horizon__of_the_windows__keeps_each_thing_as_long_as_somebody_may_ask() -> None:
    over = horizon(WINDOWS, now=5_000, head=SETTLED_BLOCKS + 7, longest_deadline_s=500)

    assert over.answers == 5_000 - 110
    assert over.questions == 5_000 - 1_000
    assert over.commitments == 5_000 - 1_000 - 500
    assert over.anchors == 5_000 - 1_000 - 500 - 30
    assert over.receipts == 5_000 - 1_000 - 200 - 30 - 70
    assert over.transactions == 7


def test_horizon__reports_longer_than_audits__keeps_anchors_as_long_as_a_report() -> None:
    windows = Windows(claim_s=10, dispute_s=100, audit_s=1_000, report_s=2_000, answer_s=30)

    over = horizon(windows, now=5_000, head=0, longest_deadline_s=500)

    assert over.anchors == over.reports == 5_000 - 2_000


def test_horizon__audits_shorter_than_disputes__keeps_questions_as_long_as_a_dispute() -> None:
    over = horizon(Windows(claim_s=10, dispute_s=100, audit_s=0), now=5_000, head=0, longest_deadline_s=0)

    assert over.questions == over.answers == 5_000 - 110


def test_horizon__of_a_young_chain__forgets_nothing() -> None:
    over = horizon(WINDOWS, now=50, head=3, longest_deadline_s=500)

    assert (over.answers, over.questions, over.commitments, over.transactions) == (0, 0, 0, 0)


def test_states__that_may_be_forgotten__owe_nobody_anything() -> None:
    assert AnswerState.DELIVERED not in ANSWERS_OVER
    assert set(AnswerState) - ANSWERS_OVER == {
        AnswerState.SEEN,
        AnswerState.FETCHED,
        AnswerState.SEALED,
        AnswerState.DELIVERED,
    }
    assert {BatchState.DONE, BatchState.FAILED} == BATCHES_OVER


@pytest.mark.parametrize(
    ("unsettled", "now", "expected"),
    [((), 5_000, 4_000), ((4_500,), 5_000, 4_000), ((3_000, 2_000), 5_000, 2_000), ((), 50, 0)],
)
def test_auditor__of_what_was_handed_in__keeps_the_retention_and_what_is_not_settled(
    unsettled: tuple[int, ...], now: int, expected: int
) -> None:
    assert handed_in_is_kept_since(unsettled, audit_s=1_000, now=now) == expected
