"""Members that ask one holder at once in express mode: `python bench/growth_requesters.py`.

All that ask share this process, the holder has another and its worker: two cores serve both ends.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consortium import Asker, consortium
from express_series import CORES, EACH, ONCE, Setting, multiplication_ms, phones, quiet
from measuring import RUNS
from rows import Benchmark, Row, Unit, progress, show

REQUESTERS: Final = (1, 2, 4, 8, 16, 32)
RECORDS: Final = 10_000
EACH_ROUND: Final = 6
"""Queries of each member in each of five rounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    latencies_ms: Sequence[float]
    bare_ms: float
    """One bare round trip of each at once."""
    per_s: float
    """Queries of all together."""


def measure(requesters: Sequence[int] = REQUESTERS, records: int = RECORDS) -> Sequence[Row]:
    quiet()
    rows: list[Row] = []
    for askers in requesters:
        progress(f"members that ask at once: {askers}")
        setting = Setting(records=records, queries=EACH_ROUND * RUNS, askers=askers)
        rows += _rows(setting, asyncio.run(_rounds(setting)))
    return rows


def _rows(setting: Setting, rounds: Sequence[Round]) -> list[Row]:
    """The p99 is of all rounds; whoever waits in a crowd waits for the curves of everybody."""
    curves_ms = (EACH + ONCE) * multiplication_ms()
    limit_ms = statistics.median(one.bare_ms for one in rounds) + curves_ms * max(1.0, setting.askers / CORES)
    limit_is = "as many bare TLS round trips at once, and everybody's scalar multiplications on two cores"
    every = [value for one in rounds for value in one.latencies_ms]
    name = f"{setting.askers} at once"
    return [
        setting.row(
            f"{name}: complete, p50",
            statistics.median(statistics.median(one.latencies_ms) for one in rounds),
            limit_ms,
            limit_is,
        ),
        setting.row(
            f"{name}: complete, p99",
            statistics.quantiles(every, n=100, method="inclusive")[-1],
            limit_ms,
            limit_is,
        ),
        setting.row(
            f"{name}: answered",
            statistics.median(one.per_s for one in rounds),
            1_000 * CORES / curves_ms,
            "two cores that only multiply",
            Unit.PER_SECOND,
        ),
    ]


async def _rounds(setting: Setting) -> list[Round]:
    async with consortium(setting.layout) as askers:
        await _round(askers, 0)
        return [await _round(askers, number) for number in range(1, RUNS + 1)]


async def _round(askers: Sequence[Asker], number: int) -> Round:
    """Each asks again as soon as it has its answer."""
    began = time.perf_counter()
    asked = await asyncio.gather(*(_ask(asker, number * EACH_ROUND) for asker in askers))
    took_s = time.perf_counter() - began
    for asker in askers:
        await asker.settle()
    bare = await asyncio.gather(*(asker.bare.round_trip() for asker in askers))
    latencies_ms = [value for values in asked for value in values]
    return Round(latencies_ms=latencies_ms, bare_ms=max(bare), per_s=len(latencies_ms) / took_s)


async def _ask(asker: Asker, first: int) -> list[float]:
    return [(await asker.ask(*phones(number, 1))).last_ms for number in range(first, first + EACH_ROUND)]


BENCHMARK = Benchmark(
    title="How express queries grow with the members that ask at once",
    measure=measure,
    quick=lambda: measure((1, 3), 200),
)

if __name__ == "__main__":
    show(BENCHMARK)
