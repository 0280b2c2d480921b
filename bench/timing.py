"""Whether times of replies and receipts tell a hit from a miss, by a rank test: `python bench/timing.py`."""

import argparse
import asyncio
import math
import random
import statistics
import time
from collections.abc import Sequence
from itertools import chain
from typing import Final

from consortium import Asker, Layout, consortium
from express_series import quiet
from rows import Benchmark, Missed, Row, Unit, show

PREFIX_BITS: Final = 17
RECORDS: Final = 1_000
SAMPLES: Final = 1_000
QUICK_SAMPLES: Final = 50
WARM_UP: Final = 50
GUESS: Final = 0.5
_MARGIN: Final = 0.05
"""Of pairs of a hit and a miss, whoever takes the slower one for the hit may be right in so many more
or fewer than half. With 1,000 of each, chance alone stays within 0.034 of it in 99 of 100 runs; with fewer it
goes further."""
REPLY, RECEIPT = "reply", "receipt"


def measure(samples: int = SAMPLES) -> Sequence[Row]:
    quiet()
    return _judged(asyncio.run(_times(samples)), samples)


async def _times(samples: int) -> dict[tuple[str, bool], list[float]]:
    """By message, and whether the subject is on the list; in random order, so that drift meets both alike."""
    times: dict[tuple[str, bool], list[float]] = {
        (message, hit): [] for message in (REPLY, RECEIPT) for hit in (True, False)
    }
    order = [True, False] * samples
    random.SystemRandom().shuffle(order)
    async with consortium(Layout(holders=1, records=RECORDS, processes=1)) as (asker,):
        for number in range(WARM_UP):
            await _exchange(asker, number, hit=number % 2 == 0)
        for number, hit in enumerate(order):
            reply_ms, receipt_ms = await _exchange(asker, WARM_UP + number, hit=hit)
            times[REPLY, hit].append(reply_ms)
            times[RECEIPT, hit].append(receipt_ms)
    return times


async def _exchange(asker: Asker, number: int, *, hit: bool) -> tuple[float, float]:
    """Until the reply is here, and from it until the receipt is written and would leave."""
    value = f"+861380{number % RECORDS:07}" if hit else f"+861391{number:07}"
    reply = await asker.ask(value)
    began = time.perf_counter()
    await asker.member.requester.collector.judge_all()
    receipt_ms = 1_000 * (time.perf_counter() - began)
    await asker.member.requester.receipts.round()
    return reply.last_ms, receipt_ms


def _judged(times: dict[tuple[str, bool], list[float]], samples: int) -> Sequence[Row]:
    rows, telling = [], []
    for message in (REPLY, RECEIPT):
        hits, misses = times[message, True], times[message, False]
        told = slower(hits, misses)
        if abs(told - GUESS) > _MARGIN * math.sqrt(SAMPLES / samples):
            telling.append(f"{message} ({told:.1%})")
        rows += [
            _row(
                f"time to the {message} of a hit, p50",
                statistics.median(hits),
                statistics.median(misses),
                "the same of a miss",
            ),
            _row(
                f"{message}: of {samples:,} hits and as many misses, pairs in which the hit is slower",
                100 * told,
                100 * GUESS,
                "a guess",
                Unit.PERCENT,
            ),
        ]
    if telling:
        raise Missed(f"Times tell a hit from a miss: {', '.join(telling)}.", rows)
    return rows


def _row(name: str, value: float, limit: float, limit_is: str, unit: Unit = Unit.MILLISECONDS) -> Row:
    return Row(
        name=name,
        value=value,
        unit=unit,
        limit=limit,
        limit_is=limit_is,
        prefix_bits=PREFIX_BITS,
        records=RECORDS,
    )


def slower(ones: Sequence[float], others: Sequence[float]) -> float:
    """The share of pairs in which the one is the greater: Mann and Whitney's U over all pairs."""
    ranked = sorted(chain(((value, True) for value in ones), ((value, False) for value in others)))
    below = wins = 0
    for _, is_one in ranked:
        if is_one:
            wins += below
        else:
            below += 1
    return wins / (len(ones) * len(others))


BENCHMARK = Benchmark(
    title="Whether times tell a hit from a miss", measure=measure, quick=lambda: measure(QUICK_SAMPLES)
)

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=int, default=SAMPLES, help="of hits, and as many of misses")
    given = arguments.parse_args()
    show(Benchmark(title=BENCHMARK.title, measure=lambda: measure(given.samples)))
