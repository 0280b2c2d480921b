"""What a benchmark states: a value, the limit that it is held against, and how both are shown and kept."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from machine import Machine
from rich.console import Console
from rich.table import Table

LEAST_WIDTH: Final = 120


class Unit(StrEnum):
    PER_SECOND = "/s"
    """Of one core, unless the name says otherwise."""
    BYTES = "bytes"
    MILLISECONDS = "ms"
    PERCENT = "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    value: float
    unit: Unit
    limit: float
    """What the value could be at best, in the same unit, measured in the same run."""
    limit_is: str
    prefix_bits: int | None = None
    """Of every element asked; None where no element is."""
    records: int | None = None
    """In the holder's snapshot; None where no dataset takes part."""
    holders: int | None = None
    """Asked at once; this and the next two only where something is measured against them."""
    elements: int | None = None
    """In a batch."""
    requesters: int | None = None
    """Asking at once."""

    @property
    def ratio(self) -> float:
        """How much of the limit is reached: 1 is the best there can be, whatever the unit."""
        more_is_better = self.unit is Unit.PER_SECOND
        return self.value / self.limit if more_is_better else self.limit / self.value

    def document(self, benchmark: str, machine: Machine) -> dict[str, object]:
        """As kept; `benchmark` is the file that measures it."""
        return {
            "benchmark": benchmark,
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit.value,
            "limit": _rounded(self.limit),
            "limit_is": self.limit_is,
            "ratio": round(self.ratio, 3),
            "prefix_bits": self.prefix_bits,
            "records": self.records,
            "holders": self.holders,
            "elements": self.elements,
            "requesters": self.requesters,
            "machine": machine.summary,
        }


def per_second(name: str, value: float, limit: float, limit_is: str) -> Row:
    """A row of work that no dataset takes part in."""
    return Row(name=name, value=value, unit=Unit.PER_SECOND, limit=limit, limit_is=limit_is)


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One file: its title, and what measures its rows."""

    title: str
    measure: Callable[[], Sequence[Row]]
    quick: Callable[[], Sequence[Row]] | None = None
    """The same in small, to see that it runs; None where it is quick as it is."""


class Missed(Exception):
    """What was measured is not what was to be shown; the rows are shown all the same."""

    def __init__(self, what: str, rows: Sequence[Row]) -> None:
        super().__init__(what)
        self.rows = rows


def wide_console() -> Console:
    """Tables keep their shape in a pipe, where nothing says how wide the reader's screen is."""
    return Console(width=max(LEAST_WIDTH, Console().width))


def progress(what: str) -> None:
    """Of work that takes a while, beside the tables."""
    print(f"  {what}", file=sys.stderr, flush=True)


def show(benchmark: Benchmark) -> Sequence[Row]:
    """Measure and print; what each file does when it runs alone."""
    try:
        rows = benchmark.measure()
    except Missed as missed:
        _print(benchmark.title, missed.rows)
        raise
    _print(benchmark.title, rows)
    return rows


def _print(title: str, rows: Sequence[Row]) -> None:
    console = wide_console()
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    table.add_column("What", ratio=3)
    table.add_column("Measured", justify="right", no_wrap=True)
    table.add_column("Limit", justify="right", no_wrap=True)
    table.add_column("Of it", justify="right", no_wrap=True)
    table.add_column("The limit is", ratio=2)
    for row in rows:
        unit = row.unit if row.unit is Unit.PER_SECOND else f" {row.unit}"
        table.add_row(
            row.name,
            f"{_rounded(row.value):,}{unit}",
            f"{_rounded(row.limit):,}{unit}",
            f"{row.ratio:.0%}",
            row.limit_is,
        )
    console.print(table)
    console.print()


def _rounded(value: float) -> float:
    """Three digits say all that a measurement knows; whole numbers from a hundred on stay whole."""
    if value == int(value):
        return int(value)
    return round(value) if value >= 100 else float(f"{value:.3g}")
