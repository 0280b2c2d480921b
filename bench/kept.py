"""bench/results.json: what each benchmark measured last, on which machine, beside which load."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from machine import Machine
from rows import Row

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "bench" / "results.json"
QUICK: Final = ROOT / "build" / "bench" / "quick.json"
VERSION: Final = 2


class Kept:
    """Replaces what a benchmark measured before, and writes the file after each."""

    def __init__(self, path: Path, machine: Machine) -> None:
        self.path = path
        self._machine = machine
        found = json.loads(path.read_text()) if path.exists() else {}
        self._runs: dict[str, dict[str, Any]] = {run["benchmark"]: run for run in found.get("runs", ())}
        self._rows: list[dict[str, Any]] = found.get("rows", [])

    @property
    def summary(self) -> str:
        return f"{len(self._rows)} rows of {len(self._runs)} benchmarks"

    def keep(
        self,
        benchmark: str,
        rows: Sequence[Row],
        failed: str | None,
        seconds: float,
        load: tuple[float, float],
    ) -> None:
        """The rows of one benchmark; those of one that failed are gone rather than old."""
        self._runs[benchmark] = {
            "benchmark": benchmark,
            "failed": failed,
            "seconds": round(seconds),
            "load_before_and_after": [round(value, 2) for value in load],
        }
        others = [row for row in self._rows if row["benchmark"] != benchmark]
        self._rows = others + [row.document(benchmark, self._machine) for row in rows]
        self._write()

    def _write(self) -> None:
        document = {
            "version": VERSION,
            "machine": self._machine.document(),
            "runs": list(self._runs.values()),
            "rows": self._rows,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".fresh")
        fresh.write_text(json.dumps(document, indent=2) + "\n")
        fresh.replace(self.path)
