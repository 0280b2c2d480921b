"""What privacy and proof cost: express queries beside a plain central lookup: `python bench/central.py`.

The central service is aiohttp over the same kind of lines and an LMDB with as many records, in the process of
the holder. It sees every subject, is believed what it says, and is paid nothing.
"""

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consortium import Asker, consortium
from express_series import Setting, phones, quiet
from measuring import RUNS
from processes import tree_seconds
from rows import Benchmark, Row, progress, show

RECORDS: Final = 100_000
QUERIES: Final = {1: 100, 1_000: 10}
LOOKUPS: Final = 20
"""For each query: they are short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Medians of the times, means of the work, in milliseconds."""

    express_ms: float
    plain_ms: float
    bare_ms: float
    express_work_ms: float
    plain_work_ms: float


def measure(records: int = RECORDS, scale: int = 1) -> Sequence[Row]:
    """`scale`: a fraction of the queries, to see that it runs."""
    quiet()
    rows: list[Row] = []
    for elements, queries in QUERIES.items():
        progress(f"subjects at once: {elements:,}")
        setting = Setting(records=records, elements=elements, queries=max(RUNS, queries // scale))
        rows += _rows(setting, asyncio.run(_rounds(setting)))
    return rows


def _rows(setting: Setting, rounds: Sequence[Round]) -> list[Row]:
    express, plain, bare = (
        statistics.median(getattr(one, name) for one in rounds)
        for name in ("express_ms", "plain_ms", "bare_ms")
    )
    express_work, plain_work = (
        statistics.median(getattr(one, name) for one in rounds)
        for name in ("express_work_ms", "plain_work_ms")
    )
    what = "a subject" if setting.elements == 1 else f"{setting.elements:,} subjects"
    there, here = f"plain central lookup of {what}", f"Riskmesh, express query about {what}"
    return [
        setting.row(f"{there}: p50", plain, bare, "a bare TLS round trip"),
        setting.row(f"{here}: p50", express, plain, "the plain central lookup"),
        setting.row(
            f"{there}: processor time, both ends", plain_work, plain_work, "itself: the floor of the next row"
        ),
        setting.row(
            f"{here}: processor time, both ends", express_work, plain_work, "the plain central lookup"
        ),
    ]


async def _rounds(setting: Setting) -> list[Round]:
    async with consortium(setting.layout) as (asker,):
        await _round(asker, setting, 0)
        return [await _round(asker, setting, number) for number in range(1, RUNS + 1)]


async def _round(asker: Asker, setting: Setting, number: int) -> Round:
    count = setting.queries // RUNS
    first = number * count * setting.elements
    asked = [phones(first + place * setting.elements, setting.elements) for place in range(count)]
    before = tree_seconds()
    express = [(await asker.ask(*values)).last_ms for values in asked]
    between = tree_seconds()
    plain = [await asker.bare.lookup(values) for values in asked for _ in range(LOOKUPS)]
    after = tree_seconds()
    bare = [await asker.bare.round_trip() for _ in range(count)]
    await asker.settle()
    return Round(
        express_ms=statistics.median(express),
        plain_ms=statistics.median(plain),
        bare_ms=statistics.median(bare),
        express_work_ms=1_000 * (between - before) / count,
        plain_work_ms=1_000 * (after - between) / count / LOOKUPS,
    )


BENCHMARK = Benchmark(
    title="Beside a plain central lookup: what privacy and proof cost",
    measure=measure,
    quick=lambda: measure(2_000, scale=10),
)

if __name__ == "__main__":
    show(BENCHMARK)
