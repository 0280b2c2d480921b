"""Buckets of one snapshot, read from the entries."""

from collections.abc import Iterator
from collections.abc import Sequence as Items
from itertools import groupby

from oracle.crypto.buckets import HASH_BITS
from oracle.crypto.merkle import leaf
from oracle.dataset.environment import Rows
from oracle.dataset.layout import alive_in, bucket_start, unpack_hash
from oracle.domain.ids import Sequence, Tag
from oracle.domain.query import Bucket


def read_buckets(rows: Rows, *, sequence: Sequence, bits: int, first: int, count: int) -> tuple[Bucket, ...]:
    """`count` consecutive buckets from number `first`, of `2^bits`, as snapshot `sequence` lists them."""
    members: list[list[tuple[Tag, bytes]]] = [[] for _ in range(count)]
    shift = HASH_BITS - bits
    cursor = rows.txn.cursor(db=rows.tables.entries)
    if cursor.set_range(bucket_start(first, bits)):
        for key, value in cursor.iternext():
            position = (unpack_hash(key) >> shift) - first
            if position >= count:
                break
            member = alive_in(sequence, key, value)
            if member is not None:
                members[position].append(member)
    return tuple(_bucket(first + position, found) for position, found in enumerate(members))


def read_leaves(rows: Rows, *, sequence: Sequence, bits: int) -> Iterator[bytes]:
    """All `2^bits` leaves in ascending bucket number, in one pass over the entries."""
    shift = HASH_BITS - bits
    entries = rows.txn.cursor(db=rows.tables.entries).iternext()
    expected = 0
    for number, group in groupby(entries, key=lambda entry: unpack_hash(entry[0]) >> shift):
        for empty in range(expected, number):
            yield leaf(empty, (), ())
        found = [member for key, value in group if (member := alive_in(sequence, key, value)) is not None]
        yield bucket_leaf(_bucket(number, found))
        expected = number + 1
    for empty in range(expected, 1 << bits):
        yield leaf(empty, (), ())


def bucket_leaf(bucket: Bucket) -> bytes:
    return leaf(bucket.number, bucket.tags, bucket.digests)


def _bucket(number: int, members: Items[tuple[Tag, bytes]]) -> Bucket:
    # Entries lie in the order of their hashes; a bucket is in the order of its tags.
    ordered = sorted(members)
    return Bucket(
        number=number,
        tags=tuple(tag for tag, _digest in ordered),
        digests=tuple(digest for _tag, digest in ordered),
    )
