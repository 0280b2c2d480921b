"""What a holder's data is worth: its score in an epoch and the price of a hit, as on the chain."""

SCORE_SCALE_BPS = 10_000
NEUTRAL_SCORE_BPS = 5_000

_PRIOR_CONFIRMED = 10
_PRIOR_TOTAL = 20
_REFUTED_WEIGHT = 2


def score_bps(*, confirmed: int, refuted: int) -> int:
    """Basis points, 0 to 10,000; 5,000 for a holder nobody has rated. A refuted hit weighs twice.

    `confirmed` and `refuted` are the totals of all epochs before the one that is priced.
    """
    if confirmed < 0 or refuted < 0:
        msg = "ratings are counts and cannot be negative"
        raise ValueError(msg)
    return (
        SCORE_SCALE_BPS
        * (confirmed + _PRIOR_CONFIRMED)
        // (confirmed + _REFUTED_WEIGHT * refuted + _PRIOR_TOTAL)
    )


def hit_price(*, hit_fee: int, score: int) -> int:
    """Credits for one hit: half the fee at score 0, the fee at 5,000, one and a half at 10,000."""
    return hit_fee * (NEUTRAL_SCORE_BPS + score) // SCORE_SCALE_BPS
