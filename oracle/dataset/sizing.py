"""How many buckets a snapshot has: about sixteen records each, without flapping between two sizes."""

from typing import Final

TARGET_LOAD: Final = 16
_GROW_ABOVE: Final = 20
_SHRINK_BELOW: Final = 6


def ideal_bits(records: int) -> int:
    """`max(0, ceil(log2(records / 16)))`."""
    buckets = -(-records // TARGET_LOAD)
    return max(0, buckets - 1).bit_length()


def next_bits(records: int, *, current: int | None, limit: int) -> int:
    """Bits of the next snapshot, at most `limit`.

    A change of size rebuilds every bucket, so the current one stays while buckets hold 6 to 20 records on
    average; the ideal lies in (8, 16], which leaves room on either side before the next change.
    """
    if current is None:
        return min(ideal_bits(records), limit)
    buckets = 1 << current
    if records > _GROW_ABOVE * buckets or records < _SHRINK_BELOW * buckets:
        return min(ideal_bits(records), limit)
    return min(current, limit)
