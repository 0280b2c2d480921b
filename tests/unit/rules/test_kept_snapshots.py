"""Which old publications a query may still be about."""

import pytest

from oracle.rules.snapshot import oldest_needed


@pytest.mark.parametrize(
    ("superseded_at", "now", "expected"),
    [
        ((), 1_000, 0),
        ((950,), 1_000, 0),
        ((900,), 1_000, 0),
        ((899,), 1_000, 1),
        ((100, 899, 900, 950), 1_000, 2),
        ((100, 200, 300), 1_000, 3),
        ((2_000,), 1_000, 0),
    ],
)
def test_oldest_needed__publications_superseded_long_ago__may_be_forgotten(
    superseded_at: tuple[int, ...], now: int, expected: int
) -> None:
    assert oldest_needed(superseded_at, now=now, kept_s=100) == expected
