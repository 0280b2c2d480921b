"""Puts the commands together and runs one."""

from collections.abc import Sequence
from typing import Annotated

import typer

from oracle import __version__
from oracle.cli import (
    accounts,
    auditor_verdicts,
    audits,
    chain,
    checks,
    consortium,
    daemon,
    demonstration,
    disputes,
    dossiers,
    imports,
    initialise,
    keys,
    params,
    proposing_audits,
    quality,
    query,
    ratings,
    recalls,
    records,
    recovery,
    statements,
    status,
    store,
    support,
    voting,
)
from oracle.cli.command import console, group
from oracle.cli.exits import ExitCode
from oracle.cli.failures import Ending

app = group(
    about=(
        "Ask every institution's risk lists at once: blind queries, proven answers, pay per hit.\n\n"
        "Most commands speak to this institution's daemon; start it with [bold]riskmesh daemon run[/bold]."
    )
)
app.info.epilog = f"Exit codes: {ExitCode.__doc__}"

# Without a name a group's commands stand at the top.
app.add_typer(initialise.app)
app.add_typer(daemon.app, name="daemon")
records.app.add_typer(imports.app)
app.add_typer(records.app, name="records")
app.add_typer(query.app)
app.add_typer(consortium.app)
app.add_typer(proposing_audits.propose, name="propose")
app.add_typer(params.app)
app.add_typer(keys.app, name="keys")
app.add_typer(keys.leaving)
app.add_typer(voting.app)
app.add_typer(audits.app)
app.add_typer(dossiers.audit, name="audit")
app.add_typer(disputes.app)
app.add_typer(disputes.dispute, name="dispute")
app.add_typer(auditor_verdicts.auditor, name="auditor")
app.add_typer(quality.app)
app.add_typer(accounts.app)
app.add_typer(statements.app)
app.add_typer(ratings.app)
app.add_typer(recalls.app)
app.add_typer(status.app)
app.add_typer(checks.app)
app.add_typer(support.app)
app.add_typer(store.app, name="store")
app.add_typer(recovery.app)
app.add_typer(chain.app, name="chain")
app.add_typer(demonstration.app)


def _print_version(wanted: bool) -> None:
    if wanted:
        console().print(f"riskmesh {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Options of the program itself."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    with Ending(console(stderr=True)) as ending:
        typer.main.get_command(app).main(args=list(arguments), prog_name="riskmesh")
    return ending.code
