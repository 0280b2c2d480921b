"""What each bit of privacy costs an express query: `python bench/growth_prefix.py`.

Each bit less of the prefix hides a subject among twice as many, and twice as many records are sent.
"""

from collections.abc import Sequence
from typing import Final

from express_series import PREFIX_BITS, Setting, measured
from rows import Benchmark, Row, progress, show

PREFIXES: Final = (PREFIX_BITS, 16, 15, 14, 13, 12, 11, 10, 9, 8)
RECORDS: Final = 1_000_000
"""As many as fill a tree of the governed bits."""
QUERIES: Final = 50


def measure(
    prefixes: Sequence[int] = PREFIXES, records: int = RECORDS, queries: int = QUERIES
) -> Sequence[Row]:
    rows: list[Row] = []
    for bits in prefixes:
        progress(f"bits of the prefix: {bits}")
        series = measured(Setting(prefix_bits=bits, records=records, queries=queries))
        rows += series.complete(f"a prefix of {bits} bits")
    return rows


BENCHMARK = Benchmark(
    title="How express queries grow with each bit that the holder does not see",
    measure=measure,
    quick=lambda: measure((PREFIX_BITS, 8), 20_000, 5),
)

if __name__ == "__main__":
    show(BENCHMARK)
