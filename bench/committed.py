"""From a commitment's block to the reply, in the last demonstration: `python bench/committed.py`."""

import json
from collections.abc import Sequence
from pathlib import Path

from rows import Benchmark, Row, Unit, show

DEMO = Path(__file__).resolve().parent.parent / "build" / "demo.json"
LOOK_MS = 200
"""How often members of the demonstration look for a block: on average a holder sees it half of it late."""


def measure() -> Sequence[Row]:
    """Nothing when there was no demonstration: this file reads what `make demo` wrote and starts none."""
    if not DEMO.exists():
        return []
    return [
        _row(holder, share, field)
        for holder in json.loads(DEMO.read_text())["holders"]
        for share, field in (("half", "latency_p50_ms"), ("95 %", "latency_p95_ms"))
    ]


def _row(holder: dict[str, int], share: str, field: str) -> Row:
    return Row(
        name=f"{share} of the replies of a holder of {holder['records']:,} records within",
        value=holder[field],
        unit=Unit.MILLISECONDS,
        limit=LOOK_MS / 2,
        limit_is="half the time between two looks for a block",
        records=holder["records"],
    )


BENCHMARK = Benchmark(
    title="Committed query, from its block to the reply, all on this machine (make demo)", measure=measure
)

if __name__ == "__main__":
    show(BENCHMARK)
