"""What is brought to the chain before an epoch ends: what was earned in it, then what was learned in it."""

from typing import Final

REDEEMED_WITHIN_S: Final = 43_200
RATED_WITHIN_S: Final = 21_600
"""Later than redemptions: a hit can be rated once it is paid for."""
_REDEEMED_SHARE: Final = 4
_RATED_SHARE: Final = 8


def is_redeemed_now(*, now: int, epoch_end: int, epoch_length_s: int) -> bool:
    """Whether any voucher is redeemed: in the last 12 hours, of a short epoch in its last quarter."""
    return epoch_end - now <= min(REDEEMED_WITHIN_S, epoch_length_s // _REDEEMED_SHARE)


def is_rated_now(*, now: int, epoch_end: int, epoch_length_s: int) -> bool:
    """Whether all ratings of an epoch are sent: in the last 6 hours, of a short one in its last eighth."""
    return epoch_end - now <= min(RATED_WITHIN_S, epoch_length_s // _RATED_SHARE)
