"""Measures work and its limit in turns and in processor time: load from others meets both alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

RUNS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something to do that counts as `count` pieces."""

    run: Callable[[], object]
    count: int


def repeated(call: Callable[[], object], times: int) -> Work:
    """The same call again and again."""

    def run() -> None:
        for _ in range(times):
            call()

    return Work(run=run, count=times)


def rates(*works: Work) -> tuple[float, ...]:
    """Pieces of each per second of one core: medians of five rounds in which all take their turn.

    Threads of this process are counted, other processes are not: run the work of a pool in this one.
    """
    rounds = [[_rate(work) for work in works] for _ in range(RUNS)]
    return tuple(statistics.median(column) for column in zip(*rounds, strict=True))


def timed(call: Callable[[], object]) -> float:
    """Seconds of one core that a call takes, its threads included."""
    began = time.process_time()
    call()
    return time.process_time() - began


def _rate(work: Work) -> float:
    return work.count / timed(work.run)
