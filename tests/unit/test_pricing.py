"""The arithmetic of scores and hit prices against values computed by hand."""

import pytest

from oracle.rules.pricing import hit_price, score_bps


@pytest.mark.parametrize(
    ("confirmed", "refuted", "expected"),
    [
        (0, 0, 5000),
        (10, 0, 6666),
        (0, 10, 2500),
        (1, 0, 5238),
        (0, 1, 4545),
        (1_000_000, 0, 9999),
        (0, 10**9, 0),
    ],
)
def test_score__ratings_of_earlier_epochs__gives_the_contract_value(
    confirmed: int, refuted: int, expected: int
) -> None:
    assert score_bps(confirmed=confirmed, refuted=refuted) == expected


@pytest.mark.parametrize(("confirmed", "refuted"), [(-1, 0), (0, -1)])
def test_score__negative_counts__is_an_error(confirmed: int, refuted: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        score_bps(confirmed=confirmed, refuted=refuted)


@pytest.mark.parametrize(
    ("hit_fee", "score", "expected"),
    [(100, 5000, 100), (100, 0, 50), (100, 10_000, 150), (101, 4545, 96), (0, 9000, 0), (1, 4999, 0)],
)
def test_hit_price__score_of_the_epoch__scales_the_fee(hit_fee: int, score: int, expected: int) -> None:
    assert hit_price(hit_fee=hit_fee, score=score) == expected
