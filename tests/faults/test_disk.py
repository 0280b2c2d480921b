"""A disk that is full, read-only or torn: the reason is said, and what was written is intact."""

import asyncio
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import lmdb
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from stage.founding import open_store

from oracle.cli.exits import ExitCode, exit_code, problem_behind
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import DatasetUnreadable
from oracle.domain.errors import Misconfigured
from oracle.store.database import Database
from oracle.store.errors import StoreDamaged, StoreReadOnly, StoreUnusable
from oracle.store.restoration import RestorationJournal

FULL = """
import asyncio, resource, sys
from pathlib import Path
from oracle.domain.errors import RiskmeshError
from oracle.store.database import Database
from oracle.store.restoration import RestorationJournal

async def main():
    database = await Database.open("sqlite+aiosqlite:///" + sys.argv[1])
    journal = RestorationJournal(database)
    await journal.begin(1)
    print("written", flush=True)
    size = Path(sys.argv[1] + "-wal").stat().st_size
    # As a disk without room: no file may grow past this.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        for number in range(2, 10_000):
            await journal.begin(number)
    except RiskmeshError as error:
        kind = next(each for each in type(error).__mro__ if each.__module__ == "oracle.domain.errors")
        print(kind.__name__, error.code, error, flush=True)
        raise SystemExit(7)

import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
asyncio.run(main())
"""


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


async def marks_of(path: Path) -> int | None:
    """The mark that survived, read by the product itself."""
    database = await Database.open(url_of(path))
    try:
        current = await RestorationJournal(database).current()
    finally:
        await database.close()
    return None if current is None else current.backed_up_at


def exit_of(error: Misconfigured) -> int:
    return exit_code(problem_behind(error))


async def test_store__on_a_full_disk__stops_with_the_reason_and_keeps_what_was_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.db"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", FULL, str(path)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await process.communicate()

    assert process.returncode == 7, err.decode()
    assert b"Misconfigured store_disk_failed" in out
    kept = await marks_of(path)
    assert kept is not None
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_store__in_a_folder_that_may_not_be_written__says_so_and_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    # Where a file is, no folder can be: root may write anywhere, but not there.
    (folder / "data").write_text("in the way")

    with pytest.raises(StoreUnusable) as refused:
        await Database.open(url_of(folder / "data" / "state.db"))

    assert exit_of(refused.value) == ExitCode.MISCONFIGURED


async def test_store__that_became_read_only__says_so_and_what_to_do(tmp_path: Path) -> None:
    """As after a file system was remounted: asked of SQLite itself, since root may write anywhere."""
    await (await open_store(tmp_path / "state.db")).close()
    file = f"file:{tmp_path}/state.db?mode=ro&uri=true"
    database = Database(
        create_async_engine(f"sqlite+aiosqlite:///{file}"), create_engine(f"sqlite+pysqlite:///{file}")
    )
    try:
        with pytest.raises(StoreReadOnly) as refused:
            await RestorationJournal(database).begin(1)
        with pytest.raises(StoreReadOnly):
            await database.write(lambda connection: connection.execute(text("DELETE FROM marks")))
    finally:
        await database.close()

    assert exit_of(refused.value) == ExitCode.MISCONFIGURED
    assert "read-only" in str(refused.value)


async def test_store__that_is_no_database__says_so_and_what_to_do(tmp_path: Path) -> None:
    store = tmp_path / "state.db"
    await (await open_store(store)).close()
    store.write_bytes(b"\x5a" * 8192)

    with pytest.raises(StoreDamaged, match="riskmesh restore") as refused:
        await Database.open(url_of(store))

    assert exit_of(refused.value) == ExitCode.MISCONFIGURED


@pytest.mark.parametrize("torn", [1, 24, 100, 2_000])
async def test_store__whose_last_write_was_torn__has_everything_before_it(tmp_path: Path, torn: int) -> None:
    """The write-ahead log ends in the middle of a frame, as after a power cut."""
    path = tmp_path / "state.db"
    database = await open_store(path)
    journal = RestorationJournal(database)
    await journal.begin(1)
    whole = (tmp_path / "state.db-wal").stat().st_size
    await journal.begin(2)
    # Copied while it is open, as the disk would have it: closing would write the log back.
    copy = tmp_path / "after" / "state.db"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    log = (tmp_path / "state.db-wal").read_bytes()
    await database.close()
    assert len(log) > whole
    (copy.parent / "state.db-wal").write_bytes(log[:-torn])

    assert await marks_of(copy) == 1
    with closing(sqlite3.connect(copy)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def rows_in(folder: Path) -> dict[bytes, bytes]:
    environment = DatasetEnvironment(folder, map_size=2**24)
    try:
        with environment.reading() as rows:
            return dict(rows.txn.cursor(db=rows.tables.counts).iternext())
    finally:
        environment.close()


def put(folder: Path, key: bytes) -> None:
    environment = DatasetEnvironment(folder, map_size=2**24)
    try:
        with environment.writing() as rows:
            rows.txn.put(key, b"here", db=rows.tables.counts)
    finally:
        environment.close()


def test_dataset__whose_last_meta_page_was_torn__is_as_before_the_last_write(tmp_path: Path) -> None:
    """LMDB writes two of them in turn: the one that is whole still leads to the state before."""
    put(tmp_path, b"first")
    before = (tmp_path / "data.mdb").read_bytes()
    put(tmp_path, b"second")
    now = bytearray((tmp_path / "data.mdb").read_bytes())
    page = os.sysconf("SC_PAGE_SIZE")
    changed = [n for n in (0, 1) if now[n * page : (n + 1) * page] != before[n * page : (n + 1) * page]]
    newest = max(changed, key=lambda n: int.from_bytes(now[n * page + 144 : n * page + 152], "little"))
    (tmp_path / "lock.mdb").unlink()
    # The new page never reached the disk; what it would have pointed at may have.
    now[newest * page : (newest + 1) * page] = before[newest * page : (newest + 1) * page]
    (tmp_path / "data.mdb").write_bytes(now)

    found = rows_in(tmp_path)

    assert b"first" in found


def test_dataset__without_room_on_the_disk__says_so_and_is_intact(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from oracle.dataset.environment import DatasetEnvironment\n"
        "from oracle.dataset.errors import DatasetUnreadable\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "environment = DatasetEnvironment(Path(sys.argv[1]))\n"
        "size = (Path(sys.argv[1]) / 'data.mdb').stat().st_size\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))\n"
        "try:\n"
        "    with environment.writing() as rows:\n"
        "        for number in range(100_000):\n"
        "            rows.txn.put(str(number).encode(), bytes(100), db=rows.tables.counts)\n"
        "except DatasetUnreadable as error:\n"
        "    print(error)\n"
        "    raise SystemExit(7)\n"
    )
    put(tmp_path, b"first")

    ended = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 7, ended.stderr
    assert "full" in ended.stdout
    assert list(rows_in(tmp_path)) == [b"first"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert issubclass(DatasetUnreadable, Misconfigured)
    assert issubclass(lmdb.DiskError, lmdb.Error)
