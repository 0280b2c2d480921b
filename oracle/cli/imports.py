"""`riskmesh records import`: streams a file to the daemon and shows what becomes of each line."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.errors import NothingImported, UsageWrong
from oracle.cli.printing import count, counted, print_json
from oracle.cli.subject_files import opened, size
from oracle.domain.reports import BadLineReport, ImportFormat, ImportProgress, ImportSummary

CHUNK_SIZE = 256 * 1024
SHOWN_BAD_LINES = 20
app = group(about="Import.")
_FORMATS = {".csv": ImportFormat.CSV, ".jsonl": ImportFormat.JSONL, ".ndjson": ImportFormat.JSONL}


@command(
    app,
    "import",
    example="riskmesh records import blacklist.csv --strict",
    failure="The file was not imported.",
)
async def import_records(
    session: Session,
    *,
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines; - is standard input.")],
    file_format: Annotated[
        ImportFormat | None, typer.Option("--format", help="Told by the file's name if absent.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Import nothing if any line is bad.")] = False,
) -> None:
    """Import records; a bad line is reported and skipped, or with --strict stops the whole."""
    chosen = file_format or _FORMATS.get(file.suffix.lower())
    if chosen is None:
        raise UsageWrong("The file's name does not tell its format. Give --format csv or --format jsonl.")
    listen = session.settings().api.listen
    bad_lines: list[BadLineReport] = []
    summary: ImportSummary | None = None
    with opened(file) as source, _progress(session) as progress:
        task = progress.add_task("importing", total=size(file), imported=0, skipped=0)
        async with connect(listen) as client:
            chunks = _chunks(source, progress, task)
            async for event in client.import_records(chunks, file_format=chosen, strict=strict):
                match event:
                    case ImportProgress():
                        progress.update(task, imported=event.imported, skipped=event.skipped)
                    case BadLineReport():
                        bad_lines.append(event)
                        _note_bad_line(session, event, len(bad_lines))
                    case ImportSummary():
                        summary = event
    if summary is not None:
        _report(session, summary, bad_lines)


def _report(session: Session, summary: ImportSummary, bad_lines: list[BadLineReport]) -> None:
    if session.json:
        print_json(session.out, {"summary": summary, "bad_lines": bad_lines})
    elif summary.applied:
        session.say(
            f"{count(summary.imported)} of {counted(summary.lines, 'line')} imported, "
            f"{count(summary.skipped)} skipped."
        )
    if not summary.applied:
        raise NothingImported(
            f"{counted(summary.skipped, 'bad line')}, so the strict import changed nothing. "
            "Correct the file, or import without --strict to skip them."
        )


def _note_bad_line(session: Session, bad: BadLineReport, number: int) -> None:
    if number <= SHOWN_BAD_LINES:
        session.note(f"Line {bad.line}: {bad.reason}")
    elif number == SHOWN_BAD_LINES + 1:
        session.note("… and more; --json lists all of them.")


def _progress(session: Session) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        DownloadColumn(),
        TextColumn("[bold]{task.fields[imported]:,}[/bold] imported, {task.fields[skipped]:,} skipped"),
        TimeRemainingColumn(),
        console=session.err,
        transient=True,
        disable=not session.watched,
    )


async def _chunks(source: BinaryIO, progress: Progress, task: TaskID) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(source.read, CHUNK_SIZE):
        yield chunk
        progress.advance(task, len(chunk))
