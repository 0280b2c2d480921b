"""The price of a hit against values computed by hand."""

import pytest

from oracle.rules.pricing import hit_price


@pytest.mark.parametrize(
    ("hit_fee", "score", "expected"),
    [(100, 5000, 100), (100, 0, 50), (100, 10_000, 150), (101, 4545, 96), (0, 9000, 0), (1, 4999, 0)],
)
def test_hit_price__score_of_the_epoch__scales_the_fee(hit_fee: int, score: int, expected: int) -> None:
    assert hit_price(hit_fee=hit_fee, score=score) == expected
