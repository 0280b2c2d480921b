"""The Merkle trees of recent snapshots, in memory and bounded in number."""

import threading
from collections import OrderedDict
from typing import Final

from oracle.crypto.tree import Tree
from oracle.dataset.buckets import read_leaves
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import DatasetDamaged
from oracle.dataset.layout import SnapshotRow
from oracle.domain.ids import Sequence

_TREES_KEPT: Final = 8


class TreeCache:
    """Trees by sequence; one that fell out, or that an earlier process built, is read again from its entries.

    Trees handed out are never changed: a new snapshot updates a copy. Safe to use from several threads.
    """

    def __init__(self, environment: DatasetEnvironment, *, limit: int = _TREES_KEPT) -> None:
        self._environment = environment
        self._limit = limit
        self._trees: OrderedDict[Sequence, Tree] = OrderedDict()
        self._guard = threading.Lock()
        self._rebuilding = threading.Lock()

    def keep(self, sequence: Sequence, tree: Tree) -> None:
        with self._guard:
            self._trees[sequence] = tree
            self._trees.move_to_end(sequence)
            while len(self._trees) > self._limit:
                self._trees.popitem(last=False)

    def forget_before(self, sequence: Sequence) -> None:
        with self._guard:
            for old in [kept for kept in self._trees if kept < sequence]:
                del self._trees[old]

    def tree_of(self, row: SnapshotRow) -> Tree:
        """Raises `DatasetDamaged` when the entries no longer lead to the root that was committed."""
        tree = self._kept(row.sequence)
        if tree is not None:
            return tree
        with self._rebuilding:
            tree = self._kept(row.sequence)
            if tree is None:
                tree = self._rebuild(row)
                self.keep(row.sequence, tree)
        return tree

    def _kept(self, sequence: Sequence) -> Tree | None:
        with self._guard:
            tree = self._trees.get(sequence)
            if tree is not None:
                self._trees.move_to_end(sequence)
            return tree

    def _rebuild(self, row: SnapshotRow) -> Tree:
        with self._environment.reading() as rows:
            leaves = read_leaves(rows, sequence=row.sequence, bits=row.bits)
            tree = Tree.from_leaves(row.bits, leaves)
        if tree.root != row.root:
            raise DatasetDamaged(
                f"The entries of snapshot {row.sequence} do not lead to its root. "
                "Restore the dataset from a backup; do not publish from it."
            )
        return tree
