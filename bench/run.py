"""Every benchmark in turn, shown and kept in bench/results.json: `make bench`, or `python bench/run.py`."""

import os
import time
from pathlib import Path

import answering
import chain
import committed
import dataset
import disk
import express
import index
import logs
import oprf
import privacy
import seals
import signatures
import timing
import tree
import verifying
import wire
from machine import Machine
from rows import results, show, wide_console

RESULTS = Path(__file__).resolve().parent / "results.json"
BENCHMARKS = (
    oprf.BENCHMARK,
    seals.BENCHMARK,
    signatures.BENCHMARK,
    tree.BENCHMARK,
    dataset.BENCHMARK,
    index.BENCHMARK,
    answering.BENCHMARK,
    verifying.BENCHMARK,
    wire.BENCHMARK,
    logs.BENCHMARK,
    chain.BENCHMARK,
    privacy.BENCHMARK,
    express.BENCHMARK,
    timing.BENCHMARK,
    disk.BENCHMARK,
    committed.BENCHMARK,
)


def main() -> None:
    console, machine, began = wide_console(), Machine.here(), time.monotonic()
    before = os.getloadavg()[0]
    console.print(f"{machine.summary}; load before: {before:.1f}\n", highlight=False)
    rows = [row for benchmark in BENCHMARKS for row in show(benchmark, console)]
    RESULTS.write_text(results(rows, machine, (before, os.getloadavg()[0])))
    place = RESULTS.relative_to(RESULTS.parent.parent)
    console.print(f"{len(rows)} rows in {place} after {time.monotonic() - began:.0f} s. What they mean: ")
    console.print("docs/performance.md. The gas of operations on the chain: make gas.")


if __name__ == "__main__":
    main()
