"""`riskmesh check`: what is wrong with this institution's installation and what to do about it."""

import logging
import sys
from contextlib import AsyncExitStack

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from oracle.checking.case import Case
from oracle.checking.running import CHECKS, run_checks
from oracle.cli.command import Session, command, group
from oracle.cli.exits import ExitCode
from oracle.cli.passphrases import passphrase_if_any
from oracle.cli.printing import counted, print_json, shown
from oracle.config.environment import read_environment
from oracle.domain.reports import CheckLine, CheckOutcome, CheckReport
from oracle.telemetry.logs import configure

app = group(about="Health.")
_STYLES = {
    CheckOutcome.OK: "green",
    CheckOutcome.WARNING: "yellow",
    CheckOutcome.PROBLEM: "bold red",
    CheckOutcome.SKIPPED: "dim",
}
NAME_WIDTH = 18


@command(app, "check", example="riskmesh check --home /srv/bank-a", failure="The check was not carried out.")
async def check(session: Session) -> None:
    """Look at everything that has to be right, from this machine and as other members see it.

    Works with the daemon running or not, and changes nothing. Ends with 1 when there is a problem.
    """
    report = await carry_out(session, shown_as_they_end=not session.json)
    if session.json:
        print_json(session.out, {"version": report.version, "passed": report.passed, "checks": report.checks})
    else:
        session.out.print(shown(_count(report), style="bold" if report.passed else "bold red"))
    if not report.passed:
        raise typer.Exit(ExitCode.REFUSED)


async def carry_out(session: Session, *, shown_as_they_end: bool) -> CheckReport:
    """Every check, each printed as it ends when that is wanted."""
    # What the rooms log on the way is what the checks say themselves, in words for people.
    configure(level=logging.CRITICAL, as_json=False, stream=sys.stderr)
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description} …"),
        console=session.err,
        transient=True,
        disable=not session.watched,
    )
    environment = read_environment()

    def ended(line: CheckLine) -> None:
        if shown_as_they_end:
            _print(session, line)

    async with AsyncExitStack() as closing:
        case = Case(
            path=session.configuration_path(),
            unlock=lambda settings: passphrase_if_any(environment, settings.keys),
            closing=closing,
        )
        with progress:
            task = progress.add_task("", total=len(CHECKS))
            return await run_checks(
                case,
                begun=lambda name: progress.update(task, description=name, advance=1),
                ended=ended,
            )


def _print(session: Session, line: CheckLine) -> None:
    row = Table.grid(padding=(0, 2))
    row.add_column(width=NAME_WIDTH, no_wrap=True)
    row.add_column(width=len(CheckOutcome.PROBLEM), no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(line.name, shown(line.outcome, style=_STYLES[line.outcome]), shown(line.found))
    if line.action:
        row.add_row("", "", shown(f"→ {line.action}", style="bold"))
    session.out.print(row)


def _count(report: CheckReport) -> str:
    numbers = {outcome: sum(line.outcome is outcome for line in report.checks) for outcome in CheckOutcome}
    said = [f"{counted(len(report.checks), 'check')}: {numbers[CheckOutcome.OK]} ok"]
    for outcome, noun in ((CheckOutcome.WARNING, "warning"), (CheckOutcome.PROBLEM, "problem")):
        if numbers[outcome]:
            said.append(counted(numbers[outcome], noun))
    if numbers[CheckOutcome.SKIPPED]:
        said.append(f"{numbers[CheckOutcome.SKIPPED]} skipped")
    return ", ".join(said) + "."
