"""How long it takes to open a dataset of many records as a daemon does, and to change it a little."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import lmdb
import primitives
from holder import import_phones, open_dataset
from measuring import RUNS
from rows import Row, Unit

from oracle.crypto.buckets import HASH_BITS
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import Sequence as SnapshotNumber

CHANGES: Final = 1_000


def change_rows(folder: Path, tagger: Tagger, records: int) -> list[Row]:
    """Medians of five; each import adds others."""
    with asyncio.Runner() as runner:
        rounds = [runner.run(_round(folder, tagger, number)) for number in range(RUNS)]
    opened, changed, bare, tagged = (statistics.median(column) for column in zip(*rounds, strict=True))
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


async def _round(folder: Path, tagger: Tagger, number: int) -> Sequence[float]:
    began = time.monotonic()
    dataset = await open_dataset(folder, tagger)
    await dataset.cut(SnapshotNumber(number + 1), [(HASH_BITS, 0)])
    opened = time.monotonic() - began
    began = time.monotonic()
    await import_phones(dataset, number * CHANGES, (number + 1) * CHANGES)
    await dataset.build_snapshot(now=int(time.time()))
    changed = time.monotonic() - began
    await dataset.close()
    began = time.monotonic()
    with lmdb.open(str(folder), max_dbs=16, readonly=True) as environment, environment.begin() as txn:
        txn.stat()
    bare = time.monotonic() - began
    began = time.monotonic()
    primitives.hash_and_multiply(CHANGES)
    return opened, changed, bare, time.monotonic() - began
