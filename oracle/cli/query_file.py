"""`riskmesh query --file` of any length: asked in stretches, written as it is answered, taken up again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO, assert_never

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from oracle.api.client import LocalClient
from oracle.cli.command import Session
from oracle.cli.errors import NobodyAnswered, UsageWrong
from oracle.cli.file_run import Answers, Asking, FileRun
from oracle.cli.printing import count, counted, print_json
from oracle.cli.result_file import ResultFile, checked_run, new_run, opened_results
from oracle.cli.result_rows import LineResult, ResultFormat, ResultRow, heading, rows_of, written
from oracle.cli.stretching import stretches
from oracle.cli.subject_files import opened, size, subject_lines
from oracle.domain.errors import RiskmeshError

SHOWN_BAD_LINES = 20
Out = Annotated[
    Path | None, typer.Option("--out", help="Results of --file go there; it may then have any length.")
]
Format = Annotated[
    ResultFormat | None, typer.Option("--format", help="Of the results of --file; told by --out if absent.")
]
Resume = Annotated[
    str | None, typer.Option("--resume", metavar="RUN", help="Continue an interrupted run of --file.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTask:
    """A file to ask about, and where its results go."""

    file: Path
    file_type: str | None
    form: ResultFormat
    out: Path | None
    """Standard output when absent."""
    resume: str | None
    """The run to take up again, where no file beside `out` names it."""


def file_task(
    file: Path | None,
    file_type: str | None,
    *,
    form: ResultFormat | None,
    out: Path | None,
    resume: str | None,
) -> FileTask | None:
    """None where the options are those of an ordinary query."""
    if form is None and out is None and resume is None:
        return None
    if file is None:
        raise UsageWrong("--out, --format and --resume go with --file.")
    if form is None:
        json_lines = out is not None and out.suffix.lower() in {".jsonl", ".ndjson"}
        form = ResultFormat.JSON_LINES if json_lines else ResultFormat.CSV
    checked = None if resume is None else checked_run(resume)
    return FileTask(file=file, file_type=file_type, form=form, out=out, resume=checked)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of the run so far."""

    run: str
    asked: int = 0
    hits: int = 0
    clear: int = 0
    incomplete: int = 0
    no_answer: int = 0
    not_asked: int = 0
    credits_owed: int = 0

    def add(self, row: ResultRow) -> None:
        self.asked += row.result is not LineResult.NOT_ASKED
        match row.result:
            case LineResult.NOT_ASKED:
                self.not_asked += 1
            case LineResult.HIT:
                self.hits += 1
            case LineResult.CLEAR:
                self.clear += 1
            case LineResult.INCOMPLETE:
                self.incomplete += 1
            case LineResult.NO_ANSWER:
                self.no_answer += 1
            case _:
                assert_never(row.result)


async def query_file(session: Session, client: LocalClient, task: FileTask, asking: Asking) -> None:
    """Ask all of it, or what an earlier attempt left; write all of it."""
    results = None if task.out is None else ResultFile(task.out)
    with opened(task.file) as source:
        run = results.run(task.resume) if results is not None else task.resume or new_run()
        session.note(f"Run {run}. If it is interrupted, continue it with: --resume {run}")
        try:
            tally = await _Writing(session, task, Tally(run=run)).all(
                FileRun(client, run, asking), source, results
            )
        except RiskmeshError:
            session.note(f"What was asked is in the daemon's journals. Continue with: --resume {run}")
            raise
    _report(session, task, tally)


class _Writing:
    """Takes answers as they come, counts them, writes them."""

    def __init__(self, session: Session, task: FileTask, tally: Tally) -> None:
        self._session = session
        self._task = task
        self._tally = tally

    async def all(self, run: FileRun, source: BinaryIO, results: ResultFile | None) -> Tally:
        cut = stretches(subject_lines(source, self._task.file_type))
        with opened_results(results) as target, _progress(self._session) as progress:
            bar = progress.add_task("asking", total=size(self._task.file), asked=0, hits=0, bad=0)
            target.write(heading(self._task.form))
            async for answers in run.answers(cut):
                self._write(answers, target)
                if source.seekable():
                    self._show(progress, bar, source.tell())
        if self._tally.asked + self._tally.not_asked == 0:
            raise UsageWrong("The file holds no subject.")
        return self._tally

    def _write(self, answers: Answers, target: TextIO) -> None:
        for row in rows_of(answers):
            self._tally.add(row)
            if row.result is LineResult.NOT_ASKED:
                self._note(row)
            target.write(written(row, self._task.form))
        target.flush()
        self._tally.credits_owed += sum(holder.paid for holder in answers.holders.values())

    def _note(self, row: ResultRow) -> None:
        if self._tally.not_asked <= SHOWN_BAD_LINES:
            self._session.note(f"Line {row.line} is not asked: {row.reason}")
        elif self._tally.not_asked == SHOWN_BAD_LINES + 1:
            self._session.note("… and more; the results list all of them.")

    def _show(self, progress: Progress, bar: TaskID, place: int) -> None:
        tally = self._tally
        progress.update(bar, completed=place, asked=tally.asked, hits=tally.hits, bad=tally.not_asked)


def _progress(session: Session) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn(
            "[bold]{task.fields[asked]:,}[/bold] answered, {task.fields[hits]:,} hits, "
            "{task.fields[bad]:,} not asked"
        ),
        TimeRemainingColumn(),
        console=session.err,
        transient=True,
        disable=not session.watched,
    )


def _report(session: Session, task: FileTask, tally: Tally) -> None:
    if task.out is not None and session.json:
        print_json(session.out, tally)
    elif task.out is not None:
        session.say(_sentence(tally))
    else:
        session.note(_sentence(tally))
    if tally.asked == 0:
        raise UsageWrong("No line of the file is a subject that can be asked; the results say why.")
    if tally.no_answer == tally.asked:
        raise NobodyAnswered(
            "No holder answered before the deadline; nothing is charged. "
            "See 'riskmesh members' and 'riskmesh status'."
        )


def _sentence(tally: Tally) -> str:
    open_ends = tally.incomplete + tally.no_answer
    return " · ".join(
        (
            f"{counted(tally.asked, 'line')} asked",
            f"{count(tally.hits)} with a hit",
            f"{count(tally.clear)} clear at every holder",
            *([f"{count(open_ends)} not fully answered"] if open_ends else []),
            *([f"{count(tally.not_asked)} not asked"] if tally.not_asked else []),
            f"{counted(tally.credits_owed, 'credit')} owed",
        )
    )
