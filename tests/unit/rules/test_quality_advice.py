"""What would raise a score is said with what it would come to, and nothing is said that would not."""

from dataclasses import replace

import pytest

from oracle.rules.quality_advice import QualityStanding, advice

NEW = QualityStanding(
    confirmed=0,
    refuted=0,
    fresh_bps=10_000,
    breach_bps=0,
    paid_hits=0,
    rated_hits=0,
    floor=10_000,
    per_rating=1_000,
    ceiling=10_000_000,
)


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({}, ["One more member"]),
        ({"breach_bps": 2_500}, ["Breaches take 25.0 %", "One more member"]),
        ({"confirmed": 20_000, "refuted": 3_000}, ["Refuted ratings weigh 3.0", "One more member"]),
        ({"refuted": 999}, ["One more member"]),
        ({"fresh_bps": 4_000}, ["Freshness is 40.0 %. Publishing 900 records", "One more member"]),
        ({"paid_hits": 9, "rated_hits": 2}, ["7 of 9 paid hits", "One more member"]),
        ({"ceiling": 10_000}, ["Nothing would raise it further."]),
    ],
)
def test_advice__by_what_lowers_a_score__names_it_first(changes: dict[str, int], begins: list[str]) -> None:
    said = advice(replace(NEW, **changes))

    assert len(said) == len(begins)
    for sentence, begin in zip(said, begins, strict=True):
        assert sentence.startswith(begin)


def test_advice__for_a_new_member__says_the_numbers_of_the_formula() -> None:
    """The first two rows of the examples in docs/quality.md."""
    (sentence,) = advice(NEW)
    assert "score 50.0 % → 75.0 %, entitlement 10,000 → 25,000" in sentence


def test_advice__after_a_breach__says_what_the_score_is_without_it() -> None:
    first, _ = advice(replace(NEW, confirmed=20_000, breach_bps=2_500))
    assert "score 56.2 % → 75.0 %" in first
