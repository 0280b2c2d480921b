"""How many records a publication declares as changed."""

from typing import Any

from oracle.dataset.dataset import Dataset
from oracle.dataset.layout import SnapshotRow
from oracle.domain.ids import KeyVersion, Sequence


async def test_changes__added_replaced_and_removed_records__are_counted_once_each(
    dataset: Dataset, holder: Any
) -> None:
    await holder.imports(dataset, holder.lines(0, 10))
    assert (await dataset.build_snapshot(now=holder.now)).changed == 10
    await holder.imports(dataset, holder.lines(10, 13))
    await dataset.remove(holder.domain(4))
    await dataset.remove(holder.domain(5), erase=True)
    await holder.imports(dataset, holder.lines(5, 6))
    row = await dataset.build_snapshot(now=holder.now)
    assert (row.records, row.changed) == (12, 5)


async def test_changes__records_imported_again_as_they_are__count_for_nothing(
    dataset: Dataset, holder: Any
) -> None:
    await holder.imports(dataset, holder.lines(0, 10))
    await dataset.build_snapshot(now=holder.now)
    await holder.imports(dataset, holder.lines(0, 11))
    await dataset.remove(holder.domain(10))
    await holder.imports(dataset, holder.lines(11, 12))
    assert (await dataset.build_snapshot(now=holder.now)).changed == 1


async def test_changes__a_new_oprf_key__counts_only_what_came_or_went(holder: Any) -> None:
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 40))
        await dataset.build_snapshot(now=holder.now)
        await holder.imports(dataset, holder.lines(40, 43))
        await dataset.remove(holder.domain(1))
    async with holder.opening(secret=(6).to_bytes(32, "little"), key_version=2) as dataset:
        row = await dataset.build_snapshot(now=holder.now)
    assert (row.records, row.changed) == (42, 4)


def test_snapshot_row__written_before_changes_were_counted__reads_as_none_changed() -> None:
    row = SnapshotRow(
        sequence=Sequence(7),
        bits=3,
        root=b"\x07" * 32,
        oprf_key_version=KeyVersion(2),
        records=100,
        changed=0,
        created_at=1_800_000_000,
        published_block=9,
        published_block_hash=b"\x09" * 32,
    )
    earlier = b"\x01" + row.packed()[1:-4]
    assert SnapshotRow.parse((7).to_bytes(8, "big"), earlier) == row
