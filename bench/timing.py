"""Whether times of replies and receipts tell a hit from a miss, by a rank test: `python bench/timing.py`."""

import argparse
import asyncio
import logging
import random
import statistics
import time
from collections.abc import Sequence
from itertools import chain
from typing import Final

import structlog
from consortium import Asker, consortium
from rows import Benchmark, Row, Unit, show

PREFIX_BITS: Final = 17
RECORDS: Final = 1_000
SAMPLES: Final = 1_000
WARM_UP: Final = 50
MOST_TOLD: Final = 0.55
"""Of pairs of a hit and a miss, whoever takes the slower one for the hit may be right in so many: half is a
guess. With 1,000 of each, chance alone stays within 0.034 of it in 99 of 100 runs."""
REPLY, RECEIPT = "reply", "receipt"


def measure(samples: int = SAMPLES) -> Sequence[Row]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return _judged(asyncio.run(_times(samples)), samples)


async def _times(samples: int) -> dict[tuple[str, bool], list[float]]:
    """By message, and whether the subject is on the list; in random order, so that drift meets both alike."""
    times: dict[tuple[str, bool], list[float]] = {
        (message, hit): [] for message in (REPLY, RECEIPT) for hit in (True, False)
    }
    order = [True, False] * samples
    random.SystemRandom().shuffle(order)
    async with consortium(1, RECORDS, processes=1) as asker:
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
    rows = []
    for message in (REPLY, RECEIPT):
        hits, misses = times[message, True], times[message, False]
        told = slower(hits, misses)
        if not 1 - MOST_TOLD <= told <= MOST_TOLD:
            raise SystemExit(
                f"Times of a {message} tell a hit from a miss: of pairs, the hit is the slower one in "
                f"{told:.1%} (medians {statistics.median(hits):.2f} and {statistics.median(misses):.2f} ms)."
            )
        rows.append(
            Row(
                name=f"time to the {message} of a hit (the slower one in {told:.1%} of {samples:,}^2 pairs)",
                value=statistics.median(hits),
                unit=Unit.MILLISECONDS,
                limit=statistics.median(misses),
                limit_is="the same of a miss",
                prefix_bits=PREFIX_BITS,
                records=RECORDS,
            )
        )
    return rows


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


BENCHMARK = Benchmark(title="Whether times tell a hit from a miss", measure=measure)

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=int, default=SAMPLES, help="of hits, and as many of misses")
    given = arguments.parse_args()
    show(Benchmark(title=BENCHMARK.title, measure=lambda: measure(given.samples)))
