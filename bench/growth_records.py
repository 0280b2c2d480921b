"""Express queries to one holder of ten thousand to ten million records: `python bench/growth_records.py`.

The lists are kept under build/bench; that of ten million takes some minutes the first time, and 2 GB.
"""

from collections.abc import Sequence
from typing import Final

from express_series import Setting, measured
from rows import Benchmark, Row, progress, show

RECORDS: Final = (10_000, 100_000, 1_000_000, 10_000_000)
QUERIES: Final = 200


def measure(sizes: Sequence[int] = RECORDS, queries: int = QUERIES) -> Sequence[Row]:
    rows: list[Row] = []
    for records in sizes:
        progress(f"a holder of {records:,} records")
        series = measured(Setting(records=records, queries=queries))
        rows += series.complete(f"a holder of {records:,} records")
    return rows


BENCHMARK = Benchmark(
    title="How express queries grow with the holder's records",
    measure=measure,
    quick=lambda: measure((200, 20_000), 10),
)

if __name__ == "__main__":
    show(BENCHMARK)
