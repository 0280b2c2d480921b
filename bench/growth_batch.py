"""Express batches of 1 to 1,000 subjects to one holder: `python bench/growth_batch.py`."""

from collections.abc import Mapping, Sequence
from typing import Final

from express_series import Setting, measured
from rows import Benchmark, Row, progress, show

QUERIES: Final = {1: 50, 10: 50, 100: 25, 1_000: 15}
RECORDS: Final = 10_000


def measure(queries: Mapping[int, int] = QUERIES, records: int = RECORDS) -> Sequence[Row]:
    rows: list[Row] = []
    for elements, count in queries.items():
        progress(f"subjects in a batch: {elements:,}")
        series = measured(Setting(elements=elements, records=records, queries=count))
        rows += series.complete(f"a batch of {elements:,}")
    return rows


BENCHMARK = Benchmark(
    title="How express queries grow with their subjects",
    measure=measure,
    quick=lambda: measure({1: 5, 20: 5}, 200),
)

if __name__ == "__main__":
    show(BENCHMARK)
