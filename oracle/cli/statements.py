"""`riskmesh statement`: what moved on the account, epoch by epoch, and whether the chain says the same."""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.chain.files import PRIVATE, write_atomically
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.exits import ExitCode
from oracle.cli.printing import Sheet, count, counted, moment, print_json
from oracle.domain.reports import EpochStatement, ReconciledValue, StatementLine, StatementReport

app = group(about="Accounts.")
COLUMNS = ("epoch", "from_utc", "to_utc", "line", "member_id", "member", "queries", "hits", "credits")
"""Credits are signed: those of an epoch's lines between opening and closing add up to the difference."""
Row = tuple[str | int, ...]


@command(
    app,
    "statement",
    example="riskmesh statement\nriskmesh statement --epoch 12 --csv epoch-12.csv",
    failure="The statement was not made.",
)
async def statement(
    session: Session,
    *,
    epoch: Annotated[
        int | None, typer.Option(min=0, help="One epoch; all in which something moved if absent.")
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write it as CSV to this file; - is standard output.")
    ] = None,
) -> None:
    """What moved on the account by epoch and member, held against the ledger at the same block.

    Ends with 1 when the ledger says otherwise.
    """
    if session.json and csv_file == Path("-"):
        raise UsageWrong("Choose --json or --csv -: both write to standard output.")
    async with connect(session.settings().api.listen) as client:
        report = await client.statement(epoch=epoch)
    if csv_file is not None:
        _write(report, csv_file)
    if session.json:
        print_json(session.out, report)
    elif csv_file is None:
        for one in report.epochs:
            _print(session, one)
    _reconciliation(session, report)
    if not report.reconciled:
        raise typer.Exit(ExitCode.REFUSED)


def _write(report: StatementReport, path: Path) -> None:
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    for one in report.epochs:
        rows.writerows((one.epoch, moment(one.starts_at), moment(one.ends_at), *row) for row in _rows(one))
    if path == Path("-"):
        sys.stdout.write(written.getvalue())
        return
    try:
        write_atomically(path, written.getvalue().encode(), PRIVATE)
    except OSError as error:
        raise UsageWrong(f"Cannot write {path}: {error.strerror}. Give another name.") from error


def _rows(one: EpochStatement) -> Iterator[Row]:
    yield _alone("opening", one.opening)
    yield _alone("grant", one.granted)
    yield _alone("expiry", -one.expired)
    yield _alone("allowance", one.allowance)
    for line in one.members:
        yield from _with(line)
    yield _alone("penalty", -one.penalties)
    yield _alone("closing", one.closing)


def _alone(line: str, credits_moved: int) -> Row:
    return (line, "", "", "", "", credits_moved)


def _with(line: StatementLine) -> Iterator[Row]:
    who = (line.member_id, _harmless(line.name))
    yield ("paid", *who, line.paid_queries, line.paid_hits, -line.paid)
    yield ("received", *who, line.received_queries, line.received_hits, line.received)
    for kind, moved in (
        ("escrow", -line.escrowed),
        ("refund", line.refunded),
        ("award", line.awarded),
        ("rebate", line.rebated),
        ("return", -line.returned),
    ):
        if moved:
            yield (kind, *who, "", "", moved)


def _harmless(name: str) -> str:
    """A spreadsheet takes a cell that begins like a formula for one."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name


def _print(session: Session, one: EpochStatement) -> None:
    title = f"Epoch {count(one.epoch)}, {moment(one.starts_at)} to {moment(one.ends_at)} UTC"
    sheet = Sheet("", "#Queries", "#Hits", "#Credits", title=title)
    for line, number, who, queries, hits, moved in _rows(one):
        if moved or queries or line in {"opening", "closing"}:
            with_whom = f" {who or f'member {number}'}" if number else ""
            counts = (None if cell == "" else cell for cell in (queries, hits))
            sheet.row(f"{line}{with_whom}", *counts, moved)
    sheet.print(session.out)


def _reconciliation(session: Session, report: StatementReport) -> None:
    differing = [one for one in report.values if one.stated != one.ledger]
    said = f"at block {count(report.block)}"
    if not differing:
        session.note(f"{counted(len(report.values), 'value')} {said}: the same as in the ledger.")
        return
    sheet = Sheet("Value", "#Member", "#Stated", "#Ledger", "#Difference", title=f"Differences {said}")
    for one in differing:
        sheet.row(*_difference(one))
    sheet.print(session.err)
    session.err.print(
        "The ledger says otherwise than the events that this daemon has read: `riskmesh chain verify`, then "
        "ask the operators of the nodes."
    )


def _difference(one: ReconciledValue) -> tuple[str | int | None, ...]:
    return (one.name, one.member_id, one.stated, one.ledger, one.stated - one.ledger)
