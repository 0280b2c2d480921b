"""What came of each line of a file, as rows of CSV or JSON Lines: found, clear, not answered, not asked."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

import msgspec

from oracle.cli.file_run import Answers
from oracle.domain.reports import Finding, RecordLine, RecordState, SubjectResult


class ResultFormat(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"


class LineResult(StrEnum):
    """What is known about one line."""

    HIT = "hit"
    CLEAR = "clear"
    """No holder has it, and each has proven that."""
    INCOMPLETE = "incomplete"
    """No hit, and not every holder has answered."""
    NO_ANSWER = "no_answer"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderHit:
    """A hit at one holder, with the record where it was disclosed."""

    holder: int
    holder_name: str
    record_state: RecordState | None
    record: tuple[RecordLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One line of the file; type and value are left out where the line is not readable."""

    line: int
    result: LineResult
    type: str = ""
    value: str = ""
    query_id: str = ""
    index: int | None = None
    """Position in that query, as `riskmesh rate` takes it."""
    hits: tuple[HolderHit, ...] = ()
    silent: tuple[int, ...] = ()
    """Holders without a valid answer."""
    reason: str = ""
    """Why the line was not asked."""


COLUMNS: Final = (
    *("line", "type", "value", "result", "holder", "record", "category", "severity"),
    *("first_seen", "last_seen", "expires", "confidence_bps", "query_id", "index", "silent", "reason"),
)


def rows_of(answers: Answers) -> Iterator[ResultRow]:
    """A row for each line of the stretch, in order."""
    found: dict[int, list[SubjectResult]] = {}
    for result in answers.results.values():
        found.setdefault(result.index, []).append(result)
    names = {holder: progress.holder_name for (_, holder), progress in answers.holders.items()}
    index = -1
    for entry in answers.lines.entries:
        if entry.subject is None:
            yield ResultRow(line=entry.line, result=LineResult.NOT_ASKED, reason=entry.reason)
            continue
        index += 1
        refusal = answers.refused.get(index, "")
        results = sorted(found.get(index, ()), key=lambda one: one.holder)
        yield ResultRow(
            line=entry.line,
            result=LineResult.NOT_ASKED if refusal else _result(results),
            type=entry.subject.type,
            value=entry.subject.value,
            query_id=answers.query_id,
            index=index,
            hits=tuple(_hit(one, names) for one in results if one.state is Finding.HIT),
            silent=tuple(one.holder for one in results if one.state is Finding.NO_ANSWER),
            reason=refusal,
        )


def _result(results: Sequence[SubjectResult]) -> LineResult:
    states = {result.state for result in results}
    if Finding.HIT in states:
        return LineResult.HIT
    if Finding.MISS not in states:
        return LineResult.NO_ANSWER
    return LineResult.INCOMPLETE if Finding.NO_ANSWER in states else LineResult.CLEAR


def _hit(result: SubjectResult, names: dict[int, str]) -> HolderHit:
    return HolderHit(
        holder=result.holder,
        holder_name=names.get(result.holder, ""),
        record_state=result.record_state,
        record=result.record,
    )


def heading(form: ResultFormat) -> str:
    return _csv(COLUMNS) if form is ResultFormat.CSV else ""


def written(row: ResultRow, form: ResultFormat) -> str:
    """One line of JSON; of CSV as many as there are findings, and one where there is none."""
    match form:
        case ResultFormat.JSON_LINES:
            return msgspec.json.encode(_compact(row)).decode() + "\n"
        case ResultFormat.CSV:
            return "".join(_csv_lines(row))
        case _:
            assert_never(form)


def _compact(row: ResultRow) -> dict[str, object]:
    """Without what is empty: most of a million rows are clear."""
    return {name: value for name in row.__slots__ if (value := getattr(row, name)) not in {"", (), None}}


def _csv_lines(row: ResultRow) -> Iterator[str]:
    silent = " ".join(map(str, row.silent))
    index = "" if row.index is None else row.index
    ends = (row.query_id, index, silent, row.reason)
    starts = (row.line, row.type, row.value, row.result)
    if not row.hits:
        yield _csv((*starts, *[""] * 8, *ends))
    for hit in row.hits:
        for item in hit.record or (None,):
            yield _csv((*starts, hit.holder, hit.record_state or "", *_item(item), *ends))


def _item(item: RecordLine | None) -> tuple[object, ...]:
    if item is None:
        return ("",) * 6
    return (
        *(item.category, item.severity, item.first_seen, item.last_seen, item.expires),
        item.confidence_bps,
    )


def _csv(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
