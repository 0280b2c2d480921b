"""The price of a hit, as on the chain."""

from oracle.rules.quality import FULL_BPS

NEUTRAL_SCORE_BPS = 5_000


def hit_price(*, hit_fee: int, score: int) -> int:
    """Credits for one hit: half the fee at score 0, the fee at 5,000, one and a half at 10,000."""
    return hit_fee * (NEUTRAL_SCORE_BPS + score) // FULL_BPS
