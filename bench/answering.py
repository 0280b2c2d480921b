"""Answering on one core, one element and a thousand at a time, and on two: `python bench/answering.py`."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Final

import primitives
from holder import BATCH as BATCH_ID
from holder import PHONE_PREFIX_BITS, RECORDS, Holder, holder_of, packed
from measuring import RUNS, Work, rates
from rows import Benchmark, Row, Unit, show

from oracle.crypto.workers import Workers
from oracle.domain.ids import MemberId

ONES, BATCH = 200, 1_000
BATCHES: Final = 12
"""At once, of as many members."""
PROCESSES: Final = 2


def measure() -> Sequence[Row]:
    with holder_of(RECORDS) as holder:
        one_core = _on_one_core(holder)
        workers = Workers(PROCESSES)
        try:
            return [*one_core, _on_two(holder, holder.answered_by(workers))]
        finally:
            workers.close()


def _on_one_core(holder: Holder) -> list[Row]:
    one, many = packed(holder.ask(1)), packed(holder.ask(BATCH))
    limit, ones, batch = rates(
        Work(run=lambda: primitives.multiply(BATCH), count=BATCH),
        Work(run=lambda: holder.answer_each(one, ONES), count=ONES),
        Work(run=lambda: holder.answer(many), count=BATCH),
    )
    return [
        _row("answer a batch of one element", ones, limit / 4, "four scalar multiplications of libsodium"),
        _row(
            "answer an element of a batch of 1,000",
            batch,
            limit / 2,
            "two scalar multiplications of libsodium",
        ),
    ]


def _on_two(alone: Holder, holder: Holder) -> Row:
    """By the clock: batches of several members at once, in turns with one process that does them all."""
    many = packed(alone.ask(BATCH))
    holder.runner.run(_at_once(holder, many))  # the workers have started
    rounds = [[_per_second(alone, many), _per_second(holder, many)] for _ in range(RUNS)]
    one, two = (statistics.median(column) for column in zip(*rounds, strict=True))
    return _row(
        "answer an element of batches of 1,000, two processes, by the clock",
        two,
        PROCESSES * one,
        "twice what one process does by the clock",
    )


def _per_second(holder: Holder, many: bytes) -> float:
    began = time.perf_counter()
    holder.runner.run(_at_once(holder, many))
    return BATCHES * BATCH / (time.perf_counter() - began)


async def _at_once(holder: Holder, many: bytes) -> None:
    await asyncio.gather(
        *(
            holder.maker.make(BATCH_ID, many, holder.placed, requester=MemberId(2 + number))
            for number in range(BATCHES)
        )
    )


def _row(name: str, value: float, limit: float, limit_is: str) -> Row:
    return Row(
        name=name,
        value=value,
        unit=Unit.PER_SECOND,
        limit=limit,
        limit_is=limit_is,
        prefix_bits=PHONE_PREFIX_BITS,
        records=RECORDS,
    )


BENCHMARK = Benchmark(title="Answering (without seal and network)", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
