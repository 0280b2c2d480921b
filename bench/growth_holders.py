"""Express queries to 1 to 105 holders at once: `python bench/growth_holders.py`."""

from collections.abc import Mapping, Sequence
from typing import Final

from express_series import Setting, measured
from rows import Benchmark, Row, progress, show

QUERIES: Final = {1: 50, 5: 50, 20: 25, 50: 15, 105: 15}
RECORDS: Final = 10_000


def measure(queries: Mapping[int, int] = QUERIES, records: int = RECORDS) -> Sequence[Row]:
    rows: list[Row] = []
    for holders, count in queries.items():
        progress(f"holders: {holders}")
        series = measured(Setting(holders=holders, records=records, queries=count))
        name = f"{holders} at once"
        rows += [*series.complete(name), series.first(name)]
    return rows


BENCHMARK = Benchmark(
    title="How express queries grow with the holders that are asked",
    measure=measure,
    quick=lambda: measure({1: 5, 3: 5}, 200),
)

if __name__ == "__main__":
    show(BENCHMARK)
