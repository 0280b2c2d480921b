"""The outermost frame of a command: every way it can end becomes three lines and an exit code."""

import sys
import traceback
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from oracle.api.schema import Problem
from oracle.cli.errors import CommandFailed
from oracle.cli.exits import ExitCode, exit_code, problem_behind
from oracle.cli.printing import shown
from oracle.domain.errors import RiskmeshError


class Ending:
    """A context that lets no exception out; `code` is what the process exits with."""

    def __init__(self, err: Console) -> None:
        self._err = err
        self.code: int = ExitCode.DONE

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        match error:
            case None:
                self.code = ExitCode.DONE
            case SystemExit(code=int(code)):
                self.code = code
            case SystemExit():
                self.code = ExitCode.DONE
            case KeyboardInterrupt():
                self.code = ExitCode.INTERRUPTED
            case CommandFailed():
                self._print(error.what, error.error)
            case RiskmeshError():
                self._print("The command failed.", error)
            case _:
                traceback.print_exception(kind, error, trace, file=sys.stderr)
                self._bug(error)
        return True

    def _print(self, what: str, error: RiskmeshError) -> None:
        problem = problem_behind(error)
        self.code = exit_code(problem)
        print_problem(self._err, what, problem)

    def _bug(self, error: BaseException) -> None:
        self.code = ExitCode.BUG
        problem = Problem(
            code="bug",
            message=f"{type(error).__name__} in our own code; the lines above show where.",
            action="Report it with these lines; what the daemon has journalled is not affected.",
            kind="broken",
            status=500,
        )
        print_problem(self._err, "The command failed.", problem)


def print_problem(err: Console, what: str, problem: Problem) -> None:
    """What happened, why, and what to do: a line each."""
    err.print(shown(what, style="bold red"))
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    lines.add_row("Why", shown(problem.message) + shown(f"  {problem.code}", style="dim"))
    lines.add_row("Do", shown(problem.action))
    err.print(Padding(lines, (0, 0, 0, 2)))
