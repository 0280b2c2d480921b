"""`riskmesh quality`: one member in full with what would raise it, all in a table, a picture if wanted."""

from pathlib import Path

import pytest
from unit.cli.conftest import Command

from oracle.cli.exits import ExitCode

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.usefixtures("rooms")
def test_quality__of_itself_and_of_another__says_what_would_raise_it(riskmesh: Command, home: Path) -> None:
    own = riskmesh("quality", "--home", home)
    other = riskmesh("quality", 2, "--json", "--home", home)
    assert own.code == other.code == 0
    assert "1 Bank A" in own.out
    assert "40 paid for, 20 of them rated" in own.out
    assert "One more rater would help." in own.out
    assert other.json()["line"]["name"] == "Bank B"
    assert riskmesh("quality", 9, "--home", home).code == ExitCode.REFUSED


@pytest.mark.usefixtures("rooms")
def test_quality__of_all__is_a_line_for_each(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("quality", "--all", "--home", home)
    assert "Bank A" in ran.out
    assert "Bank B" in ran.out
    assert riskmesh("quality", 2, "--all", "--home", home).code == ExitCode.USAGE


@pytest.mark.usefixtures("rooms")
def test_quality__drawn__is_a_picture(riskmesh: Command, home: Path) -> None:
    picture = home / "quality.png"
    ran = riskmesh("quality", "--plot", picture, "--home", home)
    assert ran.code == 0, ran.err
    assert picture.read_bytes().startswith(PNG)
    nowhere = home / "riskmesh.toml" / "quality.png"
    assert riskmesh("quality", "--plot", nowhere, "--home", home).code == ExitCode.USAGE
