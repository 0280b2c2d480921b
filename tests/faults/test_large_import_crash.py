"""An import shared by processes, and a new OPRF key, killed at any moment: gone on with, and never half."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from oracle.crypto.storage import StorageCipher
from oracle.dataset.dataset import Dataset
from oracle.dataset.runs import PARTS, Run, row_value
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion, MemberId

LINES: Final = 45_000
"""Several blocks of an import, several runs of a rotation."""
CIPHER: Final = StorageCipher(bytes(32), "dataset")

DAEMON = f"""
import asyncio, sys
from pathlib import Path
from oracle.crypto.storage import StorageCipher
from oracle.dataset.columns import Defaults
from oracle.dataset.dataset import Dataset
from oracle.dataset.importing import ImportFormat
from oracle.dataset.tagging import Tagger

folder, version, work = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

async def lines():
    yield b"type,value,category,reason,reference\\n"
    for start in range(0, {LINES}, 1_000):
        yield b"".join(
            b"domain,host%d.example,4,9,%064d\\n" % (number, number) for number in range(start, start + 1_000)
        )

async def report(event):
    print("reported", flush=True)

async def main():
    tagger = Tagger(secret=(4 + version).to_bytes(32, "little"), holder=7, key_version=version, processes=2)
    dataset = await Dataset.open(folder, cipher=StorageCipher(bytes(32), "dataset"), tagger=tagger)
    print("open", flush=True)
    if work == "import":
        await dataset.import_lines(
            lines(), form=ImportFormat.CSV, defaults=Defaults(today=20_000), report=report
        )
    await dataset.build_snapshot(now=20_000 * 86_400)
    print("built", flush=True)
    await dataset.close()

asyncio.run(main())
"""


def run(folder: Path, version: int, work: str, *, wait: float | None) -> bool:
    """Whether it came to its end; killed so many seconds after it has opened, or never."""
    command = [sys.executable, "-c", DAEMON, str(folder), str(version), work]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # this file
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            process.wait(timeout=wait)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        process.stdout.read()
    assert process.returncode in {0, -signal.SIGKILL}
    return process.returncode == 0


async def look(folder: Path, version: int) -> tuple[int, int, set[bytes]]:
    """Records, built snapshots, and the digests of the newest."""
    secret = (4 + version).to_bytes(32, "little")
    tagger = Tagger(secret=secret, holder=MemberId(7), key_version=KeyVersion(version))
    dataset = await Dataset.open(folder, cipher=CIPHER, tagger=tagger)
    try:
        records = (await dataset.stats()).counts.records
        rows = await dataset.snapshots()
        digests: set[bytes] = set()
        if rows:
            latest = await dataset.snapshot(rows[-1].sequence)
            assert latest.cut(0, 0)
            buckets = [latest.bucket(number) for number in range(1 << latest.row.bits)]
            digests = {digest for bucket in buckets for digest in bucket.digests}
            assert len(digests) == latest.row.records
    finally:
        await dataset.close()
    return records, len(rows), digests


def digests_of_runs(folder: Path) -> set[bytes]:
    """Of every run that an import has finished."""
    return {
        row_value(row)[8:40]
        for path in (folder / "runs").glob("*.run")
        for part in Run(path).rows(0, PARTS)
        for row in part
    }


def test_import__killed_and_run_again__is_whole_and_keeps_every_finished_run(
    tmp_path: Path,
) -> None:
    wait = random.Random(0)  # noqa: S311  # chooses moments, no secrets
    kept: set[bytes] = set()
    for _ in range(3):
        if run(tmp_path, 1, "import", wait=wait.uniform(0.5, 4)):
            break
        records, snapshots, _ = asyncio.run(look(tmp_path, 1))
        assert records in {0, LINES}
        finished = digests_of_runs(tmp_path)
        # Nothing that was finished is done again, until all of it has entered.
        assert kept <= finished or records == LINES
        kept = finished if records == 0 else kept
        assert snapshots in {0, 1}
    assert run(tmp_path, 1, "import", wait=None)

    records, _, digests = asyncio.run(look(tmp_path, 1))
    assert (records, len(digests)) == (LINES, LINES)
    assert kept <= digests
    assert not list((tmp_path / "runs").iterdir())


def test_rotation__killed_and_run_again__is_under_one_key_and_never_between(tmp_path: Path) -> None:
    assert run(tmp_path, 1, "import", wait=None)
    _, _, before = asyncio.run(look(tmp_path, 1))
    for wait in (1.0, 2.5):
        if run(tmp_path, 2, "rotate", wait=wait):
            break
        # A look under the new key changes nothing.
        assert asyncio.run(look(tmp_path, 2))[2] == before
    assert run(tmp_path, 2, "rotate", wait=None)

    records, snapshots, digests = asyncio.run(look(tmp_path, 2))
    assert (records, snapshots, len(digests)) == (LINES, 2, LINES)
    assert digests.isdisjoint(before)
    assert not list((tmp_path / "runs").iterdir())
