"""Lists in, line by line: CSV with a header row, or JSON Lines. Every line is parsed whole or reported.

A CSV line is one row: a quoted line break is reported as a bad line, so that line numbers mean what an editor
shows and a missing quote cannot swallow the rest of a file.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

import msgspec

from oracle.dataset.blocks import Block
from oracle.dataset.columns import COLUMNS, REQUIRED, Cells, Defaults, read_item, read_subject
from oracle.dataset.errors import HeaderUnusable, LineRefused
from oracle.dataset.lines import BadLine, Line, LineSplitter
from oracle.domain.record import RecordItem
from oracle.domain.subject import Subject
from oracle.subjects import SubjectRefused

_ITEMS_KEPT: Final = 10_000


class ImportFormat(Enum):
    CSV = "csv"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedLine:
    """A line that says something about a subject."""

    number: int
    subject: Subject
    item: RecordItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the lines of a file are to be read."""

    form: ImportFormat
    defaults: Defaults
    columns: tuple[str, ...] | None = None
    """Of a CSV file whose header row has been read."""


class LineReader:
    """Takes a file's bytes as they arrive and gives its lines, parsed or bad, in order.

    `feed` and `finish` raise `HeaderUnusable` for a CSV file whose first line does not name the columns.
    """

    def __init__(self, reading: Reading, *, first_line: int = 1) -> None:
        self._splitter = LineSplitter(first_line)
        self._defaults = reading.defaults
        self._items: dict[tuple[str | None, ...], RecordItem] = {}
        self._cells: Callable[[str], Cells] | None
        match reading.form:
            case ImportFormat.CSV:
                # Without columns they are known after the header row.
                self._cells = None if reading.columns is None else _csv_cells(reading.columns)
            case ImportFormat.JSON_LINES:
                self._cells = _json_cells
            case _:
                assert_never(reading.form)

    def feed(self, chunk: bytes) -> Iterator[ParsedLine | BadLine]:
        return self._parse(self._splitter.feed(chunk))

    def finish(self) -> Iterator[ParsedLine | BadLine]:
        return self._parse(self._splitter.finish())

    def _parse(self, lines: Iterable[Line | BadLine]) -> Iterator[ParsedLine | BadLine]:
        for line in lines:
            if self._cells is None:
                self._cells = _csv_cells(_header(line))
            elif isinstance(line, BadLine):
                yield line
            else:
                yield self._parse_line(line, self._cells)

    def _parse_line(self, line: Line, cells_of: Callable[[str], Cells]) -> ParsedLine | BadLine:
        try:
            cells = cells_of(line.text)
            subject = read_subject(cells, self._defaults)
            return ParsedLine(number=line.number, subject=subject, item=self._item(cells))
        except (LineRefused, SubjectRefused) as refusal:
            return BadLine(number=line.number, reason=str(refusal))

    def _item(self, cells: Cells) -> RecordItem:
        """Lines that say the same get the same item, read once."""
        said = cells.said
        item = self._items.get(said)
        if item is None:
            if len(self._items) >= _ITEMS_KEPT:
                self._items.clear()
            item = self._items[said] = read_item(cells, self._defaults)
        return item


def read_header(block: Block) -> tuple[tuple[str, ...] | None, Block]:
    """The columns that the first line with anything on it names, and what follows that line.

    None when there is no such line. Raises `HeaderUnusable`.
    """
    splitter, content, number = LineSplitter(block.first_line), block.content, block.first_line
    while content:
        line, newline, content = content.partition(b"\n")
        number += 1
        found = [*splitter.feed(line + newline), *(() if newline else splitter.finish())]
        if found:
            return _header(found[0]), Block(first_line=number, content=content)
    return None, Block(first_line=number, content=b"")


def _header(line: Line | BadLine) -> tuple[str, ...]:
    names = _names(line)
    missing = [name for name in REQUIRED if name not in names]
    if missing or len(set(names)) != len(names) or not set(names) <= set(COLUMNS):
        raise HeaderUnusable(
            "The first line has to name the columns, each once: type, value and category, and as wanted "
            f"{', '.join(name for name in COLUMNS if name not in REQUIRED)}."
        )
    return names


def _names(line: Line | BadLine) -> tuple[str, ...]:
    try:
        fields = () if isinstance(line, BadLine) else _fields(line.text)
    except LineRefused:
        return ()
    return tuple(name.strip().lower() for name in fields)


def _fields(text: str) -> Sequence[str]:
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise LineRefused("the line's quotes do not match; write a quote inside a value twice") from error
    return rows[0]


def _csv_cells(names: tuple[str, ...]) -> Callable[[str], Cells]:
    def cells(text: str) -> Cells:
        fields = _fields(text)
        if len(fields) != len(names):
            raise LineRefused(f"the line has {len(fields)} fields and the header row {len(names)}")
        return Cells(**{name: value.strip() or None for name, value in zip(names, fields, strict=True)})

    return cells


class _JsonLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    type: str
    value: str
    category: str | int
    severity: str | int | None = None
    first_seen: str | None = None
    last_seen: str | None = None
    reason: str | int | None = None
    evidence: str | int | None = None
    confidence: str | int | float | None = None
    expires: str | None = None
    reference: str | None = None


_JSON: Final = msgspec.json.Decoder(_JsonLine)
_NOT_JSON: Final = "the line is not a JSON object"
_NOT_COLUMNS: Final = (
    "the object lacks type, value or category, or has a field that is no column, or a value of the wrong kind"
)


def _json_cells(text: str) -> Cells:
    # The decoder's own messages quote field names, which may be anything a file holds.
    try:
        line = _JSON.decode(text)
    except msgspec.ValidationError:
        line = None
        reason = _NOT_COLUMNS
    except (msgspec.DecodeError, RecursionError):
        line = None
        reason = _NOT_JSON
    if line is None:
        raise LineRefused(reason)
    values = {name: getattr(line, name) for name in COLUMNS}
    return Cells(
        **{name: None if value is None else str(value).strip() or None for name, value in values.items()}
    )
