"""What is done by several processes when there are many records is what one would have done."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from oracle.crypto.buckets import bucket_hash
from oracle.crypto.storage import StorageCipher
from oracle.dataset.building import Terms, build_snapshot
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.identity import settle
from oracle.dataset.importing import ParsedLine
from oracle.dataset.indexing import write_lines
from oracle.dataset.loading import load_runs
from oracle.dataset.pending import PendingChanges
from oracle.dataset.rebuilding import Rebuilding, rebuild, rebuild_here
from oracle.dataset.retention import forget_entries, prune
from oracle.dataset.rotation import prepare, replace_tags
from oracle.dataset.runs import Run, run_path
from oracle.dataset.snapshot_rows import all_rows
from oracle.dataset.tagging import Tagger
from oracle.dataset.tally import record_count
from oracle.dataset.touched import is_everything_touched
from oracle.dataset.verifying import verify_snapshot
from oracle.domain.ids import KeyVersion, MemberId, Sequence, Tag
from oracle.domain.record import Category, RecordItem
from oracle.domain.subject import Subject, SubjectType

CIPHER = StorageCipher(bytes(32), "dataset")
NOW = 20_000 * 86_400
TERMS = Terms(key_version=KeyVersion(1), now=NOW, max_bits=32, after=Sequence(0))
ITEM = RecordItem(
    category=Category(4),
    severity=3,
    first_seen_day=1,
    last_seen_day=2,
    reason_code=1,
    evidence_class=1,
    confidence_bps=1,
    expires_day=30_000,
    holder_reference="",
)


def tagger(version: int, processes: int = 2) -> Tagger:
    secret = (4 + version).to_bytes(32, "little")
    return Tagger(secret=secret, holder=MemberId(7), key_version=KeyVersion(version), processes=processes)


def subject(number: int) -> Subject:
    return Subject(type=SubjectType.DOMAIN, value=f"host{number}.example")


def adds(environment: DatasetEnvironment, first: int, count: int, *, item: RecordItem = ITEM) -> None:
    """Records under tags that cost no scalar multiplication."""
    made = [
        ParsedLine(number=number, subject=subject(number), item=item)
        for number in range(first, first + count)
    ]
    tags = [Tag(hashlib.sha256(line.subject.encoded).digest()[:16]) for line in made]
    path = run_path(environment.runs_folder, f"{first}")
    write_lines(CIPHER, path, made, tags)
    assert load_runs(environment, CIPHER, [Run(path)], strict=True).added == count
    path.unlink()


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[DatasetEnvironment]:
    opened = DatasetEnvironment(tmp_path)
    settle(opened, CIPHER, tagger(1))
    yield opened
    opened.close()


class Steps:
    """Cipher and runs that note what an import does in which order."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        return CIPHER.seal(plaintext, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        self.taken.append("open")
        return CIPHER.open(sealed, context)

    def key_for_workers(self) -> bytes:
        return CIPHER.key_for_workers()

    def run(self, path: Path) -> Run:
        steps = self

        class Noted(Run):
            def rows(self, first: int, count: int) -> Iterator[list[bytes]]:
                steps.taken.append("read")
                return super().rows(first, count)

        return Noted(path)


