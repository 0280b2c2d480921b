"""What grows with what: the rows of which benchmarks make which picture."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One picture of one benchmark: a panel for each unit, a line for each word behind a name's colon."""

    benchmark: str
    by: str
    """The field of a row that is drawn to the right."""
    label: str
    title: str
    logarithmic: str = ""
    """Which of the axes are, of `xy`."""

    @property
    def file(self) -> str:
        return f"{self.benchmark}.png"

    def panels(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, list[Point]]]:
        found: dict[str, dict[str, list[Point]]] = {}
        for row in rows:
            if row["benchmark"] == self.benchmark:
                lines = found.setdefault(row["unit"], {})
                line = row["name"].rpartition(": ")[2]
                lines.setdefault(line, []).append((row[self.by], row["value"]))
        return found


PLOTS: Final = (
    Plot(
        benchmark="growth_records",
        by="records",
        label="records of the holder",
        title="One express query to one holder",
        logarithmic="x",
    ),
    Plot(
        benchmark="growth_holders",
        by="holders",
        label="holders asked at once",
        title="One express query to many holders",
    ),
    Plot(
        benchmark="growth_batch",
        by="elements",
        label="subjects in the batch",
        title="One express batch to one holder",
        logarithmic="xy",
    ),
    Plot(
        benchmark="growth_requesters",
        by="requesters",
        label="members that ask one holder at once",
        title="Express queries of many members to one holder",
        logarithmic="x",
    ),
    Plot(
        benchmark="growth_prefix",
        by="prefix_bits",
        label="bits of the prefix that the holder sees",
        title="One express query to one holder: what privacy costs",
        logarithmic="y",
    ),
)


def digest(panels: Mapping[str, Mapping[str, Sequence[Point]]]) -> str:
    return hashlib.sha256(json.dumps(panels, sort_keys=True).encode()).hexdigest()
