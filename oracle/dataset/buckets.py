"""Buckets of one snapshot, read from the entries."""

from collections.abc import Iterator

from oracle.crypto.buckets import HASH_BITS
from oracle.crypto.merkle import leaf
from oracle.dataset.layout import alive_in, bucket_start, pack_number
from oracle.dataset.rows import Rows
from oracle.domain.ids import Sequence, Tag
from oracle.domain.query import Bucket

_CURRENT = bytes(8)


def read_buckets(rows: Rows, *, sequence: Sequence, bits: int, first: int, count: int) -> tuple[Bucket, ...]:
    """`count` consecutive buckets from number `first`, of `2^bits`, as snapshot `sequence` lists them."""
    members: list[list[tuple[Tag, bytes]]] = [[] for _ in range(count)]
    shift = HASH_BITS - bits
    cursor = rows.txn.cursor(db=rows.tables.entries)
    if cursor.set_range(bucket_start(first, bits)):
        for hash32, tag, digest in alive_in(sequence, cursor.iternext(), until=first + count << shift):
            members[(hash32 >> shift) - first].append((tag, digest))
    return tuple([_bucket(first + position, found) for position, found in enumerate(members)])


def read_leaves(
    rows: Rows, *, sequence: Sequence, bits: int, first: int = 0, count: int | None = None
) -> Iterator[bytes]:
    """`count` consecutive leaves from number `first`, by default all `2^bits`, in one pass."""
    shift = HASH_BITS - bits
    end = first + (1 << bits if count is None else count)
    stamp = pack_number(sequence)
    members: list[tuple[bytes, bytes]] = []
    number = first
    cursor = rows.txn.cursor(db=rows.tables.entries)
    # Every record passes here when a tree is built: fields are compared as they lie in the rows.
    for key, value in cursor.iternext() if cursor.set_range(bucket_start(first, bits)) else ():
        place = int.from_bytes(key[:4], "big") >> shift
        if place != number:
            if place >= end:
                break
            yield _leaf(number, members)
            members = []
            for empty in range(number + 1, place):
                yield leaf(empty, (), ())
            number = place
        removed = value[:8]
        if (removed == _CURRENT or removed > stamp) and key[20:] <= stamp:
            members.append((key[4:20], value[8:40]))
    if number < end:
        yield _leaf(number, members)
    for empty in range(number + 1, end):
        yield leaf(empty, (), ())


def bucket_leaf(bucket: Bucket) -> bytes:
    return leaf(bucket.number, bucket.tags, bucket.digests)


def _leaf(number: int, members: list[tuple[bytes, bytes]]) -> bytes:
    members.sort()
    return leaf(number, [tag for tag, _digest in members], [digest for _tag, digest in members])


def _bucket(number: int, members: list[tuple[Tag, bytes]]) -> Bucket:
    # Entries lie in the order of their hashes; a bucket is in the order of its tags.
    members.sort()
    return Bucket(
        number=number,
        tags=tuple([tag for tag, _digest in members]),
        digests=tuple([digest for _tag, digest in members]),
    )
