from typing import Any

from oracle.dataset.dataset import Dataset
from oracle.dataset.snapshot import Disclosed, Withdrawn
from oracle.domain.ids import BlockNumber, Sequence


async def test_build__an_empty_dataset__is_one_empty_bucket(dataset: Dataset, holder: Any) -> None:
    row = await dataset.build_snapshot(now=holder.now)
    assert (row.sequence, row.bits, row.records) == (1, 0, 0)
    snapshot = await dataset.snapshot(row.sequence)
    assert snapshot.bucket(0).tags == ()
    assert not holder.lists(snapshot, holder.domain(1))


async def test_build__nothing_changed__is_the_same_snapshot(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 5))
    first = await dataset.build_snapshot(now=holder.now)
    await holder.imports(dataset, holder.lines(0, 5))
    assert await dataset.build_snapshot(now=holder.now + 9) == first


async def test_build__added_and_removed_before_it__is_the_same_snapshot(
    dataset: Dataset, holder: Any
) -> None:
    await holder.imports(dataset, holder.lines(0, 5))
    first = await dataset.build_snapshot(now=holder.now)
    await holder.imports(dataset, holder.lines(5, 6))
    await dataset.remove(holder.domain(5))
    assert await dataset.build_snapshot(now=holder.now) == first


async def test_build__a_later_publication_is_known__takes_a_greater_sequence(
    dataset: Dataset, holder: Any
) -> None:
    await holder.imports(dataset, holder.lines(0, 5))
    await dataset.build_snapshot(now=holder.now)
    row = await dataset.build_snapshot(now=holder.now, after=Sequence(41))
    assert row.sequence == 42
    await holder.imports(dataset, holder.lines(5, 7))
    assert (await dataset.build_snapshot(now=holder.now, after=Sequence(42))).sequence == 43
    assert holder.lists(await dataset.snapshot(Sequence(43)), holder.domain(6))
    assert not holder.lists(await dataset.snapshot(Sequence(42)), holder.domain(6))


async def test_cut__imports_go_on__old_snapshots_stay_identical(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 120))
    first = await dataset.build_snapshot(now=holder.now)
    old = await dataset.snapshot(first.sequence)
    everything = [(first.bits, number) for number in range(1 << first.bits)] + [(0, 0), (17, 5), (2, 3)]
    before = old.cut_all(everything)
    buckets = [old.bucket(number) for number in range(1 << first.bits)]
    for step in range(5):
        await holder.imports(dataset, holder.lines(120 + 40 * step, 160 + 40 * step))
        await dataset.remove(holder.domain(step))
        await holder.imports(dataset, f"domain,host{50 + step}.example,marketing_abuse,promotion_abuse")
        await dataset.build_snapshot(now=holder.now)
    again = await dataset.snapshot(first.sequence)
    assert again.row == first
    assert again.cut_all(everything) == before
    assert await dataset.cut(first.sequence, everything) == before
    assert [again.bucket(number) for number in range(1 << first.bits)] == buckets
    assert holder.lists(again, holder.domain(0))
    assert not holder.lists(again, holder.domain(130))
    newest = await dataset.latest()
    assert newest is not None
    assert newest.sequence == 6
    assert not holder.lists(newest, holder.domain(0))
    assert holder.lists(newest, holder.domain(130))


async def test_snapshots__read_by_another_process__are_the_same(holder: Any) -> None:
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 100))
        first = await dataset.build_snapshot(now=holder.now)
        cut = (await dataset.snapshot(first.sequence)).cut(0, 0)
        await holder.imports(dataset, holder.lines(100, 103))
        await dataset.build_snapshot(now=holder.now)
    async with holder.opening() as dataset:
        assert (await dataset.snapshot(first.sequence)).cut(0, 0) == cut
        await holder.imports(dataset, holder.lines(103, 104))
        third = await dataset.build_snapshot(now=holder.now)
        assert holder.lists(await dataset.snapshot(third.sequence), holder.domain(103))


async def test_mark_published__mined_then_reorganised__is_remembered_and_undone(holder: Any) -> None:
    async with holder.opening() as dataset:
        row = await dataset.build_snapshot(now=holder.now)
        assert row.published_block is None
        await dataset.mark_published(row.sequence, block=BlockNumber(0), block_hash=b"h" * 32)
    async with holder.opening() as dataset:
        (kept,) = await dataset.snapshots()
        assert (kept.published_block, kept.published_block_hash) == (0, b"h" * 32)
        assert (await dataset.build_snapshot(now=holder.now)).sequence == row.sequence
        assert await dataset.mark_published(row.sequence, block=None) == row


async def test_open__a_newer_oprf_key__retags_everything_and_keeps_old_snapshots(holder: Any) -> None:
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 40))
        first = await dataset.build_snapshot(now=holder.now)
        await holder.imports(dataset, holder.lines(40, 41))
        old = await dataset.record_for(
            first.sequence, holder.domain(3).encoded, holder.tag_of(holder.domain(3))
        )
        cut = (await dataset.snapshot(first.sequence)).cut(0, 0)
    secret = (6).to_bytes(32, "little")
    async with holder.opening(secret=secret, key_version=2) as dataset:
        second = await dataset.build_snapshot(now=holder.now)
        assert (second.oprf_key_version, second.records) == (2, 41)
        assert (await dataset.snapshot(first.sequence)).cut(0, 0) == cut
        assert (
            await dataset.record_for(
                first.sequence, holder.domain(3).encoded, holder.tag_of(holder.domain(3))
            )
            == old
        )
        new_tag = holder.tag_of(holder.domain(3), secret, 2)
        new = await dataset.record_for(second.sequence, holder.domain(3).encoded, new_tag)
        assert isinstance(old, Disclosed)
        assert isinstance(new, Disclosed)
        assert (new.frame, new.salt == old.salt) == (old.frame, False)
        assert holder.lists(
            await dataset.snapshot(second.sequence),
            holder.domain(40),
            holder.tag_of(holder.domain(40), secret, 2),
        )
        assert (await dataset.remove(holder.domain(3), erase=True)).versions_erased == 2
        assert isinstance(
            await dataset.record_for(
                first.sequence, holder.domain(3).encoded, holder.tag_of(holder.domain(3))
            ),
            Withdrawn,
        )
