"""The decision about replaced final blocks, as an operator meets it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle.cli.exits import ExitCode
from oracle.domain.reports import HeldReorganisation

HELD = HeldReorganisation(first_block=120, last_block=131, depth=12, finality_depth=6, node="127.0.0.1:8545")


@pytest.fixture
def accept(riskmesh: Callable[..., Any], home: Path) -> Callable[..., Any]:
    return lambda *more: riskmesh("chain", "accept-reorganisation", *more, "--home", home)


def test_accept__nothing_is_held__says_so(accept: Callable[..., Any], rooms: Any) -> None:
    assert rooms.hold.current is None

    ran = accept("--yes")

    assert (ran.code, "nothing to accept" in ran.err) == (ExitCode.REFUSED, True)


def test_accept__without_yes__says_what_is_given_up_and_decides_nothing(
    accept: Callable[..., Any], rooms: Any
) -> None:
    rooms.hold.current = HELD

    ran = accept()

    assert ran.code == ExitCode.USAGE
    assert "Blocks 120 to 131 would be given up for those of node 127.0.0.1:8545" in ran.err
    assert not rooms.hold.accepts(120)


def test_accept__with_yes__decides_for_these_blocks_and_no_deeper(
    accept: Callable[..., Any], rooms: Any
) -> None:
    rooms.hold.current = HELD

    ran = accept("--yes")

    assert (ran.code, "12 blocks from 120 on are taken back" in ran.out) == (0, True)
    assert rooms.hold.accepts(120)
    assert not rooms.hold.accepts(119)
    assert accept("--yes", "--json").json()["depth"] == 12
