"""One committed version of a dataset: what replies are cut from, unchanged whatever is imported meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from oracle.crypto.buckets import bucket_hash, narrow
from oracle.crypto.merkle import cut_bucket, cut_leaf
from oracle.dataset.buckets import read_buckets
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import BucketOutOfRange, DatasetDamaged, TagNotInSnapshot
from oracle.dataset.layout import Entry, EntryKey, SnapshotRow
from oracle.dataset.pending import stored_record
from oracle.dataset.rows import Rows
from oracle.dataset.snapshot_rows import row_of
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tiles import StoredTree
from oracle.domain.ids import Sequence, Tag
from oracle.domain.query import Bucket, Cut, CutBucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """The record behind an entry, as a disclosure sends it."""

    frame: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The entry is committed, its record was erased meanwhile: no fee is due."""

    digest: bytes


class Snapshot:
    """Reads block their thread: `Dataset` offers the same to the event loop.

    Every method raises `SnapshotUnknown` once the snapshot has been pruned.
    """

    def __init__(self, environment: DatasetEnvironment, cipher: RowCipher, row: SnapshotRow) -> None:
        self._environment = environment
        self._cipher = cipher
        self.row = row

    @property
    def sequence(self) -> Sequence:
        return self.row.sequence

    def cut(self, prefix_bits: int, prefix: int) -> Cut:
        """Everything under the first `q = min(p, b)` bits of `prefix`, ascending, and `q` siblings."""
        return self.cut_all(((prefix_bits, prefix),))[0]

    def cut_all(self, prefixes: Iterable[tuple[int, int]]) -> tuple[Cut, ...]:
        """As `cut` for each (prefix_bits, prefix) in order, from one moment of the store."""
        with self._environment.reading() as rows:
            self._require_kept(rows)
            tree = StoredTree(rows, self.row)
            return tuple(self._cut(rows, tree, prefix_bits, prefix) for prefix_bits, prefix in prefixes)

    def bucket(self, number: int) -> Bucket:
        if not 0 <= number < 1 << self.row.bits:
            raise BucketOutOfRange(f"Snapshot {self.sequence} has no bucket of that number.")
        with self._environment.reading() as rows:
            self._require_kept(rows)
            return self._buckets(rows, number, 1)[0]

    def digests_of_bucket(self, number: int) -> tuple[bytes, ...]:
        """Record digests in the order of the bucket's tags."""
        return self.bucket(number).digests

    def record_for(self, subject: bytes, tag: Tag) -> Disclosed | Withdrawn:
        """What the snapshot commits to about `subject` under its tag; raises `TagNotInSnapshot`."""
        with self._environment.reading() as rows:
            self._require_kept(rows)
            entry = self._entry(rows, bucket_hash(subject), tag)
            stored = stored_record(self._cipher, entry)
        if stored is None:
            return Withdrawn(digest=entry.digest)
        return Disclosed(frame=stored.frame, salt=stored.salt, digest=entry.digest)

    def _cut(self, rows: Rows, tree: StoredTree, prefix_bits: int, prefix: int) -> Cut:
        bits = self.row.bits
        depth, head = narrow(prefix, prefix_bits, bits)
        width = bits - depth
        buckets = self._buckets(rows, head << width, 1 << width)
        return Cut(
            buckets=tuple([self._committed(tree, bucket) for bucket in buckets]),
            siblings=tree.siblings(depth, head),
        )

    def _committed(self, tree: StoredTree, bucket: Bucket) -> CutBucket:
        """A bucket that has passed for the committed one: nothing else may be signed."""
        cut = cut_bucket(bucket)
        if cut_leaf(bucket.number, cut.tags, cut.digests_hash) != tree.node(0, bucket.number):
            raise DatasetDamaged(
                f"A bucket of snapshot {self.sequence} is not the one that was committed. "
                "Restore the dataset from a backup; do not publish from it."
            )
        return cut

    def _buckets(self, rows: Rows, first: int, count: int) -> tuple[Bucket, ...]:
        return read_buckets(rows, sequence=self.sequence, bits=self.row.bits, first=first, count=count)

    def _entry(self, rows: Rows, hash32: int, tag: Tag) -> Entry:
        """The version of a tag's entry that this snapshot lists: the newest one that is not newer than it."""
        cursor = rows.txn.cursor(db=rows.tables.entries)
        after = EntryKey(hash32=hash32, tag=tag, added=Sequence(self.sequence + 1))
        if cursor.prev() if cursor.set_range(after.packed()) else cursor.last():
            entry = Entry.parse(cursor.key(), cursor.value())
            if (entry.key.hash32, entry.key.tag) == (hash32, tag) and entry.belongs_to(self.sequence):
                return entry
        raise TagNotInSnapshot(self.sequence)

    def _require_kept(self, rows: Rows) -> None:
        row_of(rows, self.sequence)
