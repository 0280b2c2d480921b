import pytest

from oracle.crypto import merkle
from oracle.crypto.errors import (
    FieldOutOfRange,
    LeafCountWrong,
    RootMismatch,
    SiblingCountWrong,
    SubtreeOutOfRange,
    TagsNotAscending,
    WrongLength,
)
from oracle.crypto.keccak import keccak256
from oracle.crypto.tree import Tree
from oracle.domain.errors import Refused
from oracle.domain.ids import Tag
from oracle.domain.query import Bucket, Cut, CutBucket

BITS = 4
DEPTH = 2
PREFIX = 0b10
BUCKETS = [
    Bucket(
        number=number,
        tags=tuple(Tag(bytes((number, n)) + bytes(14)) for n in range(number % 4)),
        digests=tuple(keccak256(bytes((number, n))) for n in range(number % 4)),
    )
    for number in range(16)
]
TREE = Tree.from_leaves(BITS, [merkle.leaf(b.number, b.tags, b.digests) for b in BUCKETS])
UNDER = BUCKETS[8:12]
CUT = Cut(buckets=tuple(merkle.cut_bucket(bucket) for bucket in UNDER), siblings=TREE.siblings(DEPTH, PREFIX))


def verify(
    cut: Cut = CUT, *, root: bytes = TREE.root, bits: int = BITS, depth: int = DEPTH, prefix: int = PREFIX
) -> None:
    merkle.verify_subtree(root, bits=bits, depth=depth, prefix=prefix, cut=cut)


def with_buckets(*buckets: CutBucket) -> Cut:
    return Cut(buckets=buckets, siblings=CUT.siblings)


def test_leaf__spelled_out__is_the_format() -> None:
    tags, digests = (b"t" * 16, b"u" * 16), (b"d" * 32, b"e" * 32)
    assert merkle.leaf(5, tags, digests) == keccak256(
        b"\x00" + b"\x00\x00\x00\x05" + keccak256(b"t" * 16 + b"u" * 16) + keccak256(b"d" * 32 + b"e" * 32)
    )


def test_leaf__of_an_empty_bucket__hashes_empty_bytes() -> None:
    assert merkle.leaf(0, (), ()) == keccak256(bytes(5) + keccak256(b"") * 2)


def test_verify_subtree__honest_cut__is_accepted() -> None:
    verify()


def test_verify_subtree__tree_without_records__is_one_empty_bucket() -> None:
    cut = Cut(buckets=(CutBucket(tags=(), digests_hash=keccak256(b"")),), siblings=())
    verify(cut, root=Tree.empty(0).root, bits=0, depth=0, prefix=0)


def test_verify_subtree__entry_dropped__is_refused() -> None:
    first = CUT.buckets[1]
    dropped = CutBucket(tags=first.tags[1:], digests_hash=first.digests_hash)
    with pytest.raises(RootMismatch):
        verify(with_buckets(CUT.buckets[0], dropped, *CUT.buckets[2:]))


def test_verify_subtree__entry_invented__is_refused() -> None:
    first = CUT.buckets[0]
    invented = CutBucket(tags=(*first.tags, Tag(b"\xff" * 16)), digests_hash=first.digests_hash)
    with pytest.raises(RootMismatch):
        verify(with_buckets(invented, *CUT.buckets[1:]))


def test_verify_subtree__other_digests__are_refused() -> None:
    forged = CutBucket(tags=CUT.buckets[0].tags, digests_hash=keccak256(b"forged"))
    with pytest.raises(RootMismatch):
        verify(with_buckets(forged, *CUT.buckets[1:]))


def test_verify_subtree__buckets_under_another_number__are_refused() -> None:
    with pytest.raises(RootMismatch):
        verify(with_buckets(*CUT.buckets[1:], CUT.buckets[0]))
    with pytest.raises(RootMismatch):
        verify(prefix=0b11)


def test_verify_subtree__another_root__is_refused() -> None:
    with pytest.raises(RootMismatch):
        verify(root=keccak256(b"published after the query"))


def test_verify_subtree__tags_out_of_order__are_refused() -> None:
    bucket = CUT.buckets[3]
    assert len(bucket.tags) == 3
    swapped = CutBucket(tags=bucket.tags[::-1], digests_hash=bucket.digests_hash)
    with pytest.raises(TagsNotAscending):
        verify(with_buckets(*CUT.buckets[:3], swapped))


def test_verify_subtree__equal_tags__are_refused() -> None:
    twice = CutBucket(tags=(Tag(bytes(16)),) * 2, digests_hash=keccak256(b""))
    with pytest.raises(TagsNotAscending):
        verify(with_buckets(twice, *CUT.buckets[1:]))


def test_verify_subtree__truncated_subtree__is_refused() -> None:
    for buckets in (CUT.buckets[:3], (), (*CUT.buckets, CUT.buckets[0])):
        with pytest.raises(LeafCountWrong):
            verify(with_buckets(*buckets))


def test_verify_subtree__path_of_another_length__is_refused() -> None:
    for siblings in (CUT.siblings[:1], (), (*CUT.siblings, bytes(32))):
        with pytest.raises(SiblingCountWrong):
            verify(Cut(buckets=CUT.buckets, siblings=siblings))


def test_verify_subtree__inner_node_as_a_leaf_of_a_lower_tree__is_refused() -> None:
    # Without the height from the chain, the four leaves would pass as the two of a tree one level lower.
    with pytest.raises(LeafCountWrong):
        verify(bits=BITS - 1)


@pytest.mark.parametrize(
    ("cut", "error"),
    [
        (
            with_buckets(CutBucket(tags=(Tag(bytes(15)),), digests_hash=bytes(32)), *CUT.buckets[1:]),
            WrongLength,
        ),
        (with_buckets(CutBucket(tags=(), digests_hash=bytes(31)), *CUT.buckets[1:]), WrongLength),
        (Cut(buckets=CUT.buckets, siblings=(bytes(31), bytes(32))), WrongLength),
    ],
)
def test_verify_subtree__values_of_wrong_length__are_refused(cut: Cut, error: type[Refused]) -> None:
    with pytest.raises(error):
        verify(cut)


@pytest.mark.parametrize(
    ("bits", "depth", "prefix"), [(4, 5, 0), (33, 2, 0), (4, -1, 0), (4, 2, 4), (4, 2, -1)]
)
def test_verify_subtree__place_that_no_tree_has__is_refused(bits: int, depth: int, prefix: int) -> None:
    with pytest.raises(SubtreeOutOfRange):
        verify(bits=bits, depth=depth, prefix=prefix)


def test_cut_leaf__number_over_32_bits__is_refused() -> None:
    with pytest.raises(FieldOutOfRange):
        merkle.cut_leaf(1 << 32, (), bytes(32))
