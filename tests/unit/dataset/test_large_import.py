"""An import of several blocks: shared by processes, and gone on with after it was cut off."""

import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from oracle.crypto.storage import StorageCipher
from oracle.crypto.workers import WorkerLost
from oracle.dataset.columns import Defaults
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import DatasetUnreadable, StrictImportRefused
from oracle.dataset.identity import settle
from oracle.dataset.import_run import ImportProgress, ImportRun, ImportSummary
from oracle.dataset.importing import ImportFormat, Reading
from oracle.dataset.lines import BadLine
from oracle.dataset.runs import Run
from oracle.dataset.tagging import Tagger
from oracle.dataset.threads import Threads
from oracle.domain.ids import KeyVersion, MemberId

SECRET = (5).to_bytes(32, "little")
CIPHER = StorageCipher(bytes(32), "dataset")
READING = Reading(form=ImportFormat.CSV, defaults=Defaults(today=20_000))
BLOCK = 4_096
LINES = 1_000


class Importer:
    """Imports into an open dataset, in blocks of some 150 lines."""

    def __init__(self, environment: DatasetEnvironment, threads: Threads) -> None:
        self.environment = environment
        self._threads = threads
        self.reported: list[ImportProgress | BadLine] = []

    async def imports(
        self, chunks: AsyncIterator[bytes], *, processes: int = 0, strict: bool = False, key_version: int = 1
    ) -> ImportSummary:
        tagger = Tagger(
            secret=SECRET, holder=MemberId(7), key_version=KeyVersion(key_version), processes=processes
        )
        run = ImportRun(
            self.environment, CIPHER, tagger, self._threads, self._report, strict=strict, block_bytes=BLOCK
        )
        return await run.run(chunks, READING)

    async def _report(self, event: ImportProgress | BadLine) -> None:
        self.reported.append(event)

    @property
    def runs(self) -> list[Path]:
        return sorted(self.environment.runs_folder.glob("*"))

    def digests(self) -> set[bytes]:
        with self.environment.reading() as rows:
            return {value[8:40] for _, value in rows.txn.cursor(db=rows.tables.entries)}


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Importer]:
    environment, threads = DatasetEnvironment(folder), Threads()
    try:
        settle(environment, CIPHER, Tagger(secret=SECRET, holder=MemberId(7), key_version=KeyVersion(1)))
        yield Importer(environment, threads)
    finally:
        threads.close()
        environment.close()


@pytest.fixture
async def importer(tmp_path: Path) -> AsyncIterator[Importer]:
    async with opened(tmp_path) as found:
        yield found


async def lines(*, bad: tuple[int, ...] = (), until: int | None = None) -> AsyncIterator[bytes]:
    """Of a file about a thousand domains; it breaks off before line `until`."""
    yield b"type,value,category,reason\n"
    for number in range(2, LINES + 2):
        if number == until:
            raise ConnectionResetError
        yield b"phone,12,4,9\n" if number in bad else b"domain,host%d.example,4,9\n" % number


@pytest.mark.parametrize("processes", [0, 2])
async def test_import__of_several_blocks__enters_whole_and_leaves_no_run(
    importer: Importer, processes: int
) -> None:
    summary = await importer.imports(lines(bad=(5, 700, 999)), processes=processes)

    assert summary == ImportSummary(lines=LINES, added=LINES - 3, updated=0, unchanged=0, skipped=3)
    assert [event.number for event in importer.reported if isinstance(event, BadLine)] == [5, 700, 999]
    assert importer.reported[-1] == ImportProgress(lines=LINES, good=LINES - 3, skipped=3)
    assert sum(isinstance(event, ImportProgress) for event in importer.reported) > 2
    assert len(importer.digests()) == LINES - 3
    assert importer.runs == []


