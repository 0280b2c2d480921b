"""Trees in rows are the trees that memory would hold, version by version."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from oracle.crypto.errors import SubtreeOutOfRange
from oracle.crypto.keccak import keccak256
from oracle.crypto.tree import Tree
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import DatasetDamaged
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.rows import Rows
from oracle.dataset.tiles import StoredTree, forget_tiles, places, put_tiles, tiles_over
from oracle.domain.ids import KeyVersion, Sequence

ROW = SnapshotRow(
    sequence=Sequence(1),
    bits=0,
    root=bytes(32),
    oprf_key_version=KeyVersion(1),
    records=0,
    changed=0,
    created_at=0,
    published_block=None,
    published_block_hash=bytes(32),
)


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    environment = DatasetEnvironment(tmp_path)
    with environment.writing() as opened:
        yield opened
    environment.close()


def leaves_of(bits: int, sequence: int = 1) -> list[bytes]:
    return [keccak256(b"%d of %d" % (number, sequence)) for number in range(1 << bits)]


def stored(rows: Rows, sequence: int, leaves: list[bytes]) -> tuple[StoredTree, Tree]:
    """A whole tree in rows, and the same in memory."""
    bits = len(leaves).bit_length() - 1
    tiles, root = tiles_over(bits, leaves)
    put_tiles(rows, Sequence(sequence), tiles)
    row = replace(ROW, sequence=Sequence(sequence), bits=bits, root=root)
    return StoredTree(rows, row), Tree.from_leaves(bits, leaves)


def same(tree: StoredTree, wanted: Tree) -> bool:
    bits = wanted.bits
    everywhere = [(depth, prefix) for depth in range(bits + 1) for prefix in range(1 << depth)]
    return (
        tree.node(bits, 0) == wanted.root
        and [tree.node(0, number) for number in range(1 << bits)]
        == [wanted.leaf(number) for number in range(1 << bits)]
        and [tree.siblings(*place) for place in everywhere]
        == [wanted.siblings(*place) for place in everywhere]
    )


@pytest.mark.parametrize("bits", range(10))
def test_tree__of_any_number_of_levels__is_the_one_in_memory(rows: Rows, bits: int) -> None:
    tree, wanted = stored(rows, 1, leaves_of(bits))

    assert same(tree, wanted)
    assert len(list(places(bits))) == rows.txn.stat(rows.tables.tiles)["entries"]


@pytest.mark.parametrize("bits", [0, 1, 3, 4, 5, 8, 9])
def test_change__of_some_leaves__writes_the_tiles_above_them_and_keeps_the_old_tree(
    rows: Rows, bits: int
) -> None:
    old, wanted_before = stored(rows, 1, leaves_of(bits))
    changes = {number: bytes([number % 256]) * 32 for number in range(0, 1 << bits, 37)}
    tiles, root = old.changed(changes)
    put_tiles(rows, Sequence(5), tiles)
    after = Tree.from_leaves(bits, leaves_of(bits))
    after.update(changes)

    new = StoredTree(rows, replace(ROW, sequence=Sequence(5), bits=bits, root=root))
    before = StoredTree(rows, replace(ROW, sequence=Sequence(4), bits=bits, root=wanted_before.root))

    assert same(new, after)
    assert same(before, wanted_before)
    assert len(tiles) == len(
        {(band, number >> 4 * (band + 1)) for number in changes for band in range(-(-bits // 4))}
    )


def test_change__of_no_leaf__is_no_tile_and_the_same_root(rows: Rows) -> None:
    tree, wanted = stored(rows, 1, leaves_of(6))

    assert tree.changed({}) == ({}, wanted.root)


def test_trees__of_other_sizes_in_turn__are_read_apart(rows: Rows) -> None:
    trees = [
        stored(rows, sequence, leaves_of(bits, sequence)) for sequence, bits in enumerate([5, 9, 2, 6], 1)
    ]

    for tree, wanted in trees:
        assert same(StoredTree(rows, replace(tree_row(tree), root=wanted.root)), wanted)


def test_forgetting__trees_that_were_replaced__leaves_the_tiles_that_are_read(rows: Rows) -> None:
    stored(rows, 1, leaves_of(9))
    tree, wanted = stored(rows, 2, leaves_of(8, 2))
    put_tiles(rows, Sequence(2), {}, gone=set(places(9)) - set(places(8)))
    changed, root = tree.changed({3: bytes(32)})
    put_tiles(rows, Sequence(3), changed)

    forget_tiles(rows, Sequence(2))
    assert same(StoredTree(rows, replace(ROW, sequence=Sequence(2), bits=8, root=wanted.root)), wanted)
    assert rows.txn.stat(rows.tables.tiles)["entries"] == len(list(places(8))) + len(changed)

    forget_tiles(rows, Sequence(3))
    assert StoredTree(rows, replace(ROW, sequence=Sequence(3), bits=8, root=root)).node(0, 3) == bytes(32)
    assert rows.txn.stat(rows.tables.tiles)["entries"] == len(list(places(8)))
    assert rows.txn.stat(rows.tables.retired)["entries"] == 0


def test_node__outside_the_tree__is_refused(rows: Rows) -> None:
    tree, _ = stored(rows, 1, leaves_of(5))

    for height, number in [(0, 32), (5, 1), (6, 0), (2, -1)]:
        with pytest.raises(SubtreeOutOfRange):
            tree.node(height, number)


def test_tile__that_is_missing_or_of_another_size__is_damage(rows: Rows) -> None:
    tree, _ = stored(rows, 1, leaves_of(5))
    row = tree_row(tree)

    with pytest.raises(DatasetDamaged):
        StoredTree(rows, replace(row, bits=9)).node(0, 511)
    with pytest.raises(DatasetDamaged):
        StoredTree(rows, replace(row, bits=6)).node(4, 0)
    with pytest.raises(DatasetDamaged):
        StoredTree(rows, replace(row, sequence=Sequence(0))).node(0, 0)


def tree_row(tree: StoredTree) -> SnapshotRow:
    return replace(ROW, sequence=tree.sequence, bits=tree.bits, root=tree.node(tree.bits, 0))
