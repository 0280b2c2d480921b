import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from oracle.crypto.storage import StorageCipher
from oracle.dataset.columns import Defaults
from oracle.dataset.dataset import Dataset
from oracle.dataset.errors import HeaderUnusable, StrictImportRefused
from oracle.dataset.import_run import ImportProgress, ImportSummary
from oracle.dataset.importing import ImportFormat
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion, MemberId
from oracle.subjects import INTERNATIONAL

WIDE = "\N{CJK UNIFIED IDEOGRAPH-20000}" * 64
NUMBERS = Path(__file__).parents[3] / "node_modules/@ip1sms/disposable-phone-numbers/number-list.json"


async def test_import__some_lines_are_bad__the_others_enter(dataset: Dataset, holder: Any) -> None:
    summary = await holder.imports(dataset, holder.lines(0, 3) + "\nphone,12,4,9\n" + holder.lines(3, 5))
    assert summary == ImportSummary(lines=6, added=5, updated=0, unchanged=0, skipped=1)
    assert [bad.number for bad in holder.bad_lines] == [5]
    assert isinstance(holder.reported[-1], ImportProgress)
    assert holder.reported[-1] == ImportProgress(lines=6, good=5, skipped=1)


async def test_import__the_same_file_again__changes_nothing(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 3))
    summary = await holder.imports(dataset, holder.lines(0, 3))
    assert summary == ImportSummary(lines=3, added=0, updated=0, unchanged=3, skipped=0)


async def test_strict_import__one_bad_line__imports_nothing_and_lists_all(
    dataset: Dataset, holder: Any
) -> None:
    content = holder.lines(0, 5_000) + "\nphone,12,4,9\n" + holder.lines(5_000, 9_500) + "\n,,,"
    with pytest.raises(StrictImportRefused) as refusal:
        await holder.imports(dataset, content, strict=True, step=200_000)
    assert (refusal.value.bad_lines, refusal.value.first_number) == (2, 5_002)
    assert [bad.number for bad in holder.bad_lines] == [5_002, 9_503]
    assert (await dataset.stats()).counts.records == 0
    assert not (await dataset.stats()).changes_pending


async def test_strict_import__only_good_lines__enters(dataset: Dataset, holder: Any) -> None:
    assert (await holder.imports(dataset, holder.lines(0, 9), strict=True)).added == 9


async def test_import__a_record_outgrows_its_frame__that_line_is_bad(dataset: Dataset, holder: Any) -> None:
    header = "type,value,category,reason,reference\n"
    lines = [f"domain,a.example,{category},9,{WIDE}" for category in (1, 2, 3, 4)]
    summary = await holder.imports(dataset, (header + "\n".join(lines)).encode())
    assert summary == ImportSummary(lines=4, added=1, updated=2, unchanged=0, skipped=1)
    assert [bad.number for bad in holder.bad_lines] == [5]
    page = await dataset.list_records()
    assert len(page.records[0].record.items) == 3


async def test_strict_import__a_record_outgrows_its_frame__imports_nothing(
    dataset: Dataset, holder: Any
) -> None:
    header = "type,value,category,reason,reference\n"
    lines = [f"domain,a.example,{category},9,{WIDE}" for category in (1, 2, 3, 4)]
    with pytest.raises(StrictImportRefused):
        await holder.imports(dataset, (header + "\n".join(lines)).encode(), strict=True)
    assert (await dataset.list_records()).records == ()


async def test_import__no_header__imports_nothing(dataset: Dataset, holder: Any) -> None:
    with pytest.raises(HeaderUnusable):
        await holder.imports(dataset, holder.lines(0, 3).encode())
    assert (await dataset.list_records()).records == ()


async def test_import__the_sender_goes_away__imports_nothing(dataset: Dataset, holder: Any) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield b"type,value,category,reason\n" + holder.lines(0, 5_000).encode()
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await dataset.import_lines(
            torn(), form=ImportFormat.CSV, defaults=Defaults(today=holder.today), report=holder.report
        )
    assert (await dataset.list_records()).records == ()
    await holder.imports(dataset, "domain,z.example,telecom_fraud,phishing")
    assert [listed.subject.value for listed in (await dataset.list_records()).records] == ["z.example"]


async def test_import__cancelled__imports_nothing(dataset: Dataset, holder: Any) -> None:
    reached = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"type,value,category,reason\n" + holder.lines(0, 5_000).encode()
        reached.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(
        dataset.import_lines(
            endless(), form=ImportFormat.CSV, defaults=Defaults(today=holder.today), report=holder.report
        )
    )
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await holder.imports(dataset, holder.lines(0, 1))).added == 1
    assert (await dataset.stats()).counts.records == 1


async def test_import__while_a_snapshot_is_cut__every_cut_is_the_same(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 200))
    row = await dataset.build_snapshot(now=holder.now)
    everything = [(row.bits, number) for number in range(1 << row.bits)]
    before = await dataset.cut(row.sequence, everything)
    importing = asyncio.create_task(holder.imports(dataset, holder.lines(150, 3_000), step=5_000))
    cuts = 0
    while not importing.done() or not cuts:
        assert await dataset.cut(row.sequence, everything) == before
        cuts += 1
    assert (await importing).added == 2_800
    await dataset.build_snapshot(now=holder.now)
    assert await dataset.cut(row.sequence, everything) == before


async def test_imports__two_at_a_time__both_enter_whole(dataset: Dataset, holder: Any) -> None:
    first, second = await asyncio.gather(
        holder.imports(dataset, holder.lines(0, 700)), holder.imports(dataset, holder.lines(700, 1_000))
    )
    assert (first.added, second.added) == (700, 300)
    assert (await dataset.stats()).counts.records == 1_000


async def test_import__a_published_phone_list__enters_under_tags_from_worker_processes(
    holder: Any, tmp_path: Path
) -> None:
    numbers = list(json.loads(NUMBERS.read_bytes()))[:5_000]
    lines = "\n".join(f"phone,{number},marketing_abuse,disposable_contact" for number in numbers)
    tagger = Tagger(
        secret=(5).to_bytes(32, "little"), holder=MemberId(7), key_version=KeyVersion(1), processes=2
    )
    dataset = await Dataset.open(tmp_path, cipher=StorageCipher(bytes(32), "dataset"), tagger=tagger)
    try:
        summary = await holder.imports(dataset, lines, phone_region=INTERNATIONAL, step=65_536)
        row = await dataset.build_snapshot(now=holder.now)
        cut = (await dataset.snapshot(row.sequence)).cut(0, 0)
        listed = (await dataset.list_records(limit=1_000)).records
    finally:
        await dataset.close()
    assert summary.lines == 5_000
    assert summary.skipped == len(holder.bad_lines)
    assert summary.added == row.records
    assert summary.added > 4_500
    tags = {tag for bucket in cut.buckets for tag in bucket.tags}
    assert len(tags) == row.records
    assert {holder.tag_of(record.subject) for record in listed} <= tags
