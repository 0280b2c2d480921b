"""How a command ends when there is no daemon to speak to, or nothing that says where it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from oracle.cli.exits import ExitCode

Command = Callable[..., Any]


def test_any_command__daemon_not_running__says_how_to_start_it(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("members", "--home", home)
    assert ran.code == ExitCode.UNREACHABLE
    assert "riskmesh daemon run" in ran.err


def test_any_command__no_configuration__is_misconfigured(riskmesh: Command, folder: Path) -> None:
    ran = riskmesh("members", "--home", folder / "nowhere")
    assert ran.code == ExitCode.MISCONFIGURED
    assert "riskmesh init" in ran.err


def test_any_command__error__has_what_why_and_what_to_do(riskmesh: Command, home: Path) -> None:
    lines = riskmesh("members", "--home", home).err.splitlines()
    assert lines[0] == "The members are not known."
    assert lines[1].split()[0] == "Why"
    assert lines[-1].split()[0] == "Do"
