"""Where a subject falls in a holder's index: its bucket number and the prefixes of it."""

import hashlib

from oracle.crypto.errors import SubtreeOutOfRange

HASH_BITS = 32

_PREFIX = b"riskmesh/1/bucket"


def bucket_hash(subject: bytes) -> int:
    """The top 32 bits of `SHA-256("riskmesh/1/bucket" || subject_bytes)`."""
    return int.from_bytes(hashlib.sha256(_PREFIX + subject).digest()[:4], "big")


def bucket_number(hashed: int, bits: int) -> int:
    """The bucket, among `2^bits`, of a subject whose `bucket_hash` is `hashed`."""
    if not (0 <= bits <= HASH_BITS and 0 <= hashed < 1 << HASH_BITS):
        raise SubtreeOutOfRange(f"A bucket number has 0 to {HASH_BITS} bits, not {bits}.")
    return hashed >> (HASH_BITS - bits)


def prefix(hashed: int, prefix_bits: int) -> int:
    """The first `prefix_bits` of the bucket number, right-aligned: what a requester reveals."""
    return bucket_number(hashed, prefix_bits)


def narrow(value: int, prefix_bits: int, bits: int) -> tuple[int, int]:
    """The depth `q = min(p, b)` that a tree of `bits` serves of a prefix, and the prefix at that depth."""
    if not (0 <= prefix_bits <= HASH_BITS and 0 <= bits <= HASH_BITS and 0 <= value < 1 << prefix_bits):
        raise SubtreeOutOfRange(f"The prefix does not fit {prefix_bits} bits, of at most {HASH_BITS}.")
    depth = min(prefix_bits, bits)
    return depth, value >> (prefix_bits - depth)
