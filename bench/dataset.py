"""How fast a dataset imports, builds, changes and is cut: `python bench/dataset.py`."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import lmdb
import primitives
from holder import ME, RECORDS, VERSION, import_phones, open_dataset
from measuring import RUNS, timed
from rows import Benchmark, Row, Unit, show

from oracle.crypto.keccak import keccak256
from oracle.crypto.voprf import generate_key
from oracle.dataset.dataset import Dataset
from oracle.dataset.tagging import Tagger

CHANGES = 1_000
CUTS = 10_000
SAMPLE = 1_000


def measure() -> Sequence[Row]:
    rounds = [_round() for _ in range(RUNS)]
    built, again, cut, own, read = (statistics.median(column) for column in zip(*rounds, strict=True))
    hashed = "hashing to the group and a scalar multiplication of libsodium a record"
    return [
        Row(
            name=f"import and build {RECORDS:,} records",
            value=RECORDS / built,
            unit=Unit.PER_SECOND,
            limit=own,
            limit_is=hashed,
            records=RECORDS,
        ),
        Row(
            name=f"import {CHANGES:,} more and build the next snapshot",
            value=CHANGES / again,
            unit=Unit.PER_SECOND,
            limit=own,
            limit_is=hashed,
            records=RECORDS + CHANGES,
        ),
        Row(
            name="cut a bucket",
            value=CUTS / cut,
            unit=Unit.PER_SECOND,
            limit=read,
            limit_is="an LMDB read of as many bytes in one row, and their keccak256",
            records=RECORDS + CHANGES,
        ),
    ]


def _round() -> tuple[float, ...]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        place = Path(folder)
        tagger = Tagger(secret=generate_key(), holder=ME, key_version=VERSION)
        dataset = runner.run(open_dataset(place / "dataset", tagger))
        own = SAMPLE / timed(lambda: primitives.hash_and_multiply(SAMPLE))
        built = timed(lambda: runner.run(_import_and_build(dataset, 0, RECORDS)))
        again = timed(lambda: runner.run(_import_and_build(dataset, RECORDS, RECORDS + CHANGES)))
        row = runner.run(dataset.build_snapshot(now=int(time.time())))  # the newest one: nothing changed
        prefixes = [(row.bits, number % (1 << row.bits)) for number in range(CUTS)]
        cut = timed(lambda: runner.run(dataset.cut(row.sequence, prefixes)))
        read = _reads(place / "rows", 1 << row.bits, 68 * row.records >> row.bits)
        runner.run(dataset.close())
    return built, again, cut, own, read


async def _import_and_build(dataset: Dataset, first: int, last: int) -> None:
    await import_phones(dataset, first, last)
    await dataset.build_snapshot(now=int(time.time()))


def _reads(place: Path, rows: int, size: int) -> float:
    """Rows a second that LMDB alone reads, were each bucket one of them, and keccak256 of its digests."""
    with lmdb.open(str(place), map_size=1 << 26) as environment:
        with environment.begin(write=True) as transaction:
            for number in range(rows):
                transaction.put(number.to_bytes(4, "big"), bytes(size))
        with environment.begin() as transaction:
            keys = [(number % rows).to_bytes(4, "big") for number in range(CUTS)]
            return CUTS / timed(lambda: [keccak256(transaction.get(key) or b"") for key in keys])


BENCHMARK = Benchmark(title="Dataset, a core", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
