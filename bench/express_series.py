"""Express queries one after the other, beside bare round trips over the same kind of lines."""

import asyncio
import logging
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import primitives
import structlog
from consortium import Asker, Layout, consortium
from measuring import RUNS, timed
from processes import tree_seconds
from rows import Row, Unit

PREFIX_BITS: Final = 17
PREFIX_OF_PHONES: Final = "prefix_bits_1"
WARM_UP: Final = 5
CORES: Final = 2
EACH: Final = 6.3
"""Scalar multiplications of an element: blind 1.3, evaluate 2, verify and finalize 3."""
ONCE: Final = 5.7
"""Of a batch and holder beside them: the proof."""
_MULTIPLIED: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is asked of whom; so many queries in five rounds."""

    records: int
    queries: int
    holders: int = 1
    elements: int = 1
    askers: int = 1
    prefix_bits: int = PREFIX_BITS

    @property
    def layout(self) -> Layout:
        return Layout(
            holders=self.holders,
            records=self.records,
            processes=min(CORES, self.holders),
            askers=self.askers,
            governed={PREFIX_OF_PHONES: self.prefix_bits},
        )

    def row(
        self, name: str, value: float, limit: float, limit_is: str, unit: Unit = Unit.MILLISECONDS
    ) -> Row:
        return Row(
            name=name,
            value=value,
            unit=unit,
            limit=limit,
            limit_is=limit_is,
            prefix_bits=self.prefix_bits,
            records=self.records,
            holders=self.holders,
            elements=self.elements,
            requesters=self.askers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One query, and the bare round trip beside it."""

    first_ms: float
    last_ms: float
    bare_ms: float
    work_ms: float
    """Processor time of the query, of all processes; in ticks of 10 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """In turns with bare round trips, so that load from others meets both alike."""

    setting: Setting
    rounds: Sequence[Sequence[Sample]]
    multiplication_ms: float

    def p50(self, of: Callable[[Sample], float]) -> float:
        """The median of the medians of five rounds."""
        return statistics.median(statistics.median(map(of, samples)) for samples in self.rounds)

    def p99(self, of: Callable[[Sample], float]) -> float:
        values = [of(sample) for samples in self.rounds for sample in samples]
        return statistics.quantiles(values, n=100, method="inclusive")[-1]

    @property
    def work_ms(self) -> float:
        return statistics.fmean(sample.work_ms for samples in self.rounds for sample in samples)

    @property
    def curves_ms(self) -> float:
        """What the scalar multiplications of one query take a core, at all ends."""
        setting = self.setting
        return setting.holders * (setting.elements * EACH + ONCE) * self.multiplication_ms

    @property
    def spread_ms(self) -> float:
        """The same on as many cores as there are."""
        return self.curves_ms / min(self.setting.holders, CORES)

    def complete(self, name: str) -> list[Row]:
        """Until the last holder's answer is verified: p50 and p99."""
        limit_is = "as many bare TLS round trips at once, and the scalar multiplications on two cores"
        row = self.setting.row
        return [
            row(
                f"{name}: complete, p50",
                self.p50(lambda sample: sample.last_ms),
                self.p50(lambda sample: sample.bare_ms) + self.spread_ms,
                limit_is,
            ),
            row(
                f"{name}: complete, p99",
                self.p99(lambda sample: sample.last_ms),
                self.p99(lambda sample: sample.bare_ms) + self.spread_ms,
                "the same, its p99",
            ),
        ]

    def first(self, name: str) -> Row:
        bare_ms = self.p50(lambda sample: sample.bare_ms)
        return self.setting.row(
            f"{name}: first answer, p50",
            self.p50(lambda sample: sample.first_ms),
            (bare_ms + self.curves_ms) / self.setting.holders,
            "one holder's share of round trips and multiplications",
        )


def measured(setting: Setting) -> Series:
    quiet()
    return asyncio.run(_measured(setting))


def quiet() -> None:
    """Members in this process write no logs between the rows."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


async def _measured(setting: Setting) -> Series:
    async with consortium(setting.layout) as (asker,):
        numbers = iter(range(0, 1_000_000, setting.elements))
        for _ in range(WARM_UP):
            await sample_of(asker, phones(next(numbers), setting.elements))
        rounds = [
            [
                await sample_of(asker, phones(next(numbers), setting.elements))
                for _ in range(-(-setting.queries // RUNS))
            ]
            for _ in range(RUNS)
        ]
    return Series(setting=setting, rounds=rounds, multiplication_ms=multiplication_ms())


def multiplication_ms() -> float:
    return 1_000 * timed(lambda: primitives.multiply(_MULTIPLIED)) / _MULTIPLIED


async def sample_of(asker: Asker, values: Sequence[str]) -> Sample:
    before = tree_seconds()
    asked = await asker.ask(*values)
    work_ms = 1_000 * (tree_seconds() - before)
    await asker.settle()
    return Sample(
        first_ms=asked.first_ms,
        last_ms=asked.last_ms,
        bare_ms=await asker.bare.round_trip(),
        work_ms=work_ms,
    )


def phones(first: int, count: int) -> list[str]:
    """On no list: what is found is asked for, which is another conversation."""
    return [f"+8613911{number:06}" for number in range(first, first + count)]
