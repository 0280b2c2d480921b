"""The documents as data: their text by name, and the tables in them."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

Rows = list[dict[str, str]]


def _cells(line: str) -> list[str]:
    # A bar inside a cell is written with a backslash.
    return [
        cell.strip().replace("\0", "|") for cell in line.strip().strip("|").replace("\\|", "\0").split("|")
    ]


def _table(text: str, first_column: str, second_column: str) -> Rows:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("|") and _cells(line)[:2] == [first_column, second_column]:
            head, rows = _cells(line), []
            for row in lines[number + 2 :]:
                if not row.startswith("|"):
                    break
                rows.append(dict(zip(head, _cells(row), strict=True)))
            return rows
    raise LookupError(f"no table begins with the columns '{first_column}' and '{second_column}'")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def document() -> Callable[[str], str]:
    """The text of a document by its path in the repository."""
    return lambda name: (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def prose(document: Callable[[str], str]) -> Callable[[str], str]:
    """The same with one space wherever lines break."""
    return lambda name: " ".join(document(name).split())


@pytest.fixture(scope="session")
def table(document: Callable[[str], str]) -> Callable[[str, str, str], Rows]:
    """The rows of the table in a document that has these first two columns, each by its columns' names."""
    return lambda name, first, second: _table(document(name), first, second)
