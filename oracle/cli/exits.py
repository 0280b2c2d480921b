"""The exit codes of every `riskmesh` command, for scripts to tell what happened."""

from enum import IntEnum

from oracle.api.connection import ProblemReported
from oracle.api.errors import problem_of
from oracle.api.schema import Problem
from oracle.domain.errors import RiskmeshError


class ExitCode(IntEnum):
    """0 done, 1 refused by the rules, 2 usage, 3 misconfigured, 4 not reachable, 5 bug."""

    DONE = 0
    REFUSED = 1
    """The rules, or the other members, say no."""
    USAGE = 2
    """The command or a file given to it is not written as it should be."""
    MISCONFIGURED = 3
    """Configuration, keys or files of this institution have to change first."""
    UNREACHABLE = 4
    """The daemon, the chain or every other member did not answer; trying again later is right."""
    BUG = 5
    """Our own fault."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count it."""


_BY_KIND = {
    "usage": ExitCode.USAGE,
    "refused": ExitCode.REFUSED,
    "transient": ExitCode.UNREACHABLE,
    "misconfigured": ExitCode.MISCONFIGURED,
    "broken": ExitCode.BUG,
}


def problem_behind(error: RiskmeshError) -> Problem:
    """The problem to show: the daemon's where it reported one."""
    return error.problem if isinstance(error, ProblemReported) else problem_of(error)


def exit_code(problem: Problem) -> ExitCode:
    """What the shell learns of a problem."""
    return _BY_KIND.get(problem.kind, ExitCode.BUG)
