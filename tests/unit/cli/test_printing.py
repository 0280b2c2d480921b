"""Text of others on our terminal, and how a command's end is reported."""

import io

import pytest
from rich.console import Console

from oracle.api.connection import ProblemReported
from oracle.api.errors import problem_of
from oracle.api.schema import Problem
from oracle.cli.errors import CommandFailed
from oracle.cli.exits import ExitCode
from oracle.cli.failures import Ending
from oracle.cli.printing import Sheet, shown
from oracle.domain.errors import Broken, Misconfigured, Refused, RiskmeshError, Transient


def ended(error: BaseException) -> tuple[int, str]:
    written = io.StringIO()
    with Ending(Console(file=written, width=100)) as ending:
        raise error
    return ending.code, written.getvalue()


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J", "\x1b]0;title\x07", "a\rb", "line\nline", "\u202egnp.exe", "\x9b31m"]
)
def test_shown__control_characters__never_reach_the_terminal(hostile: str) -> None:
    assert shown(hostile).plain.isprintable()


def test_sheet__markup_in_a_name__is_printed_as_it_is() -> None:
    written = io.StringIO()
    sheet = Sheet("Name")
    sheet.row("[red]Bank[/red] [link=https://evil.example]A[/link]")
    sheet.print(Console(file=written, width=100))
    assert "[red]Bank[/red]" in written.getvalue()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("No."), ExitCode.REFUSED),
        (Transient("Not now."), ExitCode.UNREACHABLE),
        (Misconfigured("Not so."), ExitCode.MISCONFIGURED),
        (Broken("Torn."), ExitCode.BUG),
    ],
)
def test_ending__with_each_kind_of_error__has_its_code(error: RiskmeshError, code: ExitCode) -> None:
    assert ended(CommandFailed("It failed.", error))[0] == code
    assert ended(CommandFailed("It failed.", ProblemReported(problem_of(error))))[0] == code


def test_ending__with_a_bug__exits_5_and_shows_where(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = ended(ZeroDivisionError("division by zero"))
    assert code == ExitCode.BUG
    assert "Report it" in text
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_ending__interrupted__exits_as_shells_expect() -> None:
    assert ended(KeyboardInterrupt())[0] == ExitCode.INTERRUPTED


def test_ending__a_kind_of_a_later_daemon__counts_as_a_bug() -> None:
    problem = Problem(code="x", message="m", action="a", kind="novel", status=599)
    assert ended(CommandFailed("It failed.", ProblemReported(problem)))[0] == ExitCode.BUG


def test_problem__of_a_message_with_several_sentences__ends_with_what_to_do() -> None:
    problem = problem_of(Misconfigured("The file /a.b/c is open. Others may read it. Run: chmod 600 /a.b/c"))
    assert problem.message == "The file /a.b/c is open. Others may read it."
    assert problem.action == "Run: chmod 600 /a.b/c"
