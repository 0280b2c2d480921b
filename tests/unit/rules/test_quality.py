"""Scores and entitlements against values computed by hand."""

import pytest

from oracle.rules.quality import (
    counted_changes,
    entitlement,
    freshness_of,
    heard,
    merit,
    rated_bps,
    score_bps,
)


@pytest.mark.parametrize(
    ("confirmed", "refuted", "expected"),
    [(0, 0, 5000), (10, 0, 6666), (0, 10, 2500), (1, 0, 5238), (0, 1, 4545), (10**6, 0, 9999), (0, 10**9, 0)],
)
def test_score__fresh_and_without_breaches__is_what_ratings_say(
    confirmed: int, refuted: int, expected: int
) -> None:
    weights = {"confirmed": 1_000 * confirmed, "refuted": 1_000 * refuted}
    assert rated_bps(**weights) == expected
    assert score_bps(**weights) == expected


@pytest.mark.parametrize(
    ("fresh", "breaches", "expected"),
    [(0, 0, 2500), (5_000, 0, 3750), (10_000, 2_500, 3750), (0, 10_000, 0), (10_000, 10_000, 0)],
)
def test_score__stale_or_in_breach__loses_its_part(fresh: int, breaches: int, expected: int) -> None:
    assert score_bps(fresh_bps=fresh, breach_bps=breaches) == expected


@pytest.mark.parametrize(("confirmed", "refuted"), [(-1, 0), (0, -1)])
def test_score__negative_weights__is_an_error(confirmed: int, refuted: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        score_bps(confirmed=confirmed, refuted=refuted)


@pytest.mark.parametrize(("changed", "fresh"), [(0, 0), (2, 196), (100, 5_000), (900, 9_000), (10**9, 9_999)])
def test_freshness__more_changes__saturates(changed: int, fresh: int) -> None:
    assert freshness_of(changed) == fresh


def test_counted_changes__fewer_than_two_records__are_none() -> None:
    assert [counted_changes(changed) for changed in (0, 1, 2, 3)] == [0, 0, 2, 3]


@pytest.mark.parametrize(
    ("confirmed", "refuted", "returned", "expected"),
    [
        (3_000, 1_000, 0, (3_000, 1_000)),
        (1_000_000, 20_000, 0, (19_607, 392)),
        (15_000, 0, 15_000, (5_000, 0)),
        (15_000, 0, 30_000, (0, 0)),
        (0, 90_000, 20_000, (0, 20_000)),
    ],
)
def test_heard__of_a_voice__is_in_proportion_within_the_cap(
    confirmed: int, refuted: int, returned: int, expected: tuple[int, int]
) -> None:
    assert heard(confirmed=confirmed, refuted=refuted, returned=returned) == expected


def test_merit__of_refuted_data__is_none() -> None:
    assert merit(confirmed=9_000, refuted=2_000) == 5_000
    assert merit(confirmed=9_000, refuted=5_000) == 0


@pytest.mark.parametrize(
    ("confirmed", "ceiling", "expected"),
    [(0, 10**6, 10_000), (8_000, 10**6, 14_000), (8_000, 12_000, 12_000), (8_000, 5, 10_000)],
)
def test_entitlement__earned__stays_between_floor_and_ceiling(
    confirmed: int, ceiling: int, expected: int
) -> None:
    earned = entitlement(merit=confirmed, score=5_000, floor=10_000, per_rating=1_000, ceiling=ceiling)
    assert earned == expected
