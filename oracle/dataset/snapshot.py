"""One committed version of a dataset: what replies are cut from, unchanged whatever is imported meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from oracle.crypto.buckets import narrow
from oracle.crypto.merkle import cut_bucket
from oracle.crypto.tree import Tree
from oracle.dataset.buckets import read_buckets
from oracle.dataset.environment import DatasetEnvironment, Rows
from oracle.dataset.errors import BucketOutOfRange, TagNotInSnapshot
from oracle.dataset.layout import Entry, EntryKey, SnapshotRow, pack_number, unpack_hash
from oracle.dataset.pending import stored_record
from oracle.dataset.snapshot_rows import row_of
from oracle.dataset.stored_record import RowCipher
from oracle.domain.ids import Sequence, Tag
from oracle.domain.query import Bucket, Cut


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

    def __init__(
        self, environment: DatasetEnvironment, cipher: RowCipher, row: SnapshotRow, tree: Tree
    ) -> None:
        self._environment = environment
        self._cipher = cipher
        self._tree = tree
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
            return tuple(self._cut(rows, prefix_bits, prefix) for prefix_bits, prefix in prefixes)

    def bucket(self, number: int) -> Bucket:
        if not 0 <= number < 1 << self.row.bits:
            raise BucketOutOfRange(f"Snapshot {self.sequence} has no bucket of that number.")
        with self._environment.reading() as rows:
            self._require_kept(rows)
            return self._buckets(rows, number, 1)[0]

    def digests_of_bucket(self, number: int) -> tuple[bytes, ...]:
        """Record digests in the order of the bucket's tags."""
        return self.bucket(number).digests

    def record_for(self, tag: Tag) -> Disclosed | Withdrawn:
        """What the snapshot commits to under `tag`; raises `TagNotInSnapshot`."""
        with self._environment.reading() as rows:
            self._require_kept(rows)
            entry = self._entry(rows, tag)
            stored = stored_record(rows, self._cipher, entry.key)
        if stored is None:
            return Withdrawn(digest=entry.digest)
        return Disclosed(frame=stored.frame, salt=stored.salt, digest=entry.digest)

    def _cut(self, rows: Rows, prefix_bits: int, prefix: int) -> Cut:
        bits = self.row.bits
        depth, head = narrow(prefix, prefix_bits, bits)
        width = bits - depth
        buckets = self._buckets(rows, head << width, 1 << width)
        return Cut(
            buckets=tuple(cut_bucket(bucket) for bucket in buckets),
            siblings=self._tree.siblings(depth, head),
        )

    def _buckets(self, rows: Rows, first: int, count: int) -> tuple[Bucket, ...]:
        return read_buckets(rows, sequence=self.sequence, bits=self.row.bits, first=first, count=count)

    def _entry(self, rows: Rows, tag: Tag) -> Entry:
        """The version of a tag's entry that this snapshot lists: the newest one that is not newer than it."""
        cursor = rows.txn.cursor(db=rows.tables.records)
        found = cursor.set_range(tag + pack_number(self.sequence + 1))
        if (cursor.prev() if found else cursor.last()) and cursor.key().startswith(tag):
            added = Sequence(int.from_bytes(cursor.key()[len(tag) :], "big"))
            key = EntryKey(hash32=unpack_hash(cursor.value()), tag=tag, added=added)
            value = rows.txn.get(key.packed(), db=rows.tables.entries)
            if value is not None:
                entry = Entry.parse(key.packed(), value)
                if entry.belongs_to(self.sequence):
                    return entry
        raise TagNotInSnapshot(self.sequence)

    def _require_kept(self, rows: Rows) -> None:
        row_of(rows, self.sequence)
