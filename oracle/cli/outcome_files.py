"""Reads what `riskmesh rate --rules FILE --outcomes FILE` is given: the rules, and the closed cases."""

import csv
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from oracle.cli.errors import UsageWrong
from oracle.cli.subject_files import lines_of
from oracle.domain.reports import NotRatable, OutcomeLine
from oracle.rules.outcomes import RatingRules, contradicting

COLUMNS = ("case_reference", "type", "value", "code")
LISTS = ("confirmed", "refuted", "ignored")
VERSION = 1


class _Closed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One closed case as a line of JSON or a row of CSV has it."""

    code: str
    case_reference: str = ""
    type: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOutcomes:
    """Lines that say something, lines whose code is not in the rules, and how many say nothing."""

    lines: tuple[OutcomeLine, ...]
    unknown: tuple[NotRatable, ...]
    ignored: int


def read_rules(file: Path) -> RatingRules:
    """`version = 1`, and lists of closing codes named `confirmed`, `refuted` and `ignored`."""
    try:
        values = tomllib.loads("\n".join(lines_of(file)))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageWrong(f"{file} is not TOML: {error}.") from error
    unknown = sorted(set(values) - {"version", *LISTS})
    if unknown or values.get("version") != VERSION:
        raise UsageWrong(f"{file} needs version = {VERSION}, and no lists but {', '.join(LISTS)}.")
    rules = RatingRules(**{name: _codes(values.get(name, []), name) for name in LISTS})
    if twice := contradicting(rules):
        raise UsageWrong(f"{file} has codes in two lists: {', '.join(twice)}.")
    if not rules.confirmed | rules.refuted:
        raise UsageWrong(f"{file} has no code that confirms or refutes.")
    return rules


def read_outcomes(file: Path, rules: RatingRules) -> ReadOutcomes:
    """A CSV with a first line that names its columns, or JSON Lines; no message repeats a line's content."""
    lines = lines_of(file)
    as_json = next((line.lstrip() for line in lines if line.strip()), "").startswith("{")
    said, unknown, ignored = [], [], 0
    for number, closed in _json_lines(lines) if as_json else _csv(lines):
        verdict = rules.verdict(closed.code)
        if verdict is not None:
            said.append(
                OutcomeLine(
                    line=number,
                    verdict=verdict,
                    case_reference=closed.case_reference,
                    type=closed.type,
                    value=closed.value,
                )
            )
        elif rules.knows(closed.code):
            ignored += 1
        else:
            unknown.append(NotRatable(line=number, why="Its closing code is in none of the rules' lists."))
    return ReadOutcomes(lines=tuple(said), unknown=tuple(unknown), ignored=ignored)


def _codes(value: object, name: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise UsageWrong(f"{name} in the rules is not a list of codes in quotes.")
    return frozenset(one.strip().casefold() for one in value)


def _json_lines(lines: Iterable[str]) -> Iterator[tuple[int, _Closed]]:
    decoder = msgspec.json.Decoder(_Closed)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield number, decoder.decode(line)
            except msgspec.DecodeError as error:
                raise UsageWrong(f"Line {number} is not an object with {', '.join(COLUMNS)}.") from error


def _csv(lines: list[str]) -> Iterator[tuple[int, _Closed]]:
    reader = csv.DictReader(lines, strict=True)
    try:
        named = tuple(reader.fieldnames or ())
        if "code" not in named or set(named) - set(COLUMNS):
            raise UsageWrong(f"The first line names the columns: code, and of {', '.join(COLUMNS[:3])} some.")
        for row in reader:
            cells = {name: (row[name] or "").strip() for name in named}
            if None in row:
                raise UsageWrong(f"Line {reader.line_num} has more cells than columns.")
            if any(cells.values()):
                yield reader.line_num, _Closed(**cells)
    except csv.Error as error:
        raise UsageWrong(f"Line {reader.line_num} is not CSV. Correct its quotes.") from error
