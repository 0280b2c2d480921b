"""How results look: tables for people, JSON for scripts, and nothing foreign that could drive a terminal."""

from collections.abc import Collection
from datetime import UTC, datetime

import msgspec
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
Line = str | Text
Cell = Line | int | tuple[Line, ...] | None
"""Several lines stand under each other."""


def shown(text: str, *, style: str = "") -> Text:
    """One line of text from anywhere: no markup is read in it, no control character reaches the terminal."""
    clean = "".join(one if one.isprintable() else _REPLACEMENT for one in text)
    return Text(clean, style=style)


def json_text(value: object) -> str:
    """One JSON document, indented."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def print_json(out: Console, value: object) -> None:
    """Without colours, whatever the width of the terminal."""
    out.file.write(json_text(value) + "\n")


def print_line(out: Console, value: object) -> None:
    """One line of JSON Lines, out at once: who reads waits for it."""
    out.file.write(msgspec.json.encode(value).decode() + "\n")
    out.file.flush()


class Sheet:
    """A table for people: numbers to the right, everything else to the left."""

    def __init__(self, *columns: str, title: str = "", wrapping: Collection[str] = ()) -> None:
        """Where a terminal is narrow, the `wrapping` columns give way; if none is named, all do."""
        self._title = title
        self._table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
        for column in columns:
            # A heading that begins with '#' counts something.
            justify: JustifyMethod = "right" if column.startswith("#") else "left"
            whole = bool(wrapping) and column not in wrapping
            self._table.add_column(
                column.removeprefix("#"),
                justify=justify,
                no_wrap=whole,
                overflow="ellipsis" if whole else "fold",
            )

    def row(self, *cells: Cell) -> None:
        self._table.add_row(*(_cell(one) for one in cells))

    def print(self, out: Console, *, otherwise: str = "") -> None:
        """`otherwise` is said in the place of a table without rows."""
        if self.empty and otherwise:
            out.print(shown(otherwise))
            return
        if self._title:
            # Not as the table's own: that one is folded to the width of its columns.
            out.print(shown(self._title, style="bold"))
        out.print(self._table)

    @property
    def empty(self) -> bool:
        return self._table.row_count == 0


def facts(out: Console, *pairs: tuple[str, Cell]) -> None:
    """Names and values, one pair a line."""
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    for name, value in pairs:
        lines.add_row(name, _cell(value))
    out.print(lines)


def count(number: int) -> str:
    """With thousands separated."""
    return f"{number:,}"


def counted(number: int, noun: str, *, plural: str = "") -> str:
    """With its noun, in the plural where it must be: by default that has an s."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def size(octets: int) -> str:
    """In kB, MB or GB of a thousand each."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6)):
        if octets >= scale:
            return f"{octets / scale:.1f} {unit}"
    return f"{octets / 1_000:.0f} kB"


def moment(unix_s: int) -> str:
    """A time in UTC, to the second."""
    return datetime.fromtimestamp(unix_s, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")


def percent(bps: int) -> str:
    """Basis points as a percentage."""
    return f"{bps / 100:.1f} %"


def shortened(identifier: str, *, keep: int = 10) -> str:
    """The beginning of a long identifier, enough to recognise it."""
    return identifier if len(identifier) <= keep + 1 else identifier[:keep] + "…"


def _cell(value: Cell) -> Text:
    match value:
        case None:
            return Text("-", style="dim")
        case Text():
            return value
        case int():
            return Text(count(value))
        case tuple():
            return Text("\n").join(_cell(line) for line in value)
        case str():
            return shown(value)
