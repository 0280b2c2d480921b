"""The next snapshot from what has changed: built and recorded in one transaction, or not at all."""

from typing import Final

from oracle.crypto.buckets import HASH_BITS
from oracle.crypto.tree import Tree
from oracle.dataset.buckets import bucket_leaf, read_buckets, read_leaves
from oracle.dataset.changes import changed_records
from oracle.dataset.environment import DatasetEnvironment, Rows
from oracle.dataset.layout import SnapshotRow, unpack_hash
from oracle.dataset.pending import PendingChanges
from oracle.dataset.sizing import next_bits
from oracle.dataset.snapshot_rows import latest_row, put_row
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tally import record_count
from oracle.dataset.trees import TreeCache
from oracle.domain.ids import KeyVersion, Sequence

_UNPUBLISHED: Final = bytes(32)
_DAY_S: Final = 86_400


def build_snapshot(
    environment: DatasetEnvironment,
    cipher: RowCipher,
    trees: TreeCache,
    *,
    key_version: KeyVersion,
    now: int,
    max_bits: int,
    after: Sequence,
) -> SnapshotRow:
    """The newest snapshot once every pending change is in it; the one there is when nothing has changed.

    `now` (unix seconds) ends expired records. The sequence is greater than `after`, the last one known to be
    published: a dataset restored from a backup must not use a number again. A crash before the commit leaves
    the changes pending; after it, the same snapshot is found again.
    """
    known, latest_tree = _latest_tree(environment, trees)
    with environment.writing() as rows:
        changes = PendingChanges(rows, cipher)
        changes.drop_expired(now // _DAY_S)
        changes.finish()
        latest = latest_row(rows)
        sequence = Sequence(max(changes.sequence, after + 1))
        records = record_count(rows)
        bits = next_bits(records, current=latest.bits if latest else None, limit=max_bits)
        if latest is not None and latest_tree is not None and latest == known and latest.bits == bits:
            tree = _updated(rows, latest_tree, sequence)
        else:
            tree = Tree.from_leaves(bits, read_leaves(rows, sequence=sequence, bits=bits))
        changed = changed_records(
            rows,
            changes.sequence,
            new_key=latest is not None and latest.oprf_key_version != key_version,
        )
        rows.txn.drop(rows.tables.touched, delete=False)
        if latest is not None and _says_the_same(latest, tree, key_version) and latest.sequence >= after:
            return latest
        row = SnapshotRow(
            sequence=sequence,
            bits=bits,
            root=tree.root,
            oprf_key_version=key_version,
            records=records,
            changed=changed,
            created_at=now,
            published_block=None,
            published_block_hash=_UNPUBLISHED,
        )
        put_row(rows, row)
    trees.keep(sequence, tree)
    return row


def _latest_tree(environment: DatasetEnvironment, trees: TreeCache) -> tuple[SnapshotRow | None, Tree | None]:
    # Read before the write begins: a tree that has to be rebuilt would hold up every other writer.
    with environment.reading() as rows:
        latest = latest_row(rows)
    return latest, trees.tree_of(latest) if latest is not None else None


def _updated(rows: Rows, latest: Tree, sequence: Sequence) -> Tree:
    """A copy of the newest tree with the leaves of every touched bucket computed again."""
    shift = HASH_BITS - latest.bits
    touched = rows.txn.cursor(db=rows.tables.touched).iternext(values=False)
    numbers = {unpack_hash(key) >> shift for key in touched}
    tree = latest.copy()
    tree.update(
        {
            number: bucket_leaf(
                read_buckets(rows, sequence=sequence, bits=tree.bits, first=number, count=1)[0]
            )
            for number in numbers
        }
    )
    return tree


def _says_the_same(latest: SnapshotRow, tree: Tree, key_version: KeyVersion) -> bool:
    return (latest.bits, latest.root, latest.oprf_key_version) == (tree.bits, tree.root, key_version)
