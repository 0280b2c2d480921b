"""Judging replies to one element and to a thousand: `python bench/verifying.py`."""

from collections.abc import Sequence

import primitives
from holder import PHONE_PREFIX_BITS, RECORDS, holder_of, packed
from measuring import Work, rates
from rows import Benchmark, Row, Unit, show

from oracle.asking.blinding import BlindedBatch
from oracle.asking.verifying import ReplyCase, prove_reply

ONES, BATCH = 200, 1_000


def measure() -> Sequence[Row]:
    with holder_of(RECORDS) as holder:
        batches = [holder.ask(1), holder.ask(BATCH)]
        one, many = (holder.case(batch, packed(batch)) for batch in batches)
    _check(many, batches[1])
    limit, ones, batch = rates(
        Work(run=lambda: primitives.multiply(BATCH), count=BATCH),
        Work(run=lambda: [prove_reply(one) for _ in range(ONES)], count=ONES),
        Work(run=lambda: prove_reply(many), count=BATCH),
    )
    return [
        _row("verify a reply to one element", ones, limit / 6, "six scalar multiplications of libsodium"),
        _row(
            "verify an element of a reply to 1,000",
            batch,
            limit / 3,
            "three scalar multiplications of libsodium",
        ),
    ]


def _check(case: ReplyCase, batch: BlindedBatch) -> None:
    """A reply that is refused at once would be quick to judge: half of the subjects must be proven hits."""
    hits = prove_reply(case).hits
    if len(hits) != len(batch.openings) // 2:
        raise SystemExit("The benchmark's reply does not prove the hits that it should.")


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


BENCHMARK = Benchmark(title="Verifying, a core (without seal and network)", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
