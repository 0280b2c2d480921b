"""Reads lists of subjects from the command line or a file: CSV, JSON Lines, or plain values of one type."""

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from oracle.api.schema import MAX_SUBJECTS, SubjectInput
from oracle.cli.errors import UsageWrong
from oracle.dataset.lines import BadLine, Line, LineSplitter
from oracle.domain.reports import RawSubject
from oracle.domain.subject import SubjectType, subject_type

STANDARD_INPUT = Path("-")
CHUNK_BYTES = 64 * 1024
_COLUMNS = ("type", "value")
_Parser = Callable[[str], RawSubject | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectLine:
    """One line of a file that names a subject."""

    number: int
    subject: RawSubject = field(repr=False)


def subjects_given(
    kind: str | None, values: list[str] | None, file: Path | None, file_type: str | None
) -> tuple[RawSubject, ...]:
    """The subjects of one command: `TYPE VALUE…`, or those of a file, never both."""
    if file is not None:
        if kind is not None:
            raise UsageWrong("Subjects are given both as arguments and with --file.")
        return _few(file, file_type)
    if kind is None or not values:
        raise UsageWrong("No subject is given: neither TYPE and VALUE nor --file.")
    if len(values) > MAX_SUBJECTS:
        raise UsageWrong(f"{len(values):,} subjects are more than the {MAX_SUBJECTS:,} of one command.")
    return tuple(RawSubject(type=_known(kind), value=value) for value in values)


def _few(file: Path, file_type: str | None) -> tuple[RawSubject, ...]:
    """As many as one query takes, all of them well written, or none at all."""
    subjects: list[RawSubject] = []
    with opened(file) as source:
        for line in subject_lines(source, file_type):
            if isinstance(line, BadLine):
                raise UsageWrong(f"Line {line.number} is not usable: {line.reason}. Correct it.")
            if len(subjects) == MAX_SUBJECTS:
                raise UsageWrong(
                    f"{named(file)} holds more than {MAX_SUBJECTS:,} subjects. Give --out "
                    "or --format of `riskmesh query`, which ask it in stretches; otherwise split it."
                )
            subjects.append(line.subject)
    if not subjects:
        raise UsageWrong(f"{named(file)} holds no subject.")
    return tuple(subjects)


def subject_lines(source: BinaryIO, file_type: str | None) -> Iterator[SubjectLine | BadLine]:
    """All lines of a file that say anything, in bounded memory. With `file_type`, each is one value of it.

    No reason repeats a line's content.
    """
    parse = None if file_type is None else _plain(_known(file_type))
    for line in _lines(source):
        if isinstance(line, BadLine):
            yield line
            continue
        if parse is None:
            parse = _json if line.text.lstrip().startswith("{") else _csv
        found = parse(line.text)
        if isinstance(found, str):
            yield BadLine(number=line.number, reason=found)
        elif found is not None:
            yield SubjectLine(number=line.number, subject=found)


def _lines(source: BinaryIO) -> Iterator[Line | BadLine]:
    splitter = LineSplitter()
    try:
        while chunk := source.read(CHUNK_BYTES):
            yield from splitter.feed(chunk)
    except OSError as error:
        raise UsageWrong(f"The file cannot be read: {error.strerror}.") from error
    yield from splitter.finish()


def _plain(kind: str) -> _Parser:
    return lambda text: RawSubject(type=kind, value=text.strip())


def _json(text: str) -> RawSubject | str:
    try:
        subject = _JSON.decode(text)
    except msgspec.DecodeError:
        return 'it is not like {"type": "phone", "value": "+46…"}'
    return RawSubject(type=subject.type, value=subject.value)


_JSON = msgspec.json.Decoder(SubjectInput)


def _csv(text: str) -> RawSubject | str | None:
    """None for the line that names the columns, and for one of nothing but commas."""
    try:
        (row,) = csv.reader([text], strict=True)
    except csv.Error:
        return "it is not CSV; its quotes do not match"
    cells = tuple(cell.strip() for cell in row)
    if not any(cells) or cells == _COLUMNS:
        return None
    if len(cells) != len(_COLUMNS):
        return "it is not TYPE,VALUE; give --type for a plain list"
    return RawSubject(type=cells[0], value=cells[1])


def lines_of(file: Path) -> list[str]:
    """All of a short text in UTF-8, or of standard input."""
    try:
        with opened(file) as source:
            return source.read().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise UsageWrong(f"Cannot read {named(file)}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageWrong(f"{named(file)} is not text in UTF-8.") from error


def opened(file: Path) -> BinaryIO:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer
    try:
        return file.open("rb")
    except OSError as error:
        raise UsageWrong(f"Cannot read {named(file)}: {error.strerror}.") from error


def size(file: Path) -> int | None:
    """In bytes; None where it is only known at the end."""
    return None if file == STANDARD_INPUT else file.stat().st_size


def named(file: Path) -> str:
    return "Standard input" if file == STANDARD_INPUT else str(file)


def _known(kind: str) -> str:
    if subject_type(kind) is None:
        known = ", ".join(one.label for one in SubjectType)
        raise UsageWrong(f"There is no subject type of this name. Use one of: {known}.")
    return kind
