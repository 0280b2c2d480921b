"""Which closed case speaks for which disclosed item, and what its closing code says."""

import pytest

from oracle.domain.reports import Verdict
from oracle.domain.subject import Subject, SubjectType
from oracle.rules.outcomes import Outcome, Outcomes, RatingRules, contradicting

ONE = Subject(type=SubjectType.PHONE, value="+46701234567")
OTHER = Subject(type=SubjectType.PHONE, value="+46701234568")
YES, NO = Verdict.CONFIRMED, Verdict.REFUTED


def _outcome(line: int, verdict: Verdict, case: str = "", subject: Subject | None = None) -> Outcome:
    return Outcome(line=line, verdict=verdict, case_reference=case, subject=subject)


@pytest.mark.parametrize(
    ("outcomes", "verdict", "lines"),
    [
        ([], None, ()),
        ([_outcome(2, YES, "C-1")], YES, (2,)),
        ([_outcome(2, YES, "C-2")], None, ()),
        ([_outcome(2, NO, subject=ONE)], NO, (2,)),
        ([_outcome(2, NO, subject=OTHER)], None, ()),
        ([_outcome(2, YES, "C-1", ONE)], YES, (2,)),
        ([_outcome(2, YES, "C-2", ONE)], None, ()),
        ([_outcome(2, YES, "C-1", OTHER)], None, ()),
        ([_outcome(2, YES, "C-1"), _outcome(3, YES, subject=ONE)], YES, (2, 3)),
        ([_outcome(2, YES, "C-1"), _outcome(3, NO, subject=ONE)], None, (2, 3)),
    ],
)
def test_verdict__on_an_item__is_what_all_cases_about_it_say_together(
    outcomes: list[Outcome], verdict: Verdict | None, lines: tuple[int, ...]
) -> None:
    assert Outcomes(outcomes).verdict_on("C-1", ONE) == (verdict, lines)


def test_rules__codes_of_each_list__say_what_they_say_in_any_case() -> None:
    rules = RatingRules(
        confirmed=frozenset({"fraud"}), refuted=frozenset({"unfounded"}), ignored=frozenset({"duplicate"})
    )
    codes = (" FRAUD ", "Unfounded", "duplicate", "lost")
    assert [rules.verdict(code) for code in codes] == [YES, NO, None, None]
    assert [rules.knows(code) for code in codes] == [True, True, True, False]
    assert contradicting(rules) == []


def test_rules__a_code_in_two_lists__is_found() -> None:
    rules = RatingRules(confirmed=frozenset({"a", "b"}), refuted=frozenset({"b"}), ignored=frozenset({"a"}))
    assert contradicting(rules) == ["a", "b"]
