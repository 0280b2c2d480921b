"""`riskmesh statement`: a table, a CSV that adds up, and an exit code that says when the ledger differs."""

import csv
import io
from pathlib import Path

import pytest
from fakes.accounting import InMemoryAccounting
from unit.cli.conftest import Command

from oracle.cli.exits import ExitCode


@pytest.mark.usefixtures("rooms")
def test_statement__as_csv__adds_up_from_opening_to_closing(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("statement", "--csv", "-", "--home", home)

    assert ran.code == 0, ran.err
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    for epoch, closing in (("0", 900), ("1", 860)):
        lines = [row for row in rows if row["epoch"] == epoch]
        assert (lines[0]["line"], lines[-1]["line"]) == ("opening", "closing")
        assert sum(int(row["credits"]) for row in lines[:-1]) == closing == int(lines[-1]["credits"])
    paid = next(row for row in rows if row["line"] == "paid")
    assert (paid["member"], paid["queries"], paid["credits"]) == ("'=Bank B", "100", "-100")


@pytest.mark.usefixtures("rooms")
def test_statement__written_to_a_file__is_for_its_owner_alone(riskmesh: Command, home: Path) -> None:
    target = home / "statement.csv"

    ran = riskmesh("statement", "--csv", target, "--home", home)

    assert (ran.code, ran.out) == (0, "")
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_text().startswith("epoch,from_utc,")
    nowhere = riskmesh("statement", "--csv", home / "riskmesh.toml" / "x.csv", "--home", home)
    assert nowhere.code == ExitCode.USAGE


def test_statement__ledger_says_otherwise__shows_the_difference_and_fails(
    riskmesh: Command, home: Path, rooms: InMemoryAccounting
) -> None:
    rooms.ledger_balance = 861

    ran = riskmesh("statement", "--home", home)

    assert ran.code == ExitCode.REFUSED
    assert "861" in ran.err
    assert "-1" in ran.err
    assert riskmesh("statement", "--json", "--home", home).code == ExitCode.REFUSED


def test_statement__json_and_csv_both_on_standard_output__is_refused(riskmesh: Command, home: Path) -> None:
    assert riskmesh("statement", "--json", "--csv", "-", "--home", home).code == ExitCode.USAGE
