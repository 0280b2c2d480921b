"""One express query to one holder and to 105, over TLS, everything verified: `python bench/express.py`."""

import argparse
import asyncio
import logging
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import primitives
import structlog
from consortium import Asker, consortium
from measuring import timed
from processes import tree_seconds
from rows import Benchmark, Row, Unit, show

PREFIX_BITS: Final = 17
QUERIES: Final = {1: 200, 105: 40}
FEW: Final = 40
WARM_UP: Final = 5
CORES: Final = 2
MULTIPLICATIONS: Final = 12
"""Of one element: hash and blind 1.3, evaluate and prove 4, verify, finalize and hash 6.3."""
RECORDS: Final = 10_000


@dataclass(slots=True, kw_only=True)
class Series:
    """Queries and bare round trips in turns, so that load from others meets both alike."""

    firsts_ms: list[float]
    lasts_ms: list[float]
    bare_ms: list[float]
    work_ms: float
    """Processor time of a query, of all processes."""
    multiplication_ms: float


def measure() -> Sequence[Row]:
    return [row for holders in QUERIES for row in measure_holders(holders, RECORDS)]


def measure_holders(holders: int, records: int) -> Sequence[Row]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    series = asyncio.run(_series(holders, records, QUERIES.get(holders, FEW)))
    crypto_ms = holders * MULTIPLICATIONS * series.multiplication_ms
    spread_ms = crypto_ms / min(holders, CORES)
    bare_ms = statistics.median(series.bare_ms)
    limits = (
        (
            "complete, p50",
            statistics.median(series.lasts_ms),
            bare_ms + spread_ms,
            "as many bare TLS round trips at once, and the scalar multiplications on two cores",
        ),
        ("complete, p99", _p99(series.lasts_ms), _p99(series.bare_ms) + spread_ms, "the same, its p99"),
        ("processor time, all ends", series.work_ms, crypto_ms, "the scalar multiplications"),
        (
            "first answer, p50",
            statistics.median(series.firsts_ms),
            bare_ms / holders + crypto_ms / holders,
            "one holder's share of round trips and multiplications",
        ),
    )
    many = "1 holder" if holders == 1 else f"{holders} holders"
    return [
        Row(
            name=f"express query to {many}: {name}",
            value=value,
            unit=Unit.MILLISECONDS,
            limit=limit,
            limit_is=limit_is,
            prefix_bits=PREFIX_BITS,
            records=records,
        )
        for name, value, limit, limit_is in limits
        if holders > 1 or not name.startswith("first")
    ]


async def _series(holders: int, records: int, queries: int) -> Series:
    async with consortium(holders, records, processes=min(CORES, holders)) as asker:
        for number in range(WARM_UP):
            await _once(asker, number)
        series = Series(firsts_ms=[], lasts_ms=[], bare_ms=[], work_ms=0.0, multiplication_ms=0.0)
        for number in range(queries):
            before = tree_seconds()
            asked = await asker.ask(_phone(WARM_UP + number))
            series.work_ms += 1_000 * (tree_seconds() - before) / queries
            await asker.settle()
            series.firsts_ms.append(asked.first_ms)
            series.lasts_ms.append(asked.last_ms)
            series.bare_ms.append(await asker.bare.round_trip())
        series.multiplication_ms = 1_000 * timed(lambda: primitives.multiply(2_000)) / 2_000
        return series


async def _once(asker: Asker, number: int) -> None:
    await asker.ask(_phone(number))
    await asker.settle()
    await asker.bare.round_trip()


def _phone(number: int) -> str:
    """On no list: what is found is asked for, which is another conversation."""
    return f"+8613911{number:06}"


def _p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[-1]


BENCHMARK = Benchmark(title="Express queries over TLS on this machine", measure=measure)

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--holders", type=int, help="so many instead of 1 and 105")
    arguments.add_argument("--records", type=int, default=RECORDS, help="that each of them holds")
    given = arguments.parse_args()
    counts = QUERIES if given.holders is None else (given.holders,)
    show(
        Benchmark(
            title=BENCHMARK.title,
            measure=lambda: [row for count in counts for row in measure_holders(count, given.records)],
        )
    )
