"""A dossier's report in a terminal of 80 columns."""

import io
from dataclasses import replace

import pytest
from fakes.dossiers import BATCH, CASE, DIGEST, TO_DO, case_line, report_of_a_cheat
from rich.console import Console

from oracle.cli.audits import standing
from oracle.cli.dossier_text import print_report
from oracle.cli.dossier_words import case_facts
from oracle.domain.reports import CaseReason, CaseStanding, DossierReport, Party, ProofLine, ProofResult

_COLUMNS = 80


def printed(report: DossierReport) -> list[str]:
    written = io.StringIO()
    print_report(Console(file=written, width=_COLUMNS), report)
    return [line.rstrip() for line in written.getvalue().splitlines()]


def test_text__of_a_batch_with_a_case__ends_with_the_case_the_verdict_and_what_is_to_do() -> None:
    lines = printed(report_of_a_cheat())

    case = next(place for place, line in enumerate(lines) if CASE in line)
    assert lines[case].startswith("Case ")
    shown = " ".join(" ".join(lines[case:]).split())
    for said in ("Reason cause", "Standing upheld", "Found 3 faults", "2 to uphold, 1 to dismiss"):
        assert said in shown
    assert shown.endswith(
        "Does not hold: a check speaks against the requester. 1 hit counts as read and not claimed. "
        f"1 of 3 checks passed, 1 failed, 1 had nothing to check. {CASE[:10]}…: {TO_DO}"
    )


def test_text__at_80_columns__keeps_headings_numbers_and_identifiers_whole() -> None:
    lines = printed(report_of_a_cheat())

    assert max(map(len, lines)) <= _COLUMNS
    words = {word for line in lines for word in line.split()}
    assert {"Holder", "State", "Hits", "Claimed", "Unclaimed", "Disclosed", "Charge", "Result"} <= words
    assert {"accepted", "1,000", "999", "101,000"} <= words
    assert {BATCH, DIGEST, CASE} <= words


def _failing(against: Party) -> DossierReport:
    line = ProofLine(name="prefixes", result=ProofResult.FAILED, why="No.", against=against)
    return replace(report_of_a_cheat(), checks=(line,))


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (_failing(Party.HOLDER), "The requester's part holds; a holder's does not."),
        (_failing(Party.NOBODY), "A check failed that speaks against nobody."),
        (replace(report_of_a_cheat(), checks=()), "Everything that can be checked holds."),
    ],
)
def test_verdict__where_nothing_is_against_the_requester__says_whose_part_fails(
    report: DossierReport, said: str
) -> None:
    assert said in printed(report)


def test_standing__of_a_case_that_a_vote_decided__says_so_when_it_is_settled_too() -> None:
    settled = replace(case_line(), standing=CaseStanding.SETTLED, outcome=CaseStanding.DISMISSED)

    assert standing(settled) == "settled: dismissed"
    assert standing(replace(settled, overturned=True)) == "settled: dismissed by appeal"


def test_case__that_is_a_report__has_no_verdicts_to_show() -> None:
    cause, report = (
        dict(case_facts(replace(case_line(), reason=reason)))
        for reason in (CaseReason.CAUSE, CaseReason.REPORT)
    )

    assert cause.pop("Verdicts") == "2 to uphold, 1 to dismiss"
    assert report == cause | {"Reason": "report"}
