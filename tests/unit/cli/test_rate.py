"""`riskmesh rate` by a file of closed cases: what it reads, what it refuses, what it says of the rest."""

from pathlib import Path

import pytest
from unit.cli.conftest import Command

from oracle.cli.exits import ExitCode

RULES = 'version = 1\nconfirmed = ["Closed_Fraud"]\nrefuted = ["unfounded"]\nignored = ["duplicate"]\n'


@pytest.fixture
def rules(home: Path) -> Path:
    path = home / "rules.toml"
    path.write_text(RULES)
    return path


def _file(home: Path, text: str, name: str = "cases.csv") -> Path:
    path = home / name
    path.write_text(text)
    return path


@pytest.mark.usefixtures("rooms")
def test_outcomes__csv_and_json_lines__say_the_same(riskmesh: Command, home: Path, rules: Path) -> None:
    table = _file(home, "case_reference,code\nC-1,closed_fraud\n\nC-1,unfounded\nC-9,lost\nC-8,DUPLICATE\n")
    lines = _file(
        home,
        '{"case_reference": "C-1", "code": "closed_fraud"}\n\n'
        '{"case_reference": "C-1", "code": "unfounded"}\n'
        '{"code": "lost"}\n{"code": "duplicate"}\n',
        "cases.jsonl",
    )
    for file in (table, lines):
        ran = riskmesh("rate", "--rules", rules, "--outcomes", file, "--json", "--home", home)
        assert ran.code == 0, ran.err
        report = ran.json()
        assert (report["confirmed"], report["refuted"], report["ignored"]) == (1, 1, 1)
        assert len(report["not_ratable"]) == 1


@pytest.mark.usefixtures("rooms")
def test_outcomes__for_people__say_what_waits_and_what_could_not_be_rated(
    riskmesh: Command, home: Path, rules: Path
) -> None:
    file = _file(
        home, "case_reference,type,value,code\nC-1,,,closed_fraud\nC-2,,,unfounded\n,phone,+46,lost\n"
    )
    ran = riskmesh("rate", "--rules", rules, "--outcomes", file, "--home", home)
    assert ran.code == 0, ran.err
    assert "Line 3: No such query." in ran.out
    assert "Line 4: Its closing code" in ran.out
    assert "After redemption" in ran.out
    assert "+46" not in ran.out


@pytest.mark.parametrize(
    "text",
    [
        "case_reference\nC-1\n",
        "case_reference,code,colour\nC-1,closed_fraud,red\n",
        "case_reference,code\nC-1,closed_fraud,more\n",
        'case_reference,code\n"C-1,closed_fraud\n',
        '{"code": 7}\n',
        "case_reference,code\nC-1,duplicate\n",
        "",
    ],
)
@pytest.mark.usefixtures("rooms")
def test_outcomes__written_otherwise__are_refused_before_anything_is_rated(
    riskmesh: Command, home: Path, rules: Path, text: str
) -> None:
    ran = riskmesh("rate", "--rules", rules, "--outcomes", _file(home, text), "--home", home)
    assert ran.code == ExitCode.USAGE, ran.err


@pytest.mark.parametrize(
    "text",
    [
        "",
        'version = 2\nconfirmed = ["a"]\n',
        'version = 1\nconfirmed = ["a"]\ncertain = ["b"]\n',
        'version = 1\nconfirmed = ["a"]\nrefuted = ["A"]\n',
        "version = 1\nconfirmed = [1]\n",
        'version = 1\nignored = ["a"]\n',
        "version = \n",
    ],
)
@pytest.mark.usefixtures("rooms")
def test_rules__written_otherwise__are_refused(riskmesh: Command, home: Path, text: str) -> None:
    rules, cases = _file(home, text, "other.toml"), _file(home, "case_reference,code\nC-1,a\n")
    ran = riskmesh("rate", "--rules", rules, "--outcomes", cases, "--home", home)
    assert ran.code == ExitCode.USAGE, ran.err


@pytest.mark.usefixtures("rooms")
def test_rate__half_of_either_way__asks_for_the_rest(riskmesh: Command, home: Path, rules: Path) -> None:
    for arguments in (("q1",), ("--rules", rules), ("q1", "--rules", rules, "--outcomes", rules), ()):
        assert riskmesh("rate", *arguments, "--home", home).code == ExitCode.USAGE
