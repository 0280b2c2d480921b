"""For which cheats honesty is not the better choice: the values of a deployment, the edge, and beyond."""

from dataclasses import fields, replace

import pytest

from oracle.chain.deploy.parameters import PROTOCOL
from oracle.domain.reports import Cheat
from oracle.rules.incentives import Stakes, temptations

DEFAULTS = Stakes(**{field.name: PROTOCOL[field.name].default for field in fields(Stakes)})
DAY = 86_400
READ, OLD = Cheat.UNCLAIMED_HITS, Cheat.UNCLAIMED_TOO_OLD


@pytest.mark.parametrize(
    ("voted", "others", "expected"),
    [
        ({}, 3, {}),
        ({}, 105, {}),
        # Each hit by itself at the edge, the case free: equal is not better.
        ({"breach_penalty": 0, "unclaimed_hit_penalty": 15_001}, 3, {}),
        ({"breach_penalty": 0, "unclaimed_hit_penalty": 15_000}, 3, {READ: (1, "0")}),
        ({"breach_penalty": 0, "unclaimed_hit_penalty": 14_900}, 3, {READ: (1, "3000")}),
        # What the case itself costs holds as far as a batch can have hits.
        ({"unclaimed_hit_penalty": 15_000}, 105, {}),
        ({"unclaimed_hit_penalty": 14_900}, 3, {READ: (100, "2900")}),
        ({"unclaimed_hit_penalty": 14_999}, 9, {}),
        ({"unclaimed_hit_penalty": 14_999}, 10, {READ: (10_000, "0")}),
        ({"unclaimed_hit_penalty": 0, "breach_penalty": 45_000_001}, 3, {}),
        ({"unclaimed_hit_penalty": 0, "breach_penalty": 45_000_000}, 3, {READ: (3_000, "0")}),
        # The fee and the sample, which is what votes are about.
        ({"hit_fee": 133}, 3, {}),
        ({"hit_fee": 134}, 3, {READ: (100, "2900")}),
        ({"audit_sample_ppm": 7_501}, 3, {}),
        ({"audit_sample_ppm": 7_000}, 3, {READ: (7, "29930")}),
        ({"audit_sample_ppm": 0}, 3, {READ: (1, "450000")}),
        ({"audit_sample_ppm": 1_000_000, "hit_fee": 13_334}, 9, {}),
        ({"audit_sample_ppm": 1_000_000, "hit_fee": 13_334}, 10, {READ: (10_000, "0")}),
        # Nothing to save, nobody to ask.
        ({"hit_fee": 0, "audit_sample_ppm": 0}, 3, {}),
        ({"audit_sample_ppm": 0}, 0, {}),
        # Audits reach back to where the draw can be at its latest.
        ({"audit_retention_s": 9 * DAY}, 3, {}),
        ({"audit_retention_s": 9 * DAY - 1}, 3, {OLD: (1, "450000")}),
        ({"epoch_length_s": 88 * DAY + 1}, 3, {OLD: (1, "450000")}),
        (
            {"audit_retention_s": DAY, "unclaimed_hit_penalty": 0, "breach_penalty": 0},
            1,
            {READ: (1, "150000"), OLD: (1, "150000")},
        ),
    ],
)
def test_temptations__of_voted_values__are_what_the_arithmetic_says(
    voted: dict[str, int], others: int, expected: dict[Cheat, tuple[int, str]]
) -> None:
    found = temptations(replace(DEFAULTS, **voted), others=others)

    assert {one.cheat: (one.from_hits, one.gain) for one in found} == expected


@pytest.mark.parametrize(
    "voted",
    [
        {"unclaimed_hit_penalty": 0},
        {"unclaimed_hit_penalty": 14_900},
        {"hit_fee": 2**64},
        {"hit_fee": 101, "breach_penalty": 0, "audit_sample_ppm": 1},
        {"audit_sample_ppm": 0},
        {"audit_sample_ppm": 0, "unclaimed_hit_penalty": 151},
        {"audit_retention_s": DAY},
        {"epoch_length_s": 366 * DAY},
    ],
)
def test_temptations__what_is_named_as_enough__is_and_one_less_is_named_again(voted: dict[str, int]) -> None:
    stakes = replace(DEFAULTS, **voted)
    (found,) = temptations(stakes, others=105)
    least = int(found.least or 0)

    enough = replace(stakes, **{found.parameter: least})
    less = replace(stakes, breach_penalty=0, **{found.parameter: least - 1})

    assert temptations(enough, others=105) == ()
    assert [one.cheat for one in temptations(less, others=105)] == [found.cheat]
    assert f"{least:,}" in found.remedy


def test_temptations__where_no_single_value_is_enough__say_so() -> None:
    (found,) = temptations(replace(DEFAULTS, audit_sample_ppm=0, unclaimed_hit_penalty=150), others=3)

    assert (found.parameter, found.least) == ("audit_sample_ppm", None)
    assert "both" in found.remedy


def test_temptations__of_a_gain__say_it_in_words() -> None:
    (found,) = temptations(replace(DEFAULTS, unclaimed_hit_penalty=2_000), others=3)

    assert found.words == (
        "Reading hits and not claiming them costs no more than it saves, from 1 hit of a batch on: a hit "
        "saves up to 150 credits and costs 20 on average (1 % of batches are drawn, and a hit that is found "
        "costs 2,000). The largest batch gains up to 389,900."
    )
    assert (found.saved, found.costs, found.remedy) == (
        "150",
        "20",
        "Set unclaimed_hit_penalty to 15,001 or more.",
    )
