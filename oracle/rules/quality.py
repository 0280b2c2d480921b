"""What a holder's data is worth and what right to ask it earns: the same whole numbers as on the chain.

Weights are thousandths of a rating. What happens in an epoch counts from the next one on.
"""

from typing import Final

FULL_BPS: Final = 10_000
WEIGHT: Final = 1_000
PAIR_CAP: Final = 20 * WEIGHT
"""Most that one rater's voice weighs on a holder, and that two members confirm of each other."""
MIN_CHANGED: Final = 2
"""Records that must change in one publication for it to count at all."""
BREACH_BPS: Final = 2_500
"""What one breach takes from a score."""

_PRIOR_CONFIRMED: Final = 10 * WEIGHT
_PRIOR_TOTAL: Final = 20 * WEIGHT
_REFUTED_WEIGHT: Final = 2
_HALF_FRESH: Final = 100
_KEPT, _OF = 7, 8


def faded_down(value: int, epochs: int) -> int:
    """Seven eighths after each epoch, rounded down each time; ends at 0."""
    while epochs > 0 and value > 0:
        value = value * _KEPT // _OF
        epochs -= 1
    return value


def faded_up(value: int, epochs: int) -> int:
    """Seven eighths after each epoch, rounded up each time; ends at 7 at most."""
    while epochs > 0 and value >= _OF:
        value = (value * _KEPT + _OF - 1) // _OF
        epochs -= 1
    return value


def rated_bps(*, confirmed: int, refuted: int) -> int:
    """What ratings alone say, in basis points: half without any; a refuted one weighs twice."""
    if confirmed < 0 or refuted < 0:
        msg = "weights of ratings cannot be negative"
        raise ValueError(msg)
    return FULL_BPS * (confirmed + _PRIOR_CONFIRMED) // (confirmed + _REFUTED_WEIGHT * refuted + _PRIOR_TOTAL)


def score_bps(*, confirmed: int = 0, refuted: int = 0, fresh_bps: int = FULL_BPS, breach_bps: int = 0) -> int:
    """The whole score: staleness takes up to half of it, breaches take up to all. 5,000 for a new member."""
    whole = rated_bps(confirmed=confirmed, refuted=refuted) * (FULL_BPS + fresh_bps) * (FULL_BPS - breach_bps)
    return whole // (2 * FULL_BPS * FULL_BPS)


def freshness_of(changed: int) -> int:
    """Freshness in basis points that so many changed records in one epoch earn; saturates."""
    return FULL_BPS * changed // (changed + _HALF_FRESH)


def counted_changes(changed: int) -> int:
    """The records of one publication that feed freshness: none of an empty or one-record change."""
    return changed if changed >= MIN_CHANGED else 0


def merit(*, confirmed: int, refuted: int) -> int:
    """Confirmed ratings less twice the refuted ones: what a holder's data is good for on balance."""
    return max(0, confirmed - _REFUTED_WEIGHT * refuted)


def entitlement(*, merit: int, score: int, floor: int, per_rating: int, ceiling: int) -> int:
    """Evaluations (elements of batches) in an epoch: a floor, and more for the merit of its data."""
    return max(floor, min(ceiling, floor + merit * per_rating * score // (WEIGHT * FULL_BPS)))


def heard(*, confirmed: int, refuted: int, returned: int) -> tuple[int, int]:
    """What is heard of a voice with these weights: within the cap, in proportion.

    No more is heard as confirmed than the cap leaves beside what the other confirmed in return.
    """
    total = confirmed + refuted
    if total > PAIR_CAP:
        confirmed, refuted = confirmed * PAIR_CAP // total, refuted * PAIR_CAP // total
    return min(confirmed, max(0, PAIR_CAP - returned)), refuted
