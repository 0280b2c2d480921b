"""Every command explains itself, with an example and the exit codes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer.main

from oracle.cli.app import app

Command = Callable[..., Any]


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path
        return
    for name, one in inner.items():
        yield from commands(one, (*path, name))


COMMANDS = sorted(commands(typer.main.get_command(app)))


def test_commands__all_that_are_promised__are_there() -> None:
    promised = {
        "init", "daemon run", "records import", "records list", "records remove", "records stats",
        "records publish", "query", "queries", "members", "propose admit", "vote", "proposals", "carry",
        "credits", "redeem", "rate", "status", "chain deploy", "chain verify",
    }  # fmt: skip
    assert promised <= {" ".join(path) for path in COMMANDS}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help__of_every_command__has_an_example_of_it(riskmesh: Command, path: tuple[str, ...]) -> None:
    ran = riskmesh(*path, "--help")
    assert ran.code == 0
    assert "Example:" in ran.out
    assert f"riskmesh {' '.join(path)}" in ran.out.split("Example:")[1]
    assert "--json" in ran.out


def test_help__of_the_program__lists_the_exit_codes(riskmesh: Command) -> None:
    assert "1 refused by the rules" in riskmesh("--help").out


@pytest.mark.parametrize("arguments", [("nonsense",), ("query", "--nonsense"), ("vote", "1", "perhaps")])
def test_usage__that_typer_refuses__exits_2(riskmesh: Command, arguments: tuple[str, ...]) -> None:
    assert riskmesh(*arguments).code == 2
