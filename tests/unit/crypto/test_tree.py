import pytest

from oracle.crypto.errors import LeafCountWrong, SubtreeOutOfRange, WrongLength
from oracle.crypto.keccak import keccak256
from oracle.crypto.tree import Tree

LEAVES = [keccak256(bytes((n,))) for n in range(8)]


def test_update__some_leaves__equals_a_tree_built_anew() -> None:
    tree = Tree.from_leaves(3, LEAVES)
    changed = {1: keccak256(b"x"), 6: keccak256(b"y"), 7: keccak256(b"z")}
    tree.update(changed)
    anew = Tree.from_leaves(3, [changed.get(n, leaf) for n, leaf in enumerate(LEAVES)])
    assert tree.root == anew.root
    assert all(tree.siblings(3, n) == anew.siblings(3, n) for n in range(8))
    assert tree.leaf(6) == keccak256(b"y")


def test_update__with_nothing__changes_nothing() -> None:
    tree = Tree.from_leaves(3, LEAVES)
    tree.update({})
    assert tree.root == Tree.from_leaves(3, LEAVES).root


def test_update__one_bad_leaf_among_good_ones__changes_nothing() -> None:
    tree = Tree.from_leaves(3, LEAVES)
    for bad, error in (
        ({0: bytes(32), 8: bytes(32)}, SubtreeOutOfRange),
        ({0: bytes(32), 1: b""}, WrongLength),
    ):
        with pytest.raises(error):
            tree.update(bad)
    assert tree.root == Tree.from_leaves(3, LEAVES).root


def test_copy__original_updated__stays_what_it_was() -> None:
    tree = Tree.from_leaves(3, LEAVES)
    before = tree.copy()
    tree.update({0: bytes(32)})
    assert before.root == Tree.from_leaves(3, LEAVES).root != tree.root


def test_siblings__of_the_whole_tree__are_none() -> None:
    assert Tree.from_leaves(3, LEAVES).siblings(0, 0) == ()


@pytest.mark.parametrize("count", [0, 7, 9, 16])
def test_from_leaves__another_number_of_leaves__is_refused(count: int) -> None:
    with pytest.raises(LeafCountWrong):
        Tree.from_leaves(3, [bytes(32)] * count)


def test_from_leaves__leaf_of_wrong_length__is_refused() -> None:
    with pytest.raises(WrongLength):
        Tree.from_leaves(1, [bytes(31), bytes(33)])


@pytest.mark.parametrize("bits", [-1, 33])
def test_from_leaves__impossible_height__is_refused(bits: int) -> None:
    with pytest.raises(SubtreeOutOfRange):
        Tree.from_leaves(bits, [])


@pytest.mark.parametrize(("depth", "prefix"), [(4, 0), (2, 4), (-1, 0), (2, -1)])
def test_siblings__place_that_the_tree_has_not__is_refused(depth: int, prefix: int) -> None:
    with pytest.raises(SubtreeOutOfRange):
        Tree.from_leaves(3, LEAVES).siblings(depth, prefix)
