"""Reads lists of subjects from the command line or a file: CSV, JSON Lines, or plain values of one type."""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from oracle.api.schema import MAX_SUBJECTS, SubjectInput
from oracle.cli.errors import UsageWrong
from oracle.domain.reports import RawSubject
from oracle.domain.subject import SubjectType, subject_type

STANDARD_INPUT = Path("-")
_COLUMNS = ("type", "value")


def subjects_given(
    kind: str | None, values: list[str] | None, file: Path | None, file_type: str | None
) -> tuple[RawSubject, ...]:
    """The subjects of one command: `TYPE VALUE…`, or those of a file, never both."""
    if file is not None:
        if kind is not None:
            raise UsageWrong("Subjects are given both as arguments and with --file.")
        subjects = read_subjects(file, file_type)
    elif kind is None or not values:
        raise UsageWrong("No subject is given: neither TYPE and VALUE nor --file.")
    else:
        subjects = tuple(RawSubject(type=_known(kind), value=value) for value in values)
    if len(subjects) > MAX_SUBJECTS:
        raise UsageWrong(
            f"{len(subjects):,} subjects are more than the {MAX_SUBJECTS:,} of one command. Split the file."
        )
    return subjects


def read_subjects(file: Path, file_type: str | None) -> tuple[RawSubject, ...]:
    """All subjects of a file. With `file_type`, every line is one value of that type.

    No message repeats a line's content.
    """
    lines = lines_of(file)
    if file_type is not None:
        kind = _known(file_type)
        subjects = tuple(RawSubject(type=kind, value=line.strip()) for line in lines if line.strip())
    elif next((line.lstrip() for line in lines if line.strip()), "").startswith("{"):
        subjects = tuple(_json_lines(lines))
    else:
        subjects = tuple(_csv(lines))
    if not subjects:
        raise UsageWrong(f"{_named(file)} holds no subject.")
    return subjects


def lines_of(file: Path) -> list[str]:
    """Of a text in UTF-8, or of standard input."""
    try:
        raw = sys.stdin.buffer.read() if file == STANDARD_INPUT else file.read_bytes()
        return raw.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise UsageWrong(f"Cannot read {_named(file)}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageWrong(f"{_named(file)} is not text in UTF-8.") from error


def _json_lines(lines: Iterable[str]) -> Iterator[RawSubject]:
    decoder = msgspec.json.Decoder(SubjectInput)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            subject = decoder.decode(line)
        except msgspec.DecodeError as error:
            raise UsageWrong(
                f'Line {number} is not like {{"type": "phone", "value": "+46…"}}. Correct it.'
            ) from error
        yield RawSubject(type=subject.type, value=subject.value)


def _csv(lines: list[str]) -> Iterator[RawSubject]:
    reader = csv.reader(lines, strict=True)
    try:
        for row in reader:
            cells = tuple(cell.strip() for cell in row)
            if not any(cells) or cells == _COLUMNS:
                continue
            if len(cells) != len(_COLUMNS):
                raise UsageWrong(
                    f"Line {reader.line_num} is not TYPE,VALUE. Correct it, or give --type for a plain list."
                )
            yield RawSubject(type=cells[0], value=cells[1])
    except csv.Error as error:
        raise UsageWrong(f"Line {reader.line_num} is not CSV. Correct its quotes.") from error


def _known(kind: str) -> str:
    if subject_type(kind) is None:
        known = ", ".join(one.label for one in SubjectType)
        raise UsageWrong(f"There is no subject type of this name. Use one of: {known}.")
    return kind


def _named(file: Path) -> str:
    return "Standard input" if file == STANDARD_INPUT else str(file)
