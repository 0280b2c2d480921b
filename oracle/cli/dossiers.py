"""`riskmesh audit`: one batch with everything about it, as a page, as a file, and verified anywhere.

A page and a report in JSON bring their dossier along, so that whoever gets one can verify it.
"""

import string
from pathlib import Path
from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.dossier_page import page
from oracle.cli.dossier_text import print_report
from oracle.cli.errors import ChecksFailed, UsageWrong
from oracle.cli.printing import counted, json_text, print_json
from oracle.domain.errors import Transient
from oracle.domain.reports import DossierReport

audit = group(about="Look at one batch with everything about it, and verify such files.")

_DIGITS = 64
Reference = Annotated[
    str, typer.Argument(metavar="ID", help="A query, or a batch or its audit, of which the first digits do.")
]
Html = Annotated[Path | None, typer.Option("--html", help="Write one self-contained page instead.")]


@command(
    audit,
    "show",
    example="riskmesh audit show 0x2f41c9\nriskmesh audit show 0x2f41c9 --html case.html\n"
    "riskmesh audit show 0x2f41c9 --json > case.json",
    failure="The batch was not shown.",
)
async def show(session: Session, reference: Reference, html: Html = None) -> None:
    """Show one of our batches: who asked, what was committed, answered, disclosed and paid, every check.

    Page and JSON name subjects in clear and bring the dossier along: riskmesh audit verify takes them, too.
    """
    async with connect(session.settings().api.listen) as client:
        report = await client.dossier(reference)
        if html is None and not session.json:
            print_report(session.out, report)
            return
        dossier = await client.dossier_file(report.batch_id)
    if dossier.digest != report.digest:
        raise Transient("The batch is under way, and something came meanwhile. Ask again in a moment.")
    _give_out(session, report, dossier.content, html)


@command(
    audit,
    "export",
    example="riskmesh audit export 0x2f41c9 case.dossier",
    failure="The file was not written.",
)
async def export(
    session: Session,
    reference: Reference,
    file: Annotated[Path, typer.Argument(help="Where to write it; it must not exist.")],
) -> None:
    """Write the dossier of one of our batches. It has subjects in clear: give it to auditors only."""
    async with connect(session.settings().api.listen) as client:
        dossier = await client.dossier_file(reference)
    _write(file, dossier.content)
    if session.json:
        print_json(session.out, {"file": str(file), "batch_id": dossier.batch_id, "digest": dossier.digest})
        return
    session.say(f"{file} has batch {dossier.batch_id}; its digest is {dossier.digest}.")
    session.note("It names subjects in clear. Whoever gets it can verify it: riskmesh audit verify.")


@command(
    audit,
    "verify",
    example="riskmesh audit verify case.dossier --rpc http://127.0.0.1:8545 --deployment deployment.json",
    failure="The dossier does not hold.",
)
async def verify(
    session: Session,
    file: Annotated[Path, typer.Argument(help="A dossier, or a page or report of riskmesh audit show.")],
    rpc: Annotated[list[str], typer.Option(help="A node of the consortium's chain; may be repeated.")],
    deployment: Annotated[Path, typer.Option(help="The consortium's deployment record.")] = Path(
        "deployment.json"
    ),
    html: Html = None,
) -> None:
    """Recompute a dossier with nothing but a node: no daemon, no store, no keys."""
    from oracle.auditing.case_page import dossier_in  # noqa: PLC0415 - slow to load, others need none
    from oracle.wiring.dossiers import open_verifier  # noqa: PLC0415 - as above

    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageWrong(f"Cannot read {file}: {error.strerror}.") from error
    dossier = dossier_in(content)
    session.note("Reading the chain from the deployment on")
    async with open_verifier(rpc, deployment) as verifier:
        report = await verifier.report(dossier)
    _give_out(session, report, dossier, html)
    if report.failed:
        raise ChecksFailed(
            f"{counted(len(report.failed), 'check')} failed; the lines above say which and why."
        )


@command(
    audit,
    "open",
    example="riskmesh audit open 3 0x2f41c9…",
    failure="No audit was opened.",
)
async def open_audit(
    session: Session,
    *,
    member: Annotated[int, typer.Argument(min=1, help="Member number of who asked the batch.")],
    batch: Annotated[str, typer.Argument(help="The whole identifier, as you were asked it.")],
) -> None:
    """Have auditors look at a batch of another member; needless, it costs you needless_case_fee."""
    digits = batch.removeprefix("0x")
    if len(digits) != _DIGITS or not set(digits) <= set(string.hexdigits):
        raise UsageWrong(f"'{batch}' is no whole identifier of a batch: 64 hexadecimal digits.")
    async with connect(session.settings().api.listen) as client:
        line = await client.open_audit(accused=member, batch_id=bytes.fromhex(digits))
    if session.json:
        print_json(session.out, line)
    else:
        session.say(f"Case {line.case_id}: the daemon of member {line.accused} answers it, auditors decide.")


def _give_out(session: Session, report: DossierReport, dossier: bytes, html: Path | None) -> None:
    from oracle.auditing.case_page import page_with, report_with  # noqa: PLC0415 - slow to load

    if html is not None:
        _write(html, page_with(page(report), dossier))
    if session.json:
        session.out.file.write(report_with(json_text(report), dossier).decode())
    elif html is not None:
        session.say(
            f"{html} shows {counted(len(report.checks), 'check')}, {len(report.failed)} of them failed."
        )
    else:
        print_report(session.out, report)


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(content)
    except OSError as error:
        raise UsageWrong(f"Cannot write {path}: {error.strerror}. Name another file.") from error
