"""Whatever is imported, removed, erased and pruned: a snapshot is what it would be if built from nothing."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.crypto.buckets import bucket_hash
from oracle.crypto.merkle import leaf, verify_subtree
from oracle.crypto.storage import StorageCipher
from oracle.crypto.tree import Tree
from oracle.dataset.buckets import read_leaves
from oracle.dataset.building import Terms, build_snapshot
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.layout import SnapshotRow, unpack_number
from oracle.dataset.pending import PendingChanges
from oracle.dataset.retention import forget_entries, prune
from oracle.dataset.sizing import ideal_bits, next_bits
from oracle.dataset.snapshot import Disclosed, Snapshot, Withdrawn
from oracle.dataset.tiles import places
from oracle.dataset.verifying import verify_snapshot
from oracle.domain.ids import KeyVersion, Sequence, Tag
from oracle.domain.record import Category, RecordItem

subjects = st.integers(0, 150)
actions = st.one_of(
    st.tuples(st.just("import"), subjects, st.integers(1, 90), st.sampled_from(Category)),
    st.tuples(st.just("remove"), subjects, st.integers(1, 60), st.booleans()),
    st.tuples(st.just("build")),
    st.tuples(st.just("prune"), st.integers(0, 3)),
)


def subject_of(number: int) -> bytes:
    return b"\x06host%d.example" % number


def tag_of(subject: bytes) -> Tag:
    # An index does not care where its tags come from; the real ones cost a scalar multiplication each.
    return Tag(hashlib.sha256(b"tag" + subject).digest()[:16])


def item_of(category: Category, severity: int) -> RecordItem:
    return RecordItem(
        category=category,
        severity=severity,
        first_seen_day=1,
        last_seen_day=2,
        reason_code=1,
        evidence_class=1,
        confidence_bps=1,
        expires_day=30_000,
        holder_reference="",
    )


@dataclass(slots=True)
class Holder:
    """A dataset, and beside it what plain sets say that every snapshot must list."""

    environment: DatasetEnvironment
    cipher: StorageCipher
    current: dict[bytes, set[Category]] = field(default_factory=dict)
    listed: dict[Sequence, dict[bytes, set[Category]]] = field(default_factory=dict)
    erased: dict[Sequence, set[bytes]] = field(default_factory=dict)
    built: dict[Sequence, SnapshotRow] = field(default_factory=dict)
    step: int = 0

    def imports(self, first: int, count: int, category: Category) -> None:
        self.step += 1
        with self.environment.writing() as rows:
            changes = PendingChanges(rows, self.cipher)
            for number in range(first, first + count):
                subject = subject_of(number)
                changes.put(
                    bucket_hash(subject), tag_of(subject), subject, item_of(category, 1 + self.step % 5)
                )
                self.current.setdefault(subject, set()).add(category)
            changes.finish()

    def removes(self, first: int, count: int, *, erase: bool) -> None:
        with self.environment.writing() as rows:
            changes = PendingChanges(rows, self.cipher)
            for number in range(first, first + count):
                subject = subject_of(number)
                found = changes.find(bucket_hash(subject), subject)
                assert (found is not None) == (subject in self.current)
                if found is not None:
                    changes.drop(found)
                    del self.current[subject]
                if erase:
                    changes.erase(bucket_hash(subject), subject)
                    for sequence, members in self.listed.items():
                        if subject in members:
                            self.erased[sequence].add(subject)
            changes.finish()

    def builds(self) -> None:
        terms = Terms(key_version=KeyVersion(1), now=86_400 * 20_000, max_bits=32, after=Sequence(0))
        row = build_snapshot(self.environment, self.cipher, terms)
        if row.sequence in self.built:
            assert self.built[row.sequence] == row
        else:
            assert row.sequence == max(self.built, default=0) + 1
            self.built[row.sequence] = row
            self.listed[row.sequence] = {
                subject: set(categories) for subject, categories in self.current.items()
            }
            self.erased[row.sequence] = set()
        assert row.records == len(self.current)
        self.holds(row)

    def prunes(self, keep: int) -> None:
        if self.built:
            older_than = Sequence(max(self.built) - keep)
            with self.environment.writing() as rows:
                prune(rows, older_than)
                while forget_entries(rows, older_than, at_once=2):
                    """Two by two."""
                if not keep:
                    # One version of each tile of the one tree that is left, and no more.
                    tiles = rows.txn.stat(rows.tables.tiles)["entries"]
                    assert tiles == len(list(places(self.built[older_than].bits)))
                removals = rows.txn.cursor(db=rows.tables.removals).iternext(values=False)
                assert all(unpack_number(removal) > older_than for removal in removals)
            for sequence in [known for known in self.built if known < older_than]:
                del self.built[sequence], self.listed[sequence], self.erased[sequence]

    def holds(self, row: SnapshotRow) -> None:
        """The snapshot lists exactly the members of its time, under a root that they alone lead to."""
        with self.environment.reading() as rows:
            scanned = Tree.from_leaves(row.bits, read_leaves(rows, sequence=row.sequence, bits=row.bits))
            assert scanned.root == row.root
            verify_snapshot(rows, row)
        snapshot = Snapshot(self.environment, self.cipher, row)
        buckets: list[list[tuple[Tag, bytes]]] = [[] for _ in range(1 << row.bits)]
        for subject, categories in self.listed[row.sequence].items():
            found = snapshot.record_for(subject, tag_of(subject))
            buckets[bucket_hash(subject) >> (32 - row.bits)].append((tag_of(subject), found.digest))
            match found:
                case Withdrawn():
                    assert subject in self.erased[row.sequence]
                case Disclosed():
                    assert subject not in self.erased[row.sequence]
                    assert hashlib.sha256(found.salt + found.frame).digest() == found.digest
                    # A length, a map's head, and one array head an item: enough to count the items.
                    assert found.frame[2 + 4] == 0x80 + len(categories)
        leaves = [
            leaf(number, [tag for tag, _ in sorted(members)], [digest for _, digest in sorted(members)])
            for number, members in enumerate(buckets)
        ]
        assert Tree.from_leaves(row.bits, leaves).root == row.root
        for depth in range(row.bits + 1):
            last = (1 << depth) - 1
            cut = snapshot.cut(depth, last)
            verify_subtree(row.root, bits=row.bits, depth=depth, prefix=last, cut=cut)


def holders() -> Iterator[Holder]:
    with tempfile.TemporaryDirectory() as folder:
        environment = DatasetEnvironment(Path(folder))
        yield Holder(environment, StorageCipher(bytes(32), "dataset"))
        environment.close()


@settings(max_examples=40, deadline=None)
@given(st.lists(actions, max_size=14))
def test_snapshots__after_any_history__equal_those_built_from_nothing(
    history: list[tuple[object, ...]],
) -> None:
    for holder in holders():
        for action in history:
            match action:
                case ("import", int(first), int(count), Category() as category):
                    holder.imports(first, count, category)
                case ("remove", int(first), int(count), bool(erase)):
                    holder.removes(first, count, erase=erase)
                case ("build",):
                    holder.builds()
                case ("prune", int(keep)):
                    holder.prunes(keep)
        holder.builds()
        for row in holder.built.values():
            holder.holds(row)


@given(st.integers(0, 10**7), st.integers(0, 32) | st.none(), st.integers(0, 32))
def test_bits__any_number_of_records__are_stable_and_keep_buckets_small(
    records: int, current: int | None, limit: int
) -> None:
    bits = next_bits(records, current=current, limit=limit)
    assert bits <= limit
    assert next_bits(records, current=bits, limit=limit) == bits
    if bits < limit:
        assert records <= 20 << bits
    if bits:
        assert records >= 6 << bits
    assert ideal_bits(records) == 0 or 8 << ideal_bits(records) < records <= 16 << ideal_bits(records)
