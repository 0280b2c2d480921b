"""A daemon killed at any moment finds its dataset in the state before or after, never in between."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from oracle.crypto.storage import StorageCipher
from oracle.dataset.dataset import Dataset
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion, MemberId

LINES = 2_000
NOW = 20_000 * 86_400
SECRET = (5).to_bytes(32, "little")

IMPORTER = f"""
import asyncio, sys
from pathlib import Path
from oracle.crypto.storage import StorageCipher
from oracle.dataset.columns import Defaults
from oracle.dataset.dataset import Dataset
from oracle.dataset.importing import ImportFormat
from oracle.dataset.tagging import Tagger

async def lines(round):
    yield b"type,value,category,reason\\n"
    for start in range(0, {LINES}, 500):
        yield b"".join(b"domain,host%d-%d.example,4,9\\n" % (round, start + n) for n in range(500))

async def main():
    tagger = Tagger(secret={SECRET!r}, holder=7, key_version=1)
    dataset = await Dataset.open(Path(sys.argv[1]), cipher=StorageCipher(bytes(32), "dataset"), tagger=tagger)
    async def report(event):
        print("reported", flush=True)
    print("open", flush=True)
    for round in range(int(sys.argv[2]), 100):
        await dataset.import_lines(
            lines(round), form=ImportFormat.CSV, defaults=Defaults(today=20_000), report=report
        )
        print("imported", flush=True)
        await dataset.build_snapshot(now={NOW})
        print("built", flush=True)

asyncio.run(main())
"""


async def reopened(folder: Path) -> Dataset:
    tagger = Tagger(secret=SECRET, holder=MemberId(7), key_version=KeyVersion(1))
    return await Dataset.open(folder, cipher=StorageCipher(bytes(32), "dataset"), tagger=tagger)


async def look(folder: Path) -> tuple[int, tuple[SnapshotRow, ...]]:
    """Current records and snapshots, each read in full against its committed root."""
    dataset = await reopened(folder)
    try:
        records = (await dataset.stats()).counts.records
        listed = 0
        after = None
        while True:
            page = await dataset.list_records(limit=1_000, after=after)
            listed += len(page.records)
            after = page.after
            if after is None:
                break
        assert listed == records
        rows = await dataset.snapshots()
        for row in rows:
            cut = (await dataset.snapshot(row.sequence)).cut(0, 0)
            assert sum(len(bucket.tags) for bucket in cut.buckets) == row.records
    finally:
        await dataset.close()
    return records, rows


@pytest.mark.parametrize("seed", range(3))
def test_dataset__killed_while_it_imports_and_builds__is_old_or_new_and_never_half(
    tmp_path: Path, seed: int
) -> None:
    wait = random.Random(seed)  # noqa: S311  # chooses moments, no secrets
    seen: tuple[SnapshotRow, ...] = ()
    for _ in range(3):
        records_before = asyncio.run(look(tmp_path))[0] // LINES
        command = [sys.executable, "-c", IMPORTER, str(tmp_path), str(records_before)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # this file
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            for _ in range(wait.randrange(1, 8)):
                process.stdout.readline()
            try:
                process.wait(timeout=wait.uniform(0, 0.4))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
            process.stdout.read()
        assert process.returncode == -signal.SIGKILL
        records, rows = asyncio.run(look(tmp_path))
        assert records % LINES == 0
        assert all(row.records % LINES == 0 for row in rows)
        # What was built stays what it was, number by number.
        assert rows[: len(seen)] == seen
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        seen = rows
    assert seen


async def test_snapshot__built_and_never_published__is_the_same_one_after_a_crash(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: ASYNC220, S603  # the daemon that will be killed, from this file
        [sys.executable, "-c", IMPORTER, str(tmp_path), "0"], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        while process.stdout.readline() != "built\n":
            pass
        process.kill()
        process.stdout.read()
    (records, rows) = await look(tmp_path)
    assert rows
    dataset = await reopened(tmp_path)
    try:
        if records == rows[-1].records:
            assert await dataset.build_snapshot(now=NOW) == rows[-1]
        latest = await dataset.latest()
        assert latest is not None
        assert latest.row.published_block is None
    finally:
        await dataset.close()
