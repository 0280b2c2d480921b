"""Where a case stands, by what happened in it and by the time."""

from dataclasses import replace

import pytest

from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import MemberId
from oracle.rules.cases import Case, to_do

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
    most=40,
)
ANSWERED = replace(OPENED, answer=b"\x03" * 32)
UPHELD = replace(ANSWERED, ruled=40, ruled_at=1_200)
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
        (replace(UPHELD, ruled=39), 1_300, CaseState.UPHELD, 1_250, False),
        (replace(UPHELD, ruled=39), 1_301, CaseState.UPHELD, 1_250, True),
        (replace(UPHELD, ruled=39, overturned=True), 1_210, CaseState.UPHELD, 1_250, True),
        (replace(UPHELD, ruled=0), 1_210, CaseState.DISMISSED, 1_250, False),
        (replace(UPHELD, ruled=0, overturned=True), 1_210, CaseState.DISMISSED, 1_250, True),
        (replace(UPHELD, outcome=CaseState.UPHELD), 9_000, CaseState.SETTLED, None, False),
    ],
)
def test_case__at_a_time__stands_where_the_contract_says(
    *, case: Case, now: int, state: CaseState, appeal_by: int | None, can_settle: bool
) -> None:
    assert (case.state(now), case.appeal_by(now), case.can_settle(now)) == (state, appeal_by, can_settle)


@pytest.mark.parametrize(
    ("case", "now", "found", "takes_verdicts"),
    [
        (OPENED, 1_100, 0, False),
        (OPENED, 1_101, 40, False),
        (replace(OPENED, outcome=CaseState.UPHELD), 9_000, 40, False),
        (ANSWERED, 1_300, 0, True),
        (ANSWERED, 1_301, 0, False),
        (replace(UPHELD, ruled=7), 1_300, 7, True),
        (replace(UPHELD, ruled=7), 1_301, 7, False),
        (replace(UPHELD, ruled=7, overturned=True), 1_210, 7, False),
        (replace(UPHELD, ruled=7, outcome=CaseState.UPHELD), 1_210, 7, False),
        (UPHELD, 1_210, 40, False),
        (replace(UPHELD, ruled=0), 1_210, 0, False),
    ],
)
def test_case__at_a_time__stands_for_so_many_faults_and_takes_verdicts(
    *, case: Case, now: int, found: int, takes_verdicts: bool
) -> None:
    assert (case.found(now), case.takes_verdicts(now)) == (found, takes_verdicts)


@pytest.mark.parametrize(
    ("case", "now", "says"),
    [
        (OPENED, 1_100, "The daemon answers it by itself where it names"),
        (replace(OPENED, kind=CaseKind.DISPUTE), 1_100, "The daemon answers it by itself"),
        (replace(OPENED, kind=CaseKind.CONTRADICTION), 1_100, "rotate it without grace"),
        (replace(OPENED, kind=CaseKind.NONCE_REUSE), 1_100, "one nonce"),
        (replace(OPENED, kind=CaseKind.DRAWN), 1_100, "from its journal"),
        (OPENED, 1_101, "a penalty follow"),
        (ANSWERED, 1_200, "the auditors decide"),
        (UPHELD, 1_210, "A vote can still overturn it"),
        (replace(UPHELD, ruled=7), 1_210, "upheld for 7:"),
    ],
)
def test_to_do__of_the_accused__says_what_helps(case: Case, now: int, says: str) -> None:
    assert says in to_do(case, MemberId(2), now)


@pytest.mark.parametrize("me", [1, 3])
def test_to_do__of_anybody_else__is_nothing(me: int) -> None:
    assert to_do(OPENED, MemberId(me), 1_100) == ""


@pytest.mark.parametrize(
    "case",
    [replace(UPHELD, ruled=0), replace(UPHELD, outcome=CaseState.UPHELD), replace(ANSWERED)],
)
def test_to_do__when_nothing_can_be_done_any_more__is_nothing(case: Case) -> None:
    now = 1_301 if case.ruled is None else 1_210
    assert to_do(case, MemberId(2), now) == ""
