"""Every benchmark in turn, each in a process of its own, shown and kept in bench/results.json: `make bench`.

`python bench/run.py express timing` measures these anew and keeps the rest. What fails is said, and at the
end by the status; the others run, and what was measured is kept after each.
"""

import argparse
import importlib
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

import page
import plots
from kept import QUICK, RESULTS, Kept
from machine import Machine
from rows import Benchmark, Missed, Row, show

BENCHMARKS: Final = (
    "oprf",
    "seals",
    "signatures",
    "tree",
    "dataset",
    "index",
    "answering",
    "verifying",
    "wire",
    "logs",
    "chain",
    "privacy",
    "psi",
    "central",
    "express",
    "timing",
    "growth_records",
    "growth_holders",
    "growth_batch",
    "growth_requesters",
    "growth_prefix",
    "start",
    "history",
    "disk",
    "committed",
)
LARGE: Final = ("ten_million",)
"""Only when named: what takes longer than all the others together."""
LONGEST_S: Final = 900
LONGEST_LARGE_S: Final = 7_200
ENDING_S: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    rows: Sequence[Row]
    failed: str | None


def main() -> int:
    given = _arguments()
    machine, began = Machine.here(), time.monotonic()
    kept = Kept(QUICK if given.quick else RESULTS, machine)
    names: Sequence[str] = given.names or BENCHMARKS
    print(f"{machine.summary}; load before: {os.getloadavg()[0]:.1f}\n", flush=True)
    failed = []
    for number, name in enumerate(names, start=1):
        at = time.monotonic()
        print(f"[{number}/{len(names)}] {name}, after {at - began:.0f} s", flush=True)
        before = os.getloadavg()[0]
        outcome = _measured(name, quick=given.quick)
        kept.keep(name, outcome.rows, outcome.failed, time.monotonic() - at, (before, os.getloadavg()[0]))
        if outcome.failed is not None:
            failed.append(name)
            print(f"FAILED: {name}: {outcome.failed}\n", flush=True)
    drawn = plots.draw(kept.path)
    if not given.quick:
        page.write()
    print(f"{kept.path}: {kept.summary}; {len(drawn)} plots; {time.monotonic() - began:.0f} s.")
    print("What they mean: docs/performance.md. The gas of operations on the chain: make gas.")
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="of files beside this one (all but the large ones)")
    parser.add_argument("--quick", action="store_true", help=f"in small, into {QUICK.name} under build/bench")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - {*BENCHMARKS, *LARGE})
    if unknown:
        parser.error(
            f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS + LARGE)}"
        )
    return given


def _measured(name: str, *, quick: bool) -> Outcome:
    """In a process of its own: whatever one leaves behind, or dies of, the next does not meet."""
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(far, name, quick))
    process.start()
    far.close()
    longest_s = LONGEST_LARGE_S if name in LARGE else LONGEST_S
    try:
        if not near.poll(longest_s):
            return Outcome(rows=(), failed=f"not done after {longest_s} s")
        outcome: Outcome = near.recv()
    except EOFError:
        process.join(ENDING_S)
        return Outcome(rows=(), failed=f"its process ended with {process.exitcode}")
    else:
        return outcome
    finally:
        near.close()
        _ended(process)


def _ended(process: BaseProcess) -> None:
    process.join(ENDING_S)
    if process.is_alive() and process.pid is not None:
        # It ends what it has started, as for Ctrl-C.
        os.kill(process.pid, signal.SIGINT)
        process.join(ENDING_S)
        process.kill()
        process.join()


def _measure(pipe: Connection, name: str, quick: bool) -> None:  # noqa: FBT001 - spawned with positional arguments
    pipe.send(_outcome(name, quick=quick))


def _outcome(name: str, *, quick: bool) -> Outcome:
    try:
        benchmark: Benchmark = importlib.import_module(name).BENCHMARK
        small = benchmark.quick if quick else None
        measured = Benchmark(title=benchmark.title, measure=small or benchmark.measure)
        return Outcome(rows=show(measured), failed=None)
    except Missed as missed:
        return Outcome(rows=missed.rows, failed=str(missed))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - said, and the next one runs
        traceback.print_exc()
        return Outcome(rows=(), failed=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
