"""The rules of scores and entitlements arrive at the numbers of tests/parity/vectors.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from oracle.rules.evidence import Breaches, Freshness, Tally, Voice
from oracle.rules.pricing import hit_price
from oracle.rules.quality import (
    counted_changes,
    entitlement,
    faded_down,
    faded_up,
    merit,
    score_bps,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())


def _entitled(confirmed: int, refuted: int, score: int) -> int:
    worth = merit(confirmed=confirmed, refuted=refuted)
    return entitlement(merit=worth, score=score, floor=10_000, per_rating=1_000, ceiling=1_000_000)


@pytest.mark.parametrize("case", VECTORS["scores"])
def test_score_entitlement_and_price__of_the_vectors__agree(case: dict[str, str]) -> None:
    confirmed, refuted = int(case["confirmed"]), int(case["refuted"])
    score = score_bps(
        confirmed=confirmed,
        refuted=refuted,
        fresh_bps=int(case["freshBps"]),
        breach_bps=int(case["breachBps"]),
    )
    assert score == int(case["scoreBps"])
    assert hit_price(hit_fee=int(case["hitFee"]), score=score) == int(case["hitPrice"])
    assert _entitled(confirmed, refuted, score) == int(case["entitlement"])


@pytest.mark.parametrize("case", VECTORS["fading"])
def test_fading__of_the_vectors__agrees(case: dict[str, str]) -> None:
    value, epochs = int(case["value"]), int(case["epochs"])
    assert (faded_down(value, epochs), faded_up(value, epochs)) == (int(case["down"]), int(case["up"]))


def test_a_holders_story__replayed_epoch_by_epoch__agrees() -> None:
    tally, breaches, freshness = Tally(), Breaches(), None
    voices: dict[tuple[int, int], Voice] = {}
    for row in VECTORS["quality"]:
        epoch, rater = int(row["epoch"]), int(row["rater"])
        confirmed, refuted = tally.at(epoch)
        fresh = 10_000 if freshness is None else freshness.at(epoch)
        score = score_bps(
            confirmed=confirmed, refuted=refuted, fresh_bps=fresh, breach_bps=breaches.at(epoch)
        )
        shown = (confirmed, refuted, fresh, breaches.at(epoch), score, _entitled(confirmed, refuted, score))
        names = ("confirmedWeight", "refutedWeight", "freshBps", "breachBps", "scoreBps", "entitlement")
        assert shown == tuple(int(row[name]) for name in names), epoch

        for changed in row["publications"]:
            freshness = (freshness or Freshness(epoch=epoch)).plus(epoch, counted_changes(int(changed)))
        for pair, ratings in (
            ((rater, 1), (int(row["confirmed"]), int(row["refuted"]))),
            ((1, rater), (int(row["returned"]), 0)),
        ):
            voice, back = voices.get(pair, Voice()), voices.get(pair[::-1], Voice())
            voices[pair] = voice.plus(epoch, confirmed=ratings[0], refuted=ratings[1], back=back)
            if pair == (rater, 1):
                tally = tally.plus(epoch, *voice.change_to(voices[pair]))
        for _ in range(int(row["breaches"])):
            breaches = breaches.plus(epoch)
