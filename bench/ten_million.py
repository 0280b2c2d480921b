"""An index of ten million records, and a daemon that starts with them: `python bench/run.py ten_million`.

Not part of `make bench`: it takes a quarter of an hour of two cores, 5 GB of disk and 1 GB of memory.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import start
from holder import ME, VERSION
from index import built_and_used
from rows import Benchmark, Row, show

from oracle.crypto.voprf import generate_key
from oracle.dataset.tagging import Tagger

RECORDS: Final = 10_000_000


def measure(records: int = RECORDS) -> Sequence[Row]:
    with tempfile.TemporaryDirectory() as folder:
        tagger = Tagger(secret=generate_key(), holder=ME, key_version=VERSION)
        rows = built_and_used(Path(folder) / "built", tagger, records, runs=1)
    return [*rows, *start.measure(records)]


BENCHMARK = Benchmark(title="Ten million records", measure=measure, quick=lambda: measure(200_000))

if __name__ == "__main__":
    show(BENCHMARK)
