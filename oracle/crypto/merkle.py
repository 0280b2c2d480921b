"""Positional Merkle trees over buckets: leaf and node hashes, and the root that a cut leads to.

At height h (leaf = 0) bit h of a bucket's number, the least significant being bit 0, set means right child.
"""

import hmac
from collections.abc import Sequence
from itertools import pairwise

from oracle.crypto.errors import (
    FieldOutOfRange,
    LeafCountWrong,
    RootMismatch,
    SiblingCountWrong,
    SubtreeOutOfRange,
    TagsNotAscending,
    require_length,
)
from oracle.crypto.keccak import keccak256
from oracle.crypto.tag import TAG_SIZE
from oracle.domain.query import Bucket, Cut, CutBucket

HASH_SIZE = 32
MAX_BITS = 32


def hash_digests(digests: Sequence[bytes]) -> bytes:
    """keccak256 of a bucket's record digests in the order of its tags; of nothing when it is empty."""
    return keccak256(b"".join(digests))


def cut_bucket(bucket: Bucket) -> CutBucket:
    """A bucket as a reply carries it."""
    return CutBucket(tags=bucket.tags, digests_hash=hash_digests(bucket.digests))


def leaf(number: int, tags: Sequence[bytes], digests: Sequence[bytes]) -> bytes:
    """`keccak256(0x00 || uint32 number || keccak256(tags) || keccak256(digests))`."""
    return cut_leaf(number, tags, hash_digests(digests))


def cut_leaf(number: int, tags: Sequence[bytes], digests_hash: bytes) -> bytes:
    """The same leaf from the hash of its digests."""
    if not 0 <= number < 1 << MAX_BITS:
        raise FieldOutOfRange(f"A bucket number has at most {MAX_BITS} bits.")
    require_length("hash of a bucket's digests", digests_hash, HASH_SIZE)
    return keccak256(b"\x00" + number.to_bytes(4, "big") + keccak256(b"".join(tags)) + digests_hash)


def node(left: bytes, right: bytes) -> bytes:
    """`keccak256(0x01 || left || right)`."""
    return keccak256(b"\x01" + left + right)


def root_of_subtree(
    *, bits: int, depth: int, prefix: int, leaves: Sequence[bytes], siblings: Sequence[bytes]
) -> bytes:
    """The root of a tree of `bits` levels from all leaves under `prefix` (`depth` bits) and its siblings.

    `leaves`: exactly `2^(bits - depth)`, ascending; `siblings`: exactly `depth`, bottom up from the subtree's
    root. Any other number is refused, so that no path can be passed off as one of another tree.
    """
    check_subtree(bits, depth, prefix)
    if len(leaves) != 1 << (bits - depth):
        raise LeafCountWrong(f"The subtree has {1 << (bits - depth)} buckets; {len(leaves)} were sent.")
    if len(siblings) != depth:
        raise SiblingCountWrong(f"The path to the root has {depth} siblings; {len(siblings)} were sent.")
    for value in (*leaves, *siblings):
        require_length("node of the tree", value, HASH_SIZE)
    level = list(leaves)
    while len(level) > 1:
        level = [node(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    current = level[0]
    for height, sibling in enumerate(siblings):
        current = node(sibling, current) if prefix >> height & 1 else node(current, sibling)
    return current


def verify_subtree(root: bytes, *, bits: int, depth: int, prefix: int, cut: Cut) -> None:
    """Refuse a cut that is not exactly what stands under `prefix` in the tree committed as `root`."""
    check_subtree(bits, depth, prefix)
    first = prefix << (bits - depth)
    for bucket in cut.buckets:
        check_tags(bucket.tags)
    leaves = [
        cut_leaf(first + offset, bucket.tags, bucket.digests_hash)
        for offset, bucket in enumerate(cut.buckets)
    ]
    found = root_of_subtree(bits=bits, depth=depth, prefix=prefix, leaves=leaves, siblings=cut.siblings)
    if not hmac.compare_digest(found, root):
        raise RootMismatch("The buckets and their path do not lead to the committed root.")


def check_tags(tags: Sequence[bytes]) -> None:
    """Tags of one bucket have 16 bytes each and rise strictly."""
    for value in tags:
        require_length("tag", value, TAG_SIZE)
    if any(left >= right for left, right in pairwise(tags)):
        raise TagsNotAscending("The tags of a bucket are not in strictly increasing order.")


def check_subtree(bits: int, depth: int, prefix: int) -> None:
    """Whether a tree of `bits` levels has a subtree under a prefix of `depth` bits."""
    if not (0 <= depth <= bits <= MAX_BITS and 0 <= prefix < 1 << depth):
        raise SubtreeOutOfRange(f"A tree of {bits} levels has no subtree at this prefix of {depth} bits.")
