"""A folder of the format before is opened as it was left, once and for all."""

from pathlib import Path
from typing import Any

import lmdb
import pytest

from oracle.crypto.storage import StorageCipher
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import DatasetDamaged, DatasetOutdated, StorageKeyWrong
from oracle.dataset.glance import glance, verify
from oracle.dataset.snapshot import Disclosed, Withdrawn

_EVERYTHING = (0, 0)


def as_before(folder: Path) -> None:
    """Rewrite a dataset into the rows that format 1 had: records apart, whole keys of expiries, no trees."""
    cipher = StorageCipher(bytes(32), "dataset")
    with lmdb.open(str(folder), max_dbs=16) as environment:
        now = {name: environment.open_db(name) for name in (b"entries 2", b"tiles", b"retired", b"state")}
        due = environment.open_db(b"expiries 2", dupsort=True, dupfixed=True)
        entries, records, expiries = (
            environment.open_db(name) for name in (b"entries", b"records", b"expiries")
        )
        with environment.begin(write=True) as txn:
            for key, value in txn.cursor(db=now[b"entries 2"]):
                txn.put(key, value[:40], db=entries)
                sealed = value[40:]
                if sealed:
                    content = cipher.open(sealed, b"record" + key[:20] + value[8:40])
                    sealed = cipher.seal(content, b"record" + key)
                txn.put(key[4:], key[:4] + sealed, db=records)
                for day, hash32 in txn.cursor(db=due):
                    if hash32 == key[:4]:
                        txn.put(day + key, b"", db=expiries)
            for table in (now[b"entries 2"], due, now[b"tiles"], now[b"retired"]):
                txn.drop(table)
            txn.put(b"format", b"riskmesh dataset 1", db=now[b"state"])


@pytest.fixture
async def before(holder: Any) -> Any:
    """What a dataset with three snapshots of two sizes answered before it was written as format 1."""
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 30))
        await dataset.build_snapshot(now=holder.now)
        await holder.imports(dataset, holder.lines(30, 200))
        await dataset.build_snapshot(now=holder.now)
        await holder.imports(dataset, "domain,host7.example,marketing_abuse,promotion_abuse")
        await dataset.remove(holder.domain(9), erase=True)
        await dataset.build_snapshot(now=holder.now)
        await holder.imports(dataset, holder.lines(200, 203))
        found = await everything(dataset)
    as_before(holder.folder)
    return found


async def everything(dataset: Any) -> Any:
    rows = await dataset.snapshots()
    cuts = [await dataset.cut(row.sequence, [_EVERYTHING, (3, 5), (20, 77)]) for row in rows]
    return rows, cuts, await dataset.stats(), await dataset.list_records(limit=1_000)


async def test_open__a_folder_of_the_format_before__is_the_same_dataset(holder: Any, before: Any) -> None:
    with pytest.raises(DatasetOutdated):
        glance(holder.folder)
    for _ in range(2):
        async with holder.opening() as dataset:
            assert await everything(dataset) == before
        assert verify(holder.folder, every=True) == before[0] == glance(holder.folder)
    async with holder.opening() as dataset:
        found = [
            await dataset.record_for(row.sequence, subject.encoded, holder.tag_of(subject))
            for subject in (holder.domain(7), holder.domain(9))
            for row in before[0][:2]
        ]
        assert [type(each) for each in found] == [Disclosed, Disclosed, Withdrawn, Withdrawn]
        await dataset.remove(holder.domain(8))
        assert (await dataset.build_snapshot(now=holder.now)).changed == 4
        assert (await dataset.build_snapshot(now=holder.now + 731 * 86_400)).records == 0


async def test_open__a_folder_of_the_format_before_with_another_storage_key__is_refused(
    holder: Any, before: Any
) -> None:
    with pytest.raises(StorageKeyWrong):
        async with holder.opening(storage_key=b"x" * 32):
            pass
    async with holder.opening() as dataset:
        assert await everything(dataset) == before


async def test_open__after_the_upgrade__has_none_of_the_rows_before(holder: Any, before: Any) -> None:
    assert before[0]
    async with holder.opening():
        pass
    with lmdb.open(str(holder.folder), max_dbs=16) as environment:
        names = environment.dbs()
    assert {b"entries", b"records", b"expiries", b"staged"}.isdisjoint(names)


async def test_open__a_folder_of_the_format_before_that_is_damaged__is_refused_and_left_as_it_was(
    holder: Any, before: Any
) -> None:
    assert before[0]
    with lmdb.open(str(holder.folder), max_dbs=16) as environment:
        entries = environment.open_db(b"entries")
        with environment.begin(write=True, db=entries) as txn:
            cursor = txn.cursor()
            cursor.first()
            txn.put(cursor.key(), cursor.value()[:-1] + b"\0")
    for _ in range(2):
        with pytest.raises(DatasetDamaged):
            async with holder.opening():
                pass
    environment = DatasetEnvironment(holder.folder)
    assert environment.outdated
    environment.close()
