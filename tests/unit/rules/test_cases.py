"""Where a case stands, by what happened in it and by the time."""

from dataclasses import replace

import pytest

from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import MemberId
from oracle.rules.cases import Case

OPENED = Case(
    id=b"\x01" * 32,
    kind=CaseKind.CAUSE,
    accused=MemberId(2),
    opener=MemberId(1),
    subject=b"\x02" * 32,
    opened_at=1_000,
    answer_by=1_100,
    decide_by=1_300,
    appeal_window_s=50,
)
ANSWERED = replace(OPENED, answer=b"\x03" * 32)
UPHELD = replace(ANSWERED, upheld=True, ruled_at=1_200)
PROVEN = replace(ANSWERED, kind=CaseKind.CONTRADICTION)


@pytest.mark.parametrize(
    ("case", "now", "state", "appeal_by", "can_settle"),
    [
        (OPENED, 1_100, CaseState.OPEN, None, False),
        (OPENED, 1_101, CaseState.UPHELD, 1_150, False),
        (OPENED, 1_151, CaseState.UPHELD, 1_150, True),
        (ANSWERED, 1_300, CaseState.ANSWERED, None, False),
        (ANSWERED, 1_301, CaseState.LAPSED, None, True),
        (PROVEN, 1_301, CaseState.UPHELD, 1_350, False),
        (PROVEN, 1_351, CaseState.UPHELD, 1_350, True),
        (UPHELD, 1_250, CaseState.UPHELD, 1_250, False),
        (UPHELD, 1_251, CaseState.UPHELD, 1_250, True),
        (replace(UPHELD, upheld=False), 1_210, CaseState.DISMISSED, 1_250, False),
        (replace(UPHELD, overturned=True), 1_210, CaseState.DISMISSED, 1_250, True),
        (replace(UPHELD, outcome=CaseState.UPHELD), 9_000, CaseState.SETTLED, None, False),
    ],
)
def test_case__at_a_time__stands_where_the_contract_says(
    *, case: Case, now: int, state: CaseState, appeal_by: int | None, can_settle: bool
) -> None:
    assert (case.state(now), case.appeal_by(now), case.can_settle(now)) == (state, appeal_by, can_settle)
