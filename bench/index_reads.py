"""How long a cut takes in a dataset of many records, at both ends of its distribution."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from holder import PHONE_PREFIX_BITS
from index_records import CIPHER, subject_of
from rows import Row, Unit

from oracle.crypto.buckets import HASH_BITS, bucket_hash
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.layout import bucket_start
from oracle.dataset.snapshot import Snapshot
from oracle.dataset.snapshot_rows import row_of
from oracle.domain.ids import Sequence as SnapshotNumber

LOOKUPS: Final = 2_000


def read_rows(folder: Path, records: int) -> list[Row]:
    """Cuts of single buckets, and of all that the governed prefix holds, spread over the whole index."""
    environment = DatasetEnvironment(folder)
    try:
        with environment.reading() as rows:
            snapshot = Snapshot(environment, CIPHER, row_of(rows, SnapshotNumber(1)))
        bits = snapshot.row.bits
        hashes = [bucket_hash(subject_of(number * records // LOOKUPS).encoded) for number in range(LOOKUPS)]
        found = []
        for prefix_bits in sorted({PHONE_PREFIX_BITS, HASH_BITS}):
            depth = min(prefix_bits, bits)
            read = _milliseconds(partial(_bare, environment, hashed, depth) for hashed in hashes)
            cut = _milliseconds(
                partial(snapshot.cut, prefix_bits, hashed >> HASH_BITS - prefix_bits) for hashed in hashes
            )
            found += [
                Row(
                    name=f"cut at a prefix of {prefix_bits} bits from {records:,} records, {what}",
                    value=_quantile(cut, share),
                    unit=Unit.MILLISECONDS,
                    limit=_quantile(read, share),
                    limit_is="reading the entries of these buckets from LMDB",
                    prefix_bits=prefix_bits,
                    records=records,
                )
                for what, share in (("p50", 50), ("p99", 99))
            ]
    finally:
        environment.close()
    return found


def _bare(environment: DatasetEnvironment, hashed: int, depth: int) -> int:
    """Reads what a cut is made of, and makes nothing of it."""
    number, found = hashed >> HASH_BITS - depth, 0
    with environment.reading() as rows:
        cursor = rows.txn.cursor(db=rows.tables.entries)
        if cursor.set_range(bucket_start(number, depth)):
            for key, _ in cursor.iternext():
                if int.from_bytes(key[:4], "big") >> HASH_BITS - depth != number:
                    break
                found += 1
    return found


def _milliseconds(calls: Iterable[Callable[[], object]]) -> list[float]:
    taken = []
    for call in calls:
        began = time.perf_counter()
        call()
        taken.append(1e3 * (time.perf_counter() - began))
    return taken


def _quantile(values: Sequence[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1]
