"""Whether the entries still lead to the roots that were committed: read in full, when asked for."""

from oracle.dataset.buckets import read_leaves
from oracle.dataset.errors import DatasetDamaged
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.rows import Rows
from oracle.dataset.tiles import StoredTree, tiles_over


def verify_snapshot(rows: Rows, row: SnapshotRow) -> None:
    """Raises `DatasetDamaged` when entries, tree and root of a snapshot are not of each other."""
    tiles, root = tiles_over(row.bits, read_leaves(rows, sequence=row.sequence, bits=row.bits))
    tree = StoredTree(rows, row)
    if root != row.root or any(tree.tile(*place) != tile for place, tile in tiles.items()):
        raise DatasetDamaged(
            f"The entries of snapshot {row.sequence} do not lead to its root. "
            "Restore the dataset from a backup; do not publish from it."
        )
