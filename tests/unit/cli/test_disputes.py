"""`riskmesh disputes`, `dispute` and `answer`: nobody overlooks what has to be done."""

from pathlib import Path

import pytest
from fakes.accounting import InMemoryAccounting
from unit.cli.conftest import Command

from oracle.cli.exits import ExitCode
from oracle.domain.disputes import DisputeState
from oracle.domain.reports import CaseStanding


@pytest.mark.usefixtures("rooms")
def test_disputes__one_is_not_on_the_chain__says_how_to_open_it(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("disputes", "--home", home)
    assert ran.code == 0, ran.err
    assert "not opened; possible until" in ran.out
    assert "wrong" in ran.out
    assert "dispute open" in ran.err


@pytest.mark.parametrize(
    ("outcome", "escrow"),
    [
        (CaseStanding.DISMISSED, "to Bank B"),
        (CaseStanding.UPHELD, "to Bank A"),
        (CaseStanding.LAPSED, "to Bank A"),
    ],
)
def test_disputes__one_is_settled__says_to_whom_its_escrow_went_and_what_it_was_about(
    riskmesh: Command, home: Path, rooms: InMemoryAccounting, outcome: CaseStanding, escrow: str
) -> None:
    rooms.dispute_case = rooms.settle(7, outcome, amount=300)
    rooms.dispute_state = DisputeState.CLOSED

    ran = riskmesh("disputes", "--home", home)

    assert ran.code == 0, ran.err
    assert escrow in ran.out
    own = ran.out.partition("Yours")[2].split()
    assert own.index("q1") < own.index("settled") < own.index(outcome.value)
    assert ran.err == ""


def test_dispute__opened__is_decided(riskmesh: Command, home: Path, rooms: InMemoryAccounting) -> None:
    ran = riskmesh("dispute", "open", "q1", "--index", 0, "--holder", 2, "--home", home)
    assert (ran.code, rooms.dispute_state) == (0, DisputeState.OPENING)
    other = riskmesh("dispute", "open", "q1", "--index", 1, "--holder", 2, "--home", home)
    assert other.code == ExitCode.REFUSED
    assert "nothing_to_dispute" in other.err


def test_answer__to_a_case_for_cause__is_the_file(
    riskmesh: Command, home: Path, rooms: InMemoryAccounting
) -> None:
    rebuttal = home / "rebuttal.txt"
    rebuttal.write_bytes(b"We did not.")
    ran = riskmesh("answer", "0x0101", rebuttal, "--home", home)
    assert ran.code == 0, ran.err
    assert rooms.answered_with == ("rebuttal.txt", b"We did not.")
    rebuttal.write_bytes(b"")
    for case, file in (("0x0101", home / "none"), ("0x0101", rebuttal), ("0x", home / "none")):
        assert riskmesh("answer", case, file, "--home", home).code == ExitCode.USAGE


@pytest.mark.usefixtures("rooms")
def test_audit__opened_for_cause__says_who_answers(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("audit", "open", 3, "0x" + "0b" * 32, "--home", home)
    assert ran.code == 0, ran.err
    assert "member 3" in ran.out
    assert riskmesh("audit", "open", 3, "0x0b", "--home", home).code == ExitCode.USAGE


@pytest.mark.usefixtures("rooms")
def test_audits__this_member_is_accused__says_what_to_do(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("audits", "--home", home)
    assert "Ask the auditors for the evidence" in ran.out
