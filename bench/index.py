"""An index of many records, built, changed, opened and cut: `python bench/index.py --records 10000000`."""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import lmdb
import primitives
from holder import ME, VERSION, import_phones, open_dataset
from index_reads import read_rows
from index_records import A_RUN, CIPHER, TODAY, lines, write_run
from measuring import RUNS, timed
from memory import PeakMemory
from rows import Benchmark, Row, Unit, show

from oracle.crypto.buckets import HASH_BITS
from oracle.crypto.voprf import generate_key
from oracle.dataset.building import Terms, build_snapshot
from oracle.dataset.environment import DATA_FILE, DatasetEnvironment
from oracle.dataset.identity import settle
from oracle.dataset.indexing import tags_of, write_lines
from oracle.dataset.loading import load_runs
from oracle.dataset.runs import Run, clear_runs, run_path
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import Sequence as SnapshotNumber

RECORDS: Final = 100_000
LARGER: Final = 1_000_000
"""Read beside `RECORDS`, under tags that cost nothing: a cut does not care where they come from."""
CHANGES: Final = 1_000
SAMPLE: Final = 5_000
PROCESSES: Final = 2
GIBIBYTE: Final = 2**30
NOW: Final = TODAY * 86_400
TERMS: Final = Terms(key_version=VERSION, now=NOW, max_bits=32, after=SnapshotNumber(0))
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
    peak: int
    index_bytes: float
    """A record, beside the sealed records."""


def measure(records: int = RECORDS) -> Sequence[Row]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        tagger = Tagger(secret=generate_key(), holder=ME, key_version=VERSION)
        rounds = [_core(place / f"core {number}", tagger) for number in range(RUNS)]
        rows = [
            _core_row(*(statistics.median(column) for column in zip(*rounds, strict=True))),
            *_built_rows(_build(place / "built", tagger, records), records),
            *_used_rows(place / "built", tagger, records),
        ]
        for size in sorted({RECORDS, LARGER, records}):
            held = place / "built" if size == records else _filled(place / f"{size}", tagger, size)
            rows += read_rows(held, size)
    return rows


def _core(folder: Path, tagger: Tagger) -> tuple[float, float]:
    """Records and their limit, each a second of one core: everything in this process."""
    keys = tagger.keys(CIPHER.key_for_workers())
    parts = [lines(*part) for part in _parts(RECORDS)]
    limit = SAMPLE / timed(lambda: primitives.hash_and_multiply(SAMPLE))
    with _opened(folder, tagger) as environment:

        def build() -> None:
            runs = []
            for number, made in enumerate(parts):
                runs.append(run_path(environment.runs_folder, f"{number}"))
                write_lines(CIPHER, runs[-1], made, tags_of(keys, made))
            load_runs(environment, CIPHER, [Run(path) for path in runs], strict=True)
            build_snapshot(environment, CIPHER, TERMS)

        return RECORDS / timed(build), limit


def _parts(records: int) -> list[tuple[int, int]]:
    return [(first, min(A_RUN, records - first)) for first in range(0, records, A_RUN)]


def _build(folder: Path, tagger: Tagger, records: int) -> Built:
    """From lines that have been parsed to the root, with the limit measured in between."""
    keys = tagger.keys(CIPHER.key_for_workers())
    with _opened(folder, tagger) as environment, PeakMemory() as memory:
        with _processes() as pool:
            began = time.monotonic()
            work = []
            samples = []
            for number, part in enumerate(_parts(records)):
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
    return Built(seconds=seconds, limit=limit, peak=memory.peak, index_bytes=index_bytes)


def _processes() -> ProcessPoolExecutor:
    # As urgent as what they are held against, unlike those of a daemon.
    pool = ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn"))
    list(pool.map(primitives.hash_and_multiply, [1] * PROCESSES))  # they have started
    return pool


def _sample() -> float:
    """Seconds of so many multiplications."""
    began = time.monotonic()
    primitives.hash_and_multiply(SAMPLE)
    return time.monotonic() - began


def _filled(folder: Path, tagger: Tagger, records: int) -> Path:
    keys = tagger.keys(CIPHER.key_for_workers())
    with _opened(folder, tagger) as environment, _processes() as pool:
        work = [
            pool.submit(write_run, keys, environment.runs_folder, *part, cheap=True)
            for part in _parts(records)
        ]
        load_runs(environment, CIPHER, [Run(each.result().path) for each in work], strict=True)
        clear_runs(environment.runs_folder)
        build_snapshot(environment, CIPHER, TERMS, processes=PROCESSES)
    return folder


@contextmanager
def _opened(folder: Path, tagger: Tagger) -> Iterator[DatasetEnvironment]:
    environment = DatasetEnvironment(folder)
    try:
        settle(environment, CIPHER, tagger)
        yield environment
    finally:
        environment.close()


def _sealed(environment: DatasetEnvironment) -> float:
    """Bytes of a sealed record on average."""
    with environment.reading() as rows:
        sizes = [len(value) - 40 for _, value in rows.txn.cursor(db=rows.tables.entries)]
    return statistics.fmean(sizes)


def _core_row(built: float, limit: float) -> Row:
    return Row(
        name=f"index {RECORDS:,} records, up to the root, a core",
        value=built,
        unit=Unit.PER_SECOND,
        limit=limit,
        limit_is=_HASHED,
        records=RECORDS,
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
            value=built.peak,
            unit=Unit.BYTES,
            limit=2 * GIBIBYTE,
            limit_is="2 GiB: what it may take",
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


def _used_rows(folder: Path, tagger: Tagger, records: int) -> list[Row]:
    """Opening it as a daemon does, and one small import."""
    with asyncio.Runner() as runner:
        began = time.monotonic()
        dataset = runner.run(open_dataset(folder, tagger))
        runner.run(dataset.cut(SnapshotNumber(1), [(HASH_BITS, 0)]))
        opened = time.monotonic() - began
        began = time.monotonic()
        runner.run(import_phones(dataset, 0, CHANGES))
        runner.run(dataset.build_snapshot(now=int(time.time())))
        changed = time.monotonic() - began
        runner.run(dataset.close())
    began = time.monotonic()
    with lmdb.open(str(folder), max_dbs=16, readonly=True) as environment, environment.begin() as txn:
        txn.stat()
    bare = time.monotonic() - began
    began = time.monotonic()
    primitives.hash_and_multiply(CHANGES)
    tagged = time.monotonic() - began
    return [
        Row(
            name="open it and cut a bucket",
            value=1e3 * opened,
            unit=Unit.MILLISECONDS,
            limit=1e3 * bare,
            limit_is="opening the LMDB file alone",
            records=records,
        ),
        Row(
            name=f"import {CHANGES:,} more, up to the next root",
            value=1e3 * changed,
            unit=Unit.MILLISECONDS,
            limit=1e3 * tagged,
            limit_is="hashing to the group and a scalar multiplication of libsodium for each",
            records=records,
        ),
    ]


BENCHMARK = Benchmark(title="Index of many records", measure=measure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS, help="so many are indexed (%(default)s)")
    asked: int = parser.parse_args().records
    show(Benchmark(title=BENCHMARK.title, measure=partial(measure, asked)))


if __name__ == "__main__":
    main()
