"""Buckets of one snapshot, read from the entries."""

from collections.abc import Iterator
from itertools import groupby

from oracle.crypto.buckets import HASH_BITS
from oracle.crypto.merkle import leaf
from oracle.dataset.layout import alive_in, bucket_start
from oracle.dataset.rows import Rows
from oracle.domain.ids import Sequence, Tag
from oracle.domain.query import Bucket


def read_buckets(rows: Rows, *, sequence: Sequence, bits: int, first: int, count: int) -> tuple[Bucket, ...]:
    """`count` consecutive buckets from number `first`, of `2^bits`, as snapshot `sequence` lists them."""
    members: list[list[tuple[Tag, bytes]]] = [[] for _ in range(count)]
    shift = HASH_BITS - bits
    cursor = rows.txn.cursor(db=rows.tables.entries)
    if cursor.set_range(bucket_start(first, bits)):
        for hash32, tag, digest in alive_in(sequence, cursor.iternext(), until=first + count << shift):
            members[(hash32 >> shift) - first].append((tag, digest))
    return tuple([_bucket(first + position, found) for position, found in enumerate(members)])


def read_leaves(rows: Rows, *, sequence: Sequence, bits: int) -> Iterator[bytes]:
    """All `2^bits` leaves in ascending bucket number, in one pass over the entries."""
    shift = HASH_BITS - bits
    entries = alive_in(sequence, rows.txn.cursor(db=rows.tables.entries).iternext())
    expected = 0
    for number, group in groupby(entries, key=lambda entry: entry[0] >> shift):
        for empty in range(expected, number):
            yield leaf(empty, (), ())
        yield bucket_leaf(_bucket(number, [(tag, digest) for _hash32, tag, digest in group]))
        expected = number + 1
    for empty in range(expected, 1 << bits):
        yield leaf(empty, (), ())


def bucket_leaf(bucket: Bucket) -> bytes:
    return leaf(bucket.number, bucket.tags, bucket.digests)


def _bucket(number: int, members: list[tuple[Tag, bytes]]) -> Bucket:
    # Entries lie in the order of their hashes; a bucket is in the order of its tags.
    members.sort()
    return Bucket(
        number=number,
        tags=tuple([tag for tag, _digest in members]),
        digests=tuple([digest for _tag, digest in members]),
    )