def test_load__of_a_list_that_is_there_already__merges_each_part_before_it_reads_the_next(
    environment: DatasetEnvironment,
) -> None:
    """A whole list that comes again must not lie in memory as a whole."""
    adds(environment, 0, 400)
    lines = [
        ParsedLine(
            number=number, subject=subject(number % 400), item=replace(ITEM, severity=1 + number // 400)
        )
        for number in range(800)
    ]
    tags = [Tag(hashlib.sha256(line.subject.encoded).digest()[:16]) for line in lines]
    path, steps = run_path(environment.runs_folder, "again"), Steps()
    write_lines(CIPHER, path, lines, tags)

    loaded = load_runs(environment, steps, [steps.run(path)], strict=True, at_once=100)

    # Severities 3, 1 and 2: every line changes its record, the later one last.
    assert (loaded.added, loaded.updated, loaded.unchanged) == (0, 800, 0)
    reads = [position for position, step in enumerate(steps.taken) if step == "read"]
    assert len(reads) >= 8
    assert all(later - earlier > 1 for earlier, later in pairwise(reads))
    with environment.reading() as rows:
        changes = PendingChanges(rows, CIPHER)
        found = changes.find(bucket_hash(subject(7).encoded), subject(7).encoded)
        assert found is not None
        assert [item.severity for item in found.stored.record.items] == [2]
        assert record_count(rows) == 400


def wanted(sequence: int, *, first: bool) -> Rebuilding:
    number = Sequence(sequence)
    return Rebuilding(sequence=number, stamp=number, bits=14, new_key=False, first=first)


def test_rebuild__by_two_processes__is_the_tree_of_one(environment: DatasetEnvironment) -> None:
    adds(environment, 0, 500)
    build_snapshot(environment, CIPHER, TERMS)
    adds(environment, 500, 300)
    with environment.writing() as rows:
        changes = PendingChanges(rows, CIPHER)
        for number in range(7):
            found = changes.find(bucket_hash(subject(number).encoded), subject(number).encoded)
            assert found is not None
            changes.drop(found)
        changes.finish()
        here = [rebuild_here(rows, wanted(1, first=True)), rebuild_here(rows, wanted(2, first=False))]

    apart = [
        rebuild(environment.folder, wanted(1, first=True), 2),
        rebuild(environment.folder, wanted(2, first=False), 2),
    ]

    assert apart == here
    assert here[1].changed == 307


def test_build__of_many_records__is_whole_and_goes_on_in_small_steps(environment: DatasetEnvironment) -> None:
    adds(environment, 0, 70_000)
    first = build_snapshot(environment, CIPHER, TERMS, processes=2)
    assert (first.records, first.changed, first.bits) == (70_000, 70_000, 13)
    assert build_snapshot(environment, CIPHER, TERMS, processes=2) == first
    adds(environment, 70_000, 20)
    second = build_snapshot(environment, CIPHER, TERMS, processes=2)
    assert (second.records, second.changed) == (70_020, 20)
    adds(environment, 71_000, 60_000, item=replace(ITEM, expires_day=20_500))
    third = build_snapshot(environment, CIPHER, TERMS, processes=2)
    assert (third.records, third.changed, third.sequence) == (130_020, 60_000, 3)
    later = replace(TERMS, now=NOW + 600 * 86_400)
    fourth = build_snapshot(environment, CIPHER, later, processes=2)
    assert (fourth.records, fourth.changed, fourth.bits) == (70_020, 60_000, third.bits)
    with environment.reading() as rows:
        assert tuple(all_rows(rows)) == (first, second, third, fourth)
        for row in all_rows(rows):
            verify_snapshot(rows, row)


def test_expiry__of_many_records_at_once__has_the_tree_built_anew(environment: DatasetEnvironment) -> None:
    adds(environment, 0, 1_000)
    adds(environment, 1_000, 51_000, item=replace(ITEM, expires_day=20_500))
    build_snapshot(environment, CIPHER, TERMS)

    with environment.writing() as rows:
        changes = PendingChanges(rows, CIPHER)
        assert changes.drop_expired(20_500) == 0
        assert not is_everything_touched(rows)
        assert changes.drop_expired(20_501) == 51_000
        changes.finish()
        assert is_everything_touched(rows)
        assert record_count(rows) == 1_000


def test_prune__of_many_entries__forgets_them_in_steps(environment: DatasetEnvironment) -> None:
    adds(environment, 0, 10)
    build_snapshot(environment, CIPHER, TERMS)
    with environment.writing() as rows:
        changes = PendingChanges(rows, CIPHER)
        for number in range(5):
            found = changes.find(bucket_hash(subject(number).encoded), subject(number).encoded)
            assert found is not None
            changes.drop(found)
        changes.finish()
    latest = build_snapshot(environment, CIPHER, TERMS)

    with environment.writing() as rows:
        assert prune(rows, latest.sequence) == latest.sequence
        left = []
        more = True
        while more:
            more = forget_entries(rows, latest.sequence, at_once=2)
            left.append(rows.txn.stat(rows.tables.entries)["entries"])
        assert left == [8, 6, 5]
        assert rows.txn.stat(rows.tables.removals)["entries"] == 0
        verify_snapshot(rows, latest)


async def test_rotation__of_many_records__tags_all_of_them_and_keeps_what_was_published(
    environment: DatasetEnvironment,
) -> None:
    adds(environment, 0, 45_000)
    first = build_snapshot(environment, CIPHER, TERMS)
    prepared = await prepare(environment, CIPHER, tagger(2))
    assert len(prepared) == 2
    # What happens between preparing and replacing: one leaves, one is erased, one comes.
    with environment.writing() as rows:
        changes = PendingChanges(rows, CIPHER)
        for number in (3, 4):
            found = changes.find(bucket_hash(subject(number).encoded), subject(number).encoded)
            assert found is not None
            changes.drop(found)
        changes.erase(bucket_hash(subject(4).encoded), subject(4).encoded)
        changes.finish()
    adds(environment, 45_000, 1)
    again = await prepare(environment, CIPHER, tagger(2))
    assert [each.path.stat().st_ino for each in again] == [each.path.stat().st_ino for each in prepared]

    replace_tags(environment, CIPHER, tagger(2), prepared)
    row = build_snapshot(
        environment, CIPHER, Terms(key_version=KeyVersion(2), now=NOW, max_bits=32, after=Sequence(0))
    )

    assert (row.records, row.changed, row.oprf_key_version) == (44_999, 3, 2)
    assert settle(environment, CIPHER, tagger(2)) == 2
    with environment.reading() as rows:
        changes = PendingChanges(rows, CIPHER)
        for number in (0, 44_999, 45_000):
            found = changes.find(bucket_hash(subject(number).encoded), subject(number).encoded)
            assert found is not None
            assert found.entry.key.tag == tagger(2).tags([subject(number).encoded])[0]
        for each in (first, row):
            verify_snapshot(rows, each)
