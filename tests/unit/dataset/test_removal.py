from typing import Any

import pytest

from oracle.dataset.dataset import Dataset, Removal
from oracle.dataset.errors import SnapshotUnknown, TagNotInSnapshot
from oracle.dataset.snapshot import Disclosed, Withdrawn
from oracle.domain.ids import Sequence


async def test_remove__without_erasing__old_snapshots_still_disclose(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 3))
    first = await dataset.build_snapshot(now=holder.now)
    assert await dataset.remove(holder.domain(1)) == Removal(removed=True, versions_erased=0)
    assert await dataset.remove(holder.domain(1)) == Removal(removed=False, versions_erased=0)
    second = await dataset.build_snapshot(now=holder.now)
    assert isinstance(
        await dataset.record_for(first.sequence, holder.domain(1).encoded, holder.tag_of(holder.domain(1))),
        Disclosed,
    )
    with pytest.raises(TagNotInSnapshot):
        await dataset.record_for(second.sequence, holder.domain(1).encoded, holder.tag_of(holder.domain(1)))
    assert second.records == 2


async def test_erase__listed_by_old_snapshots__is_withdrawn_and_still_committed(
    dataset: Dataset, holder: Any
) -> None:
    await holder.imports(dataset, holder.lines(0, 3))
    first = await dataset.build_snapshot(now=holder.now)
    digests = (await dataset.snapshot(first.sequence)).digests_of_bucket(0)
    await holder.imports(dataset, "domain,host1.example,marketing_abuse,promotion_abuse")
    second = await dataset.build_snapshot(now=holder.now)
    assert await dataset.remove(holder.domain(1), erase=True) == Removal(removed=True, versions_erased=2)
    for sequence in (first.sequence, second.sequence):
        assert isinstance(
            await dataset.record_for(sequence, holder.domain(1).encoded, holder.tag_of(holder.domain(1))),
            Withdrawn,
        )
        assert holder.lists(await dataset.snapshot(sequence), holder.domain(1))
    assert (await dataset.snapshot(first.sequence)).digests_of_bucket(0) == digests
    third = await dataset.build_snapshot(now=holder.now)
    assert not holder.lists(await dataset.snapshot(third.sequence), holder.domain(1))
    assert await dataset.remove(holder.domain(1), erase=True) == Removal(removed=False, versions_erased=0)


async def test_erase__never_in_a_snapshot__leaves_no_row(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 1))
    assert await dataset.remove(holder.domain(0), erase=True) == Removal(removed=True, versions_erased=0)
    assert (await dataset.list_records()).records == ()
    assert (await dataset.stats()).counts.records == 0


async def test_erase__then_imported_again__is_listed_again(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 2))
    first = await dataset.build_snapshot(now=holder.now)
    await dataset.remove(holder.domain(0), erase=True)
    await holder.imports(dataset, holder.lines(0, 1))
    second = await dataset.build_snapshot(now=holder.now)
    assert isinstance(
        await dataset.record_for(first.sequence, holder.domain(0).encoded, holder.tag_of(holder.domain(0))),
        Withdrawn,
    )
    assert isinstance(
        await dataset.record_for(second.sequence, holder.domain(0).encoded, holder.tag_of(holder.domain(0))),
        Disclosed,
    )


async def test_prune__old_snapshots__are_forgotten_with_what_only_they_listed(
    dataset: Dataset, holder: Any
) -> None:
    await holder.imports(dataset, holder.lines(0, 40))
    for step in range(4):
        await dataset.build_snapshot(now=holder.now)
        await dataset.remove(holder.domain(step))
    last = await dataset.build_snapshot(now=holder.now)
    held = await dataset.snapshot(Sequence(2))
    kept = await dataset.snapshot(Sequence(3))
    cut = kept.cut(0, 0)
    assert await dataset.prune(Sequence(3)) == 3
    assert [row.sequence for row in await dataset.snapshots()] == [3, 4, last.sequence]
    with pytest.raises(SnapshotUnknown):
        await dataset.snapshot(Sequence(2))
    with pytest.raises(SnapshotUnknown):
        held.cut(0, 0)
    assert kept.cut(0, 0) == cut
    assert isinstance(
        await dataset.record_for(Sequence(3), holder.domain(2).encoded, holder.tag_of(holder.domain(2))),
        Disclosed,
    )
    with pytest.raises(TagNotInSnapshot):
        await dataset.record_for(Sequence(3), holder.domain(0).encoded, holder.tag_of(holder.domain(0)))
    assert await dataset.prune(Sequence(99)) == last.sequence
    assert holder.lists(await dataset.snapshot(last.sequence), holder.domain(20))


async def test_prune__before_any_snapshot__keeps_the_pending_records(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 2))
    assert await dataset.prune(Sequence(5)) is None
    assert (await dataset.build_snapshot(now=holder.now)).records == 2
