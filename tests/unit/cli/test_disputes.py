"""`riskmesh disputes`, `dispute` and `answer`: nobody overlooks what has to be done."""

from pathlib import Path

import pytest
from fakes.accounting import InMemoryAccounting
from unit.cli.conftest import Command

from oracle.cli.exits import ExitCode
from oracle.crypto.keccak import keccak256
from oracle.domain.disputes import DisputeState

CASE = "0x" + "02" * 32
AUDITOR = "0x52908400098527886E0F7030069857D2E4169EE7"


@pytest.mark.usefixtures("rooms")
def test_disputes__one_is_not_on_the_chain__says_how_to_open_it(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("disputes", "--home", home)
    assert ran.code == 0, ran.err
    assert "Not on the chain" in ran.out
    assert "wrong" in ran.out
    assert "dispute open" in ran.err


def test_dispute__opened__is_decided(riskmesh: Command, home: Path, rooms: InMemoryAccounting) -> None:
    ran = riskmesh("dispute", "open", "q1", "--index", 0, "--holder", 2, "--home", home)
    assert (ran.code, rooms.dispute_state) == (0, DisputeState.OPENING)
    other = riskmesh("dispute", "open", "q1", "--index", 1, "--holder", 2, "--home", home)
    assert other.code == ExitCode.REFUSED
    assert "nothing_to_dispute" in other.err


@pytest.mark.usefixtures("rooms")
def test_answer__handed_out__is_a_file_for_its_owner_alone(riskmesh: Command, home: Path) -> None:
    target = home / "answer.bin"
    ran = riskmesh("dispute", "answer", CASE[:6], "--auditor", AUDITOR, "--out", target, "--home", home)
    assert ran.code == 0, ran.err
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"\xbe\xef", 0o600)
    ambiguous = riskmesh("dispute", "answer", "0x", "--auditor", AUDITOR, "--out", target, "--home", home)
    assert ambiguous.code == ExitCode.USAGE


def test_answer__to_a_case_for_cause__is_the_digest_of_the_file(
    riskmesh: Command, home: Path, rooms: InMemoryAccounting
) -> None:
    rebuttal = home / "rebuttal.txt"
    rebuttal.write_bytes(b"We did not.")
    ran = riskmesh("answer", "0x0101", rebuttal, "--home", home)
    assert ran.code == 0, ran.err
    assert rooms.answered_with == keccak256(b"We did not.")
    assert riskmesh("answer", "0x0101", home / "none", "--home", home).code == ExitCode.USAGE


@pytest.mark.usefixtures("rooms")
def test_audits__this_member_is_accused__says_what_to_do(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("audits", "--home", home)
    assert "Ask the auditors for the evidence" in ran.out
