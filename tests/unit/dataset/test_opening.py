import shutil
from pathlib import Path
from typing import Any

import lmdb
import pytest

from oracle.crypto.buckets import bucket_hash
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import (
    CursorUnusable,
    DatasetDamaged,
    DatasetForeign,
    DatasetFull,
    DatasetInUse,
    DatasetUnreadable,
    OprfKeyDiffers,
    StorageKeyWrong,
)
from oracle.dataset.glance import glance, verify
from oracle.domain.ids import MemberId

OTHER_SECRET = (6).to_bytes(32, "little")


async def test_open__another_process_has_it__is_refused(holder: Any) -> None:
    async with holder.opening():
        with pytest.raises(DatasetInUse):
            async with holder.opening():
                pass
    async with holder.opening():
        pass


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"member": MemberId(8)}, DatasetForeign),
        ({"storage_key": b"x" * 32}, StorageKeyWrong),
        ({"secret": OTHER_SECRET}, OprfKeyDiffers),
    ],
)
async def test_open__another_member_or_key__is_refused_and_changes_nothing(
    holder: Any, other: dict[str, Any], error: type[Exception]
) -> None:
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 3))
    with pytest.raises(error):
        async with holder.opening(**other):
            pass
    async with holder.opening() as dataset:
        assert (await dataset.stats()).counts.records == 3


async def test_open__an_older_oprf_key__is_refused(holder: Any) -> None:
    async with holder.opening(secret=OTHER_SECRET, key_version=2):
        pass
    with pytest.raises(OprfKeyDiffers):
        async with holder.opening():
            pass


async def test_open__a_database_of_something_else__is_refused_and_left_alone(holder: Any) -> None:
    holder.folder.mkdir()
    with lmdb.open(str(holder.folder), max_dbs=1) as environment:
        environment.open_db(b"mail")
    with pytest.raises(DatasetForeign):
        async with holder.opening():
            pass
    with lmdb.open(str(holder.folder), max_dbs=1) as environment:
        assert environment.dbs() == [b"mail"]


async def test_open__a_later_format__is_refused(holder: Any) -> None:
    async with holder.opening():
        pass
    with lmdb.open(str(holder.folder), max_dbs=16) as environment:
        state = environment.open_db(b"state")
        with environment.begin(write=True) as txn:
            txn.put(b"format", b"riskmesh dataset 3", db=state)
    with pytest.raises(DatasetForeign):
        async with holder.opening():
            pass


@pytest.mark.parametrize("kept", [0.5, 0.9])
async def test_open__a_torn_copy__is_refused(holder: Any, kept: float) -> None:
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 2_000))
    data = holder.folder / "data.mdb"
    content = data.read_bytes()
    data.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(DatasetDamaged):
        async with holder.opening():
            pass


async def test_open__a_file_of_something_else__is_refused(holder: Any) -> None:
    holder.folder.mkdir()
    (holder.folder / "data.mdb").write_bytes(b"not a database" * 1_000)
    with pytest.raises(DatasetDamaged):
        async with holder.opening():
            pass


async def test_open__a_folder_that_is_a_file__is_refused(holder: Any) -> None:
    holder.folder.write_bytes(b"")
    with pytest.raises(DatasetUnreadable):
        async with holder.opening():
            pass


async def test_verify__an_entry_was_altered__is_refused_and_so_is_its_bucket(holder: Any) -> None:
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 100))
        row = await dataset.build_snapshot(now=holder.now)
    with lmdb.open(str(holder.folder), max_dbs=16) as environment:
        entries = environment.open_db(b"entries 2")
        with environment.begin(write=True, db=entries) as txn:
            cursor = txn.cursor()
            cursor.first()
            txn.delete(cursor.key())
    with pytest.raises(DatasetDamaged):
        verify(holder.folder, every=True)
    async with holder.opening() as dataset:
        with pytest.raises(DatasetDamaged):
            await dataset.cut(row.sequence, [(row.bits, 0)])
        assert await dataset.cut(row.sequence, [(row.bits, (1 << row.bits) - 1)])


async def test_verify__a_part_of_a_tree_is_missing_or_altered__is_refused(holder: Any) -> None:
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 400))
        row = await dataset.build_snapshot(now=holder.now)
    assert verify(holder.folder, every=False) == (row,)
    for change in (lambda value: value[:-1] + bytes((value[-1] ^ 1,)), lambda _value: None):
        with lmdb.open(str(holder.folder), max_dbs=16) as environment:
            tiles = environment.open_db(b"tiles")
            with environment.begin(write=True, db=tiles) as txn:
                cursor = txn.cursor()
                cursor.last()
                altered = change(cursor.value())
                if altered is None:
                    txn.delete(cursor.key())
                else:
                    txn.put(cursor.key(), altered)
        with pytest.raises(DatasetDamaged):
            verify(holder.folder, every=False)


async def test_verify__no_snapshot_or_no_dataset__says_so(holder: Any) -> None:
    assert verify(holder.folder, every=True) == ()
    assert not holder.folder.exists()
    async with holder.opening():
        pass
    assert verify(holder.folder, every=False) == ()
    assert glance(holder.folder) == ()


def test_write__the_greatest_size_is_reached__keeps_what_was_there(tmp_path: Path) -> None:
    environment = DatasetEnvironment(tmp_path, map_size=256 * 1024)
    with environment.writing() as rows:
        rows.txn.put(b"k", b"v", db=rows.tables.counts)
    with pytest.raises(DatasetFull):
        fill(environment)
    with environment.reading() as rows:
        assert rows.txn.get(b"k", db=rows.tables.counts) == b"v"
    environment.close()


async def test_list__a_cursor_that_no_page_gave__is_refused(holder: Any) -> None:
    async with holder.opening() as dataset:
        with pytest.raises(CursorUnusable):
            await dataset.list_records(after=b"17")


async def test_folder__copied_whole__opens_as_the_same_dataset(holder: Any, tmp_path: Path) -> None:
    async with holder.opening() as dataset:
        await holder.imports(dataset, holder.lines(0, 40))
        row = await dataset.build_snapshot(now=holder.now)
    holder.folder = Path(shutil.copytree(holder.folder, tmp_path / "copy"))
    async with holder.opening() as dataset:
        assert await dataset.build_snapshot(now=holder.now) == row


async def test_folder__after_import_and_snapshot__shows_no_subject_and_no_reference(holder: Any) -> None:
    lines = "type,value,category,reason,reference\nphone,+8613800138000,4,9,CASE-20241004-77\n"
    async with holder.opening() as dataset:
        await holder.imports(dataset, lines.encode())
        await dataset.build_snapshot(now=holder.now)
        (listed,) = (await dataset.list_records()).records
        assert "13800138000" not in repr(listed)
    content = b"".join(path.read_bytes() for path in holder.folder.rglob("*") if path.is_file())
    assert bucket_hash(listed.subject.encoded).to_bytes(4, "big") in content
    for secret in (b"13800138000", b"CASE-20241004-77"):
        assert secret not in content
    assert all(path.stat().st_mode & 0o077 == 0 for path in (holder.folder, *holder.folder.rglob("*")))


def fill(environment: DatasetEnvironment) -> None:
    with environment.writing() as rows:
        rows.txn.put(b"k", b"other", db=rows.tables.counts)
        for number in range(1_000):
            rows.txn.put(b"%d" % number, bytes(2_000), db=rows.tables.counts)
