"""Answering in this process, one element and a thousand at a time: `python bench/answering.py`."""

from collections.abc import Sequence

import primitives
from holder import PHONE_PREFIX_BITS, RECORDS, Holder, holder_of, packed
from measuring import Work, rates
from rows import Benchmark, Row, Unit, show

ONES, BATCH = 200, 1_000


def measure() -> Sequence[Row]:
    with holder_of(RECORDS) as holder:
        return _measure(holder)


def _measure(holder: Holder) -> Sequence[Row]:
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


BENCHMARK = Benchmark(title="Answering, a core (without seal and network)", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