@pytest.mark.parametrize("processes", [0, 2])
async def test_import__cut_off_and_begun_again__goes_on_with_the_runs_that_are_there(
    importer: Importer, processes: int
) -> None:
    with pytest.raises(ConnectionResetError):
        await importer.imports(lines(bad=(5,), until=900), processes=processes)
    assert importer.digests() == set()
    kept = importer.runs
    assert len(kept) >= 2
    importer.reported.clear()
    done = {row[32:][8:40] for path in kept for part in Run(path).rows(0, 256) for row in part}

    summary = await importer.imports(lines(bad=(5,)), processes=processes)

    assert summary == ImportSummary(lines=LINES, added=LINES - 1, updated=0, unchanged=0, skipped=1)
    # Salts are random: only what was kept can have the digests that it had.
    assert len(done) > 300
    assert done < importer.digests()
    assert [event.number for event in importer.reported if isinstance(event, BadLine)] == [5]
    assert importer.runs == []


async def test_import__of_other_lines_or_under_another_key__takes_no_run_that_is_there(
    importer: Importer,
) -> None:
    with pytest.raises(ConnectionResetError):
        await importer.imports(lines(until=900))
    kept = importer.runs
    with pytest.raises(ConnectionResetError):
        await importer.imports(lines(until=900), key_version=2)
    again = importer.runs
    with pytest.raises(ConnectionResetError):
        await importer.imports(lines(bad=(3,), until=900), key_version=2)

    assert set(kept) < set(again) < set(importer.runs)


async def test_import__a_run_that_was_not_finished__is_made_anew(importer: Importer) -> None:
    with pytest.raises(ConnectionResetError):
        await importer.imports(lines(until=900))
    for path in importer.runs:
        path.with_suffix(".part").write_bytes(path.read_bytes()[:100])
        path.unlink()

    assert (await importer.imports(lines())).added == LINES
    assert importer.runs == []


async def test_strict_import__a_bad_line_in_a_later_block__keeps_nothing_and_lists_all(
    importer: Importer,
) -> None:
    with pytest.raises(StrictImportRefused) as refusal:
        await importer.imports(lines(bad=(400, 990)), strict=True, processes=2)

    assert (refusal.value.bad_lines, refusal.value.first_number) == (2, 400)
    assert importer.digests() == set()
    assert importer.runs == []


async def test_import__lines_about_one_subject_in_several_blocks__are_merged_in_their_order(
    importer: Importer,
) -> None:
    async def mixed() -> AsyncIterator[bytes]:
        yield b"type,value,category,reason,reference\n"
        for number in range(900):
            yield b"domain,host%d.example,%d,9,R%d\n" % (number % 300, 1 + number // 600, number)

    summary = await importer.imports(mixed(), processes=2)

    # Thirds of the file: new, the same category again, and another category.
    assert summary == ImportSummary(lines=900, added=300, updated=600, unchanged=0, skipped=0)
    again = await importer.imports(mixed())
    assert (again.added, again.updated + again.unchanged) == (0, 900)


async def test_import__a_process_is_killed__says_so_and_goes_on_when_it_is_repeated(
    importer: Importer,
) -> None:
    of_others = set(multiprocessing.active_children())

    async def interrupted() -> AsyncIterator[bytes]:
        async for line in lines():
            if b"host700." in line:
                for process in set(multiprocessing.active_children()) - of_others:
                    process.kill()
                    process.join()
            yield line

    with pytest.raises(WorkerLost):
        await importer.imports(interrupted(), processes=2)
    assert importer.digests() == set()

    assert (await importer.imports(lines(), processes=2)).added == LINES


async def test_import__its_folder_cannot_be_written__says_so(importer: Importer) -> None:
    importer.environment.runs_folder.rmdir()

    with pytest.raises(DatasetUnreadable):
        await importer.imports(lines())
    importer.environment.runs_folder.mkdir()
    assert importer.digests() == set()


async def test_erase__after_an_import_was_cut_off__forgets_its_runs(holder: Any, dataset: Any) -> None:
    folder = holder.folder / "runs"
    (folder / "left.run").write_bytes(b"of an import that was cut off")

    await dataset.remove(holder.domain(1))
    assert list(folder.iterdir())
    await dataset.remove(holder.domain(1), erase=True)
    assert list(folder.iterdir()) == []
