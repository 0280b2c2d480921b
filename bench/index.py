"""An index of many records, built, changed, opened and cut: `python bench/index.py --records 10000000`."""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import primitives
from holder import ME, VERSION
from index_changes import change_rows
from index_reads import read_rows
from index_records import (
    CIPHER,
    PROCESSES,
    TERMS,
    building_pool,
    fill,
    lines,
    opened,
    parts,
    write_run,
)
from measuring import RUNS, timed
from memory import PeakMemory
from rows import Benchmark, Row, Unit, progress, show

from oracle.crypto.voprf import generate_key
from oracle.dataset.building import build_snapshot
from oracle.dataset.environment import DATA_FILE, DatasetEnvironment
from oracle.dataset.indexing import tags_of, write_lines
from oracle.dataset.loading import load_runs
from oracle.dataset.runs import Run, clear_runs, run_path
from oracle.dataset.tagging import Tagger

RECORDS: Final = 100_000
A_CORE: Final = 20_000
"""In one process, five times."""
LARGER: Final = 1_000_000
"""Read beside `RECORDS`, under tags that cost nothing: a cut does not care where they come from."""
SAMPLE: Final = 5_000
GIBIBYTE: Final = 2**30
_ENTRY: Final = 52
"""Bytes of bucket hash, tag and digest: no index does without."""
_HASHED: Final = "hashing to the group and a scalar multiplication of libsodium a record"
_SAMPLE_EVERY: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """By two processes."""

    seconds: float
    limit: float
    """Records a second that libsodium alone would have done in these processes meanwhile."""
    memory: PeakMemory
    index_bytes: float
    """A record, beside the sealed records."""


def measure(
    records: int = RECORDS, sizes: Sequence[int] = (RECORDS, LARGER), runs: int = RUNS
) -> Sequence[Row]:
    """`sizes`: of indexes that are read, beside the one that is built."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        tagger = Tagger(secret=generate_key(), holder=ME, key_version=VERSION)
        rounds = [one_core(place / f"core {number}", tagger, A_CORE) for number in range(runs)]
        rows = [
            _core_row(*(statistics.median(column) for column in zip(*rounds, strict=True))),
            *built_and_used(place / "built", tagger, records, runs),
        ]
        for size in sorted({*sizes} - {records}):
            held = place / f"{size}"
            fill(held, tagger, size)
            rows += read_rows(held, size)
    return rows


def built_and_used(place: Path, tagger: Tagger, records: int, runs: int) -> list[Row]:
    """Built so many times; what is read and changed is the last one."""
    built = []
    for number in range(runs):
        shutil.rmtree(place, ignore_errors=True)
        built.append(_build(place, tagger, records))
        progress(f"index {number + 1} of {runs} of {records:,} records: {built[-1].seconds:.0f} s")
    middle = sorted(built, key=lambda each: each.seconds)[runs // 2]
    # Read before it is changed.
    read = read_rows(place, records)
    return [*_built_rows(middle, records), *change_rows(place, tagger, records), *read]


def one_core(folder: Path, tagger: Tagger, records: int) -> tuple[float, float]:
    """Records and their limit, each a second of one core: everything in this process."""
    keys = tagger.keys(CIPHER.key_for_workers())
    made_parts = [lines(*part) for part in parts(records)]
    limit = SAMPLE / timed(lambda: primitives.hash_and_multiply(SAMPLE))
    with opened(folder, tagger) as environment:

        def build() -> None:
            runs = []
            for number, made in enumerate(made_parts):
                runs.append(run_path(environment.runs_folder, f"{number}"))
                write_lines(CIPHER, runs[-1], made, tags_of(keys, made))
            load_runs(environment, CIPHER, [Run(path) for path in runs], strict=True)
            build_snapshot(environment, CIPHER, TERMS)

        return records / timed(build), limit


def _build(folder: Path, tagger: Tagger, records: int) -> Built:
    """From lines that have been parsed to the root, with the limit measured in between."""
    keys = tagger.keys(CIPHER.key_for_workers())
    with opened(folder, tagger) as environment, PeakMemory() as memory:
        with building_pool() as pool:
            began = time.monotonic()
            work = []
            samples = []
            for number, part in enumerate(parts(records)):
                work.append(pool.submit(write_run, keys, environment.runs_folder, *part, cheap=False))
                if number % _SAMPLE_EVERY == 0:
                    samples.append(pool.submit(_sample))
            written = [each.result() for each in work]
            sampled = [each.result() for each in samples]
        load_runs(environment, CIPHER, [Run(each.path) for each in written], strict=True)
        build_snapshot(environment, CIPHER, TERMS, processes=PROCESSES)
        beside = sum(sampled) + sum(each.making_s for each in written)
        seconds = time.monotonic() - began - beside / PROCESSES
        clear_runs(environment.runs_folder)
        index_bytes = (folder / DATA_FILE).stat().st_size / records - _sealed(environment)
    limit = PROCESSES * SAMPLE / statistics.fmean(sampled)
    return Built(seconds=seconds, limit=limit, memory=memory, index_bytes=index_bytes)


def _sample() -> float:
    """Seconds of so many multiplications."""
    began = time.monotonic()
    primitives.hash_and_multiply(SAMPLE)
    return time.monotonic() - began


def _sealed(environment: DatasetEnvironment) -> float:
    """Bytes of a sealed record on average."""
    with environment.reading() as rows:
        sizes = [len(value) - 40 for _, value in rows.txn.cursor(db=rows.tables.entries)]
    return statistics.fmean(sizes)


def _core_row(built: float, limit: float) -> Row:
    return Row(
        name=f"index {A_CORE:,} records, up to the root, a core",
        value=built,
        unit=Unit.PER_SECOND,
        limit=limit,
        limit_is=_HASHED,
        records=A_CORE,
    )


def _built_rows(built: Built, records: int) -> list[Row]:
    return [
        Row(
            name=f"index {records:,} records, up to the root, two processes together",
            value=records / built.seconds,
            unit=Unit.PER_SECOND,
            limit=built.limit,
            limit_is=f"{_HASHED}, by the same processes in between",
            records=records,
        ),
        Row(
            name="memory of all its processes at most",
            value=built.memory.needed,
            unit=Unit.BYTES,
            limit=2 * GIBIBYTE,
            limit_is="2 GiB: what it may take",
            records=records,
        ),
        Row(
            name="the same with pages of its files that the kernel has not dropped",
            value=built.memory.with_files,
            unit=Unit.BYTES,
            limit=2 * GIBIBYTE,
            limit_is="2 GiB, if nobody else needs memory",
            records=records,
        ),
        Row(
            name="index on disk beside the sealed records, a record",
            value=built.index_bytes,
            unit=Unit.BYTES,
            limit=_ENTRY,
            limit_is="bucket hash, tag and digest",
            records=records,
        ),
    ]


BENCHMARK = Benchmark(
    title="Index of many records",
    measure=measure,
    quick=lambda: measure(A_CORE, sizes=(), runs=2),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS, help="so many are indexed (%(default)s)")
    asked: int = parser.parse_args().records
    runs = RUNS if asked == RECORDS else 1
    show(Benchmark(title=BENCHMARK.title, measure=partial(measure, asked, runs=runs)))


if __name__ == "__main__":
    main()
