"""One express query to one holder and to 105, over TLS, everything verified: `python bench/express.py`."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Final

from express_series import Setting, measured
from rows import Benchmark, Row, show

QUERIES: Final = {1: 200, 105: 40}
FEW: Final = 40
RECORDS: Final = 10_000


def measure(queries: Mapping[int, int] = QUERIES, records: int = RECORDS) -> Sequence[Row]:
    return [
        row
        for holders, count in queries.items()
        for row in _measure(Setting(holders=holders, records=records, queries=count))
    ]


def _measure(setting: Setting) -> Sequence[Row]:
    holders = setting.holders
    name = f"express query to {'1 holder' if holders == 1 else f'{holders} holders'}"
    series = measured(setting)
    work = setting.row(
        f"{name}: processor time, all ends", series.work_ms, series.curves_ms, "the scalar multiplications"
    )
    first = [series.first(name)] if holders > 1 else []
    return [*series.complete(name), work, *first]


BENCHMARK = Benchmark(
    title="Express queries over TLS on this machine",
    measure=measure,
    quick=lambda: measure({1: 20, 5: 5}, 200),
)

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--holders", type=int, help="so many instead of 1 and 105")
    arguments.add_argument("--records", type=int, default=RECORDS, help="that each of them holds")
    given = arguments.parse_args()
    asked = QUERIES if given.holders is None else {given.holders: QUERIES.get(given.holders, FEW)}
    show(Benchmark(title=BENCHMARK.title, measure=lambda: measure(asked, given.records)))
