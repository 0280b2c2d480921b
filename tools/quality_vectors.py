"""The numbers of scores, entitlements and their fading, for `parity_vectors.py`: written for it alone."""

from fractions import Fraction
from math import ceil, floor

SCORES = (
    (0, 0, 10_000, 0, 100),
    (1_000, 0, 10_000, 0, 1),
    (0, 1_000, 9_999, 1, 7),
    (140_000, 3_500, 0, 0, 99),
    (3_000, 1_000_000, 5_000, 2_500, 12_345),
    (2**48 - 1, 2**48 - 1, 1, 9_999, 2**64),
    (2**48 - 1, 0, 10_000, 10_000, 2**64),
)
"""Weights confirmed and refuted, freshness, breaches, hit fee."""
FADED = (0, 1, 7, 8, 9, 20_000, 2**48 - 1)
TERMS = ("10000", "1000", "1000000")
"""Entitlement: floor, a confirmed rating, ceiling."""


def kept(value: int, epochs: int, rounding: object = floor) -> int:
    for _ in range(epochs):
        value = (floor if rounding is floor else ceil)(Fraction(7 * value, 8))
    return value


def fading_case(value: int, epochs: int) -> dict[str, str]:
    return {
        "value": str(value),
        "epochs": str(epochs),
        "down": str(kept(value, epochs)),
        "up": str(kept(value, epochs, ceil)),
    }


def score(confirmed: int, refuted: int, fresh: int, breaches: int) -> int:
    rated = floor(Fraction(10_000 * (confirmed + 10_000), confirmed + 2 * refuted + 20_000))
    return floor(Fraction(rated * (10_000 + fresh) * (10_000 - breaches), 2 * 10_000 * 10_000))


def earned(confirmed: int, refuted: int, score_bps: int) -> int:
    least, per_rating, most = map(int, TERMS)
    merit = max(0, confirmed - 2 * refuted)
    return min(most, least + floor(Fraction(merit * per_rating * score_bps, 1_000 * 10_000)))


def score_case(confirmed: int, refuted: int, fresh: int, breaches: int, hit_fee: int) -> dict[str, str]:
    score_bps = score(confirmed, refuted, fresh, breaches)
    return {
        "confirmed": str(confirmed),
        "refuted": str(refuted),
        "freshBps": str(fresh),
        "breachBps": str(breaches),
        "scoreBps": str(score_bps),
        "hitFee": str(hit_fee),
        "hitPrice": str(floor(Fraction(hit_fee * (5_000 + score_bps), 10_000))),
        "entitlement": str(earned(confirmed, refuted, score_bps)),
    }


EPOCHS: tuple[dict[str, object], ...] = (
    {"epoch": 0, "publications": [1_000], "rater": 2, "confirmed": 5, "refuted": 1, "returned": 0},
    {"epoch": 1, "publications": [1, 0, 1], "rater": 2, "confirmed": 30, "refuted": 0, "returned": 9},
    {"epoch": 2, "publications": [2, 48], "rater": 3, "confirmed": 7, "refuted": 40, "returned": 0},
    {"epoch": 3, "publications": [], "rater": 2, "confirmed": 9, "refuted": 3, "returned": 12},
    {"epoch": 4, "publications": [50_000], "rater": 4, "confirmed": 20, "refuted": 0, "returned": 20},
    {"epoch": 11, "publications": [], "rater": 2, "confirmed": 20, "refuted": 0, "returned": 0},
    {"epoch": 12, "publications": [300], "rater": 3, "confirmed": 3, "refuted": 2, "returned": 1},
    {"epoch": 90, "publications": [], "rater": 2, "confirmed": 1, "refuted": 0, "returned": 0},
    {"epoch": 91, "publications": [], "rater": 2, "confirmed": 0, "refuted": 1, "returned": 0},
)
"""One holder, number 1: what it publishes, how a member rates it, how it rates that member."""
BREACHES = {1: 1, 3: 5, 12: 2}


def quality_trace() -> list[dict[str, object]]:
    """The holder's standing at the beginning of each epoch of the story, then what happens in it."""
    weights, new, fresh, breaches = [0, 0], [0, 0], None, 0
    pairs: dict[tuple[int, int], list[int]] = {}
    story = {step["epoch"]: step for step in EPOCHS}
    rows: list[dict[str, object]] = []
    for epoch in range(92):
        step = story.get(epoch)
        if step is not None:
            shown = 10_000 if fresh is None else fresh
            score_bps = score(weights[0], weights[1], shown, breaches)
            rows.append(
                {
                    "epoch": str(epoch),
                    "confirmedWeight": str(weights[0]),
                    "refutedWeight": str(weights[1]),
                    "freshBps": str(shown),
                    "breachBps": str(breaches),
                    "scoreBps": str(score_bps),
                    "entitlement": str(earned(weights[0], weights[1], score_bps)),
                    "publications": [str(changed) for changed in _numbers(step["publications"])],
                    "breaches": str(BREACHES.get(epoch, 0)),
                    **{name: str(step[name]) for name in ("rater", "confirmed", "refuted", "returned")},
                }
            )
            new = _rated(step, pairs)
        published = _numbers(step["publications"]) if step is not None else []
        if published and fresh is None:
            fresh = 10_000
        # The epoch ends.
        changed = sum(one for one in published if one > 1)
        weights = [max(0, kept(weight, 1) + change) for weight, change in zip(weights, new, strict=True)]
        breaches = min(10_000, kept(breaches, 1) + min(10_000, 2_500 * BREACHES.get(epoch, 0)))
        if fresh is not None:
            fresh = max(kept(fresh, 1), floor(Fraction(10_000 * changed, changed + 100)))
        pairs = {pair: [kept(weight, 1, ceil) for weight in used] for pair, used in pairs.items()}
        new = [0, 0]
    return rows


def _rated(step: dict[str, object], pairs: dict[tuple[int, int], list[int]]) -> list[int]:
    """How the holder's weights change; `pairs` has what is heard of each rater about each holder."""
    rater, confirmed, refuted, returned = (
        int(str(step[name])) for name in ("rater", "confirmed", "refuted", "returned")
    )
    change = [0, 0]
    for pair, ratings in (((rater, 1), (confirmed, refuted)), ((1, rater), (returned, 0))):
        before, back = pairs.setdefault(pair, [0, 0]), pairs.setdefault(pair[::-1], [0, 0])
        wanted = [old + 1_000 * new for old, new in zip(before, ratings, strict=True)]
        share = min(Fraction(1), Fraction(20_000, max(1, sum(wanted))))
        heard = [floor(share * weight) for weight in wanted]
        heard[0] = min(heard[0], max(0, 20_000 - back[0]))
        if pair == (rater, 1):
            change = [new - old for new, old in zip(heard, before, strict=True)]
        pairs[pair] = heard
    return change


def _numbers(value: object) -> list[int]:
    return list(value) if isinstance(value, list) else []
