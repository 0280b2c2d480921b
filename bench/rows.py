"""What a benchmark states: a value, the limit that it is held against, and how both are shown and kept."""

import json
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
    """Per second of one core."""
    BYTES = "bytes"
    MILLISECONDS = "ms"


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

    @property
    def ratio(self) -> float:
        """How much of the limit is reached: 1 is the best there can be, whatever the unit."""
        more_is_better = self.unit is Unit.PER_SECOND
        return self.value / self.limit if more_is_better else self.limit / self.value

    def document(self, machine: Machine) -> dict[str, object]:
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit.value,
            "limit": _rounded(self.limit),
            "limit_is": self.limit_is,
            "ratio": round(self.ratio, 3),
            "prefix_bits": self.prefix_bits,
            "records": self.records,
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


def wide_console() -> Console:
    """Tables keep their shape in a pipe, where nothing says how wide the reader's screen is."""
    return Console(width=max(LEAST_WIDTH, Console().width))


def show(benchmark: Benchmark, console: Console | None = None) -> Sequence[Row]:
    """Measure and print; what each file does when it runs alone."""
    console = console or wide_console()
    rows = benchmark.measure()
    table = Table(title=benchmark.title, title_justify="left", title_style="bold", header_style="bold")
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
    return rows


def results(rows: Sequence[Row], machine: Machine, load: Sequence[float]) -> str:
    """bench/results.json: every row, the machine, and the load on it before the run and after."""
    document = {
        "version": 1,
        "machine": machine.document(),
        "load_before_and_after": [round(value, 2) for value in load],
        "rows": [row.document(machine) for row in rows],
    }
    return json.dumps(document, indent=2) + "\n"


def _rounded(value: float) -> float:
    """Three digits say all that a measurement knows; whole numbers from a hundred on stay whole."""
    if value == int(value):
        return int(value)
    return round(value) if value >= 100 else float(f"{value:.3g}")
