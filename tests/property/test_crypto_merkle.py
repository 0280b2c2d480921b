import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.crypto.errors import RootMismatch
from oracle.crypto.merkle import cut_bucket, leaf, root_of_subtree, verify_subtree
from oracle.crypto.tree import Tree
from oracle.domain.ids import Tag
from oracle.domain.query import Bucket, Cut


@st.composite
def trees(draw: st.DrawFn) -> tuple[int, list[Bucket], Tree]:
    bits = draw(st.integers(0, 5))
    buckets = []
    for number in range(1 << bits):
        tags = sorted(draw(st.sets(st.binary(min_size=16, max_size=16), max_size=3)))
        digests = [draw(st.binary(min_size=32, max_size=32)) for _ in tags]
        buckets.append(Bucket(number=number, tags=tuple(map(Tag, tags)), digests=tuple(digests)))
    return bits, buckets, Tree.from_leaves(bits, [leaf(b.number, b.tags, b.digests) for b in buckets])


def cut(tree: Tree, buckets: list[Bucket], depth: int, prefix: int) -> Cut:
    width = 1 << (tree.bits - depth)
    under = buckets[prefix * width : (prefix + 1) * width]
    return Cut(buckets=tuple(map(cut_bucket, under)), siblings=tree.siblings(depth, prefix))


@given(built=trees(), data=st.data())
def test_tree__any_subtree__verifies_at_its_place_and_at_no_other(
    built: tuple[int, list[Bucket], Tree], data: st.DataObject
) -> None:
    bits, buckets, tree = built
    depth = data.draw(st.integers(0, bits))
    prefix = data.draw(st.integers(0, (1 << depth) - 1))
    honest = cut(tree, buckets, depth, prefix)
    verify_subtree(tree.root, bits=bits, depth=depth, prefix=prefix, cut=honest)
    elsewhere = data.draw(st.integers(0, (1 << depth) - 1))
    if elsewhere != prefix:
        with pytest.raises(RootMismatch):
            verify_subtree(tree.root, bits=bits, depth=depth, prefix=elsewhere, cut=honest)


@given(
    bits=st.integers(0, 6),
    rounds=st.lists(st.dictionaries(st.integers(0, 63), st.binary(min_size=32, max_size=32)), max_size=4),
)
def test_tree__updated_in_place__equals_one_built_anew(bits: int, rounds: list[dict[int, bytes]]) -> None:
    tree = Tree.empty(bits)
    leaves = [tree.leaf(number) for number in range(1 << bits)]
    for changes in rounds:
        within = {number % (1 << bits): value for number, value in changes.items()}
        tree.update(within)
        for number, value in within.items():
            leaves[number] = value
    assert tree.root == Tree.from_leaves(bits, leaves).root
    assert tree.root == root_of_subtree(bits=bits, depth=0, prefix=0, leaves=leaves, siblings=())
