"""The LMDB environment a dataset lives in: opened by one process, checked to be ours, errors told apart."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import lmdb
import lmdb.verify

from oracle.dataset.errors import (
    DatasetDamaged,
    DatasetForeign,
    DatasetFull,
    DatasetInUse,
    DatasetOutdated,
    DatasetUnreadable,
)
from oracle.dataset.rows import Rows, Table, Tables

FORMAT: Final = b"riskmesh dataset 2"
FORMAT_BEFORE: Final = b"riskmesh dataset 1"
FORMAT_KEY: Final = b"format"
# Address space, not disk: the file grows with its content. 64 GiB hold some 200 million entries.
MAP_SIZE: Final = 64 * 2**30
# Those of `Tables`, and four that only the format before had.
_TABLES: Final = 13
_READERS: Final = 512
_LOCK_FILE: Final = "owner.lock"
_RUNS: Final = "runs"
DATA_FILE: Final = "data.mdb"
_DAMAGE: Final = (
    lmdb.CorruptedError,
    lmdb.PageNotFoundError,
    lmdb.InvalidError,
    lmdb.PanicError,
    lmdb.VersionMismatchError,
    lmdb.IncompatibleError,
)


class DatasetEnvironment:
    """An open dataset folder. Transactions begin and end in the thread that asks for them."""

    def __init__(self, folder: Path, *, map_size: int = MAP_SIZE) -> None:
        self.folder = folder
        with _translated(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.runs_folder.mkdir(exist_ok=True, mode=0o700)
            self._owner = _own(folder)
            try:
                self._environment, self.outdated = _open(folder, map_size)
                # Whoever looked in and was killed would hold up the reuse of pages for ever.
                self._environment.reader_check()
                self._tables = Tables(self._environment)
            except BaseException:
                os.close(self._owner)
                raise

    @property
    def runs_folder(self) -> Path:
        """Where an import keeps what it has done until it ends."""
        return self.folder / _RUNS

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        with _translated(self.folder), self._environment.begin() as txn:
            yield Rows(txn, self._tables)

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """Durable when the block ends; nothing of it remains when the block raises or the process dies."""
        with _translated(self.folder), self._environment.begin(write=True) as txn:
            yield Rows(txn, self._tables)
        # Whole pages at the end, so that the next start need not walk the file to know that it is not torn.
        size = _size_due(self._environment)
        if (self.folder / DATA_FILE).stat().st_size < size:
            with suppress(OSError):  # a full disk: nothing is lost but that time
                os.truncate(self.folder / DATA_FILE, size)

    def table_before(self, rows: Rows, name: bytes) -> Table:
        """A database of the format before, made if it is not there."""
        return self._environment.open_db(name, txn=rows.txn)

    def close(self) -> None:
        self._environment.close()
        os.close(self._owner)


def _own(folder: Path) -> int:
    handle = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise DatasetInUse(
            f"Another process works on the dataset in {folder}. Stop it, or give this one its own folder."
        ) from error
    return handle


def _open(folder: Path, map_size: int) -> tuple[lmdb.Environment, bool]:
    """The environment, and whether its rows are those of the format before."""
    environment = _connect(folder, map_size)
    if (folder / DATA_FILE).stat().st_size < _size_due(environment):
        # LMDB may leave free pages at the end unwritten, which is sound; a torn copy looks the same from
        # outside, and reading past its end would kill the process. Only walking every page tells them apart.
        environment.close()
        _verify(folder)
        environment = _connect(folder, map_size)
    try:
        return environment, _check_format(environment, folder) == FORMAT_BEFORE
    except BaseException:
        environment.close()
        raise


def _size_due(environment: lmdb.Environment) -> int:
    return int((environment.info()["last_pgno"] + 1) * environment.stat()["psize"])


def _connect(folder: Path, map_size: int, *, readonly: bool = False) -> lmdb.Environment:
    return lmdb.open(
        str(folder),
        map_size=map_size,
        max_dbs=_TABLES,
        max_readers=_READERS,
        mode=0o600,
        readahead=False,
        readonly=readonly,
        create=not readonly,
    )


@contextmanager
def look_into(folder: Path) -> Iterator[Rows]:
    """One moment of a dataset, whoever works on it: from another process, or while nobody does.

    Raises `DatasetOutdated` for the format before, and `DatasetUnreadable` where there is none.
    """
    with _translated(folder):
        environment = _connect(folder, MAP_SIZE, readonly=True)
        try:
            with environment.begin() as txn:
                found = txn.get(FORMAT_KEY, b"", db=environment.open_db(b"state", txn=txn, create=False))
            if found != FORMAT:
                raise DatasetOutdated(
                    f"The dataset in {folder} is not in this release's format. Start the daemon once: it "
                    "brings a folder of an earlier release up to date."
                )
            tables = Tables(environment)
            with environment.begin() as txn:
                yield Rows(txn, tables)
        finally:
            environment.close()


def _verify(folder: Path) -> None:
    try:
        # py-lmdb annotates its extension but not this module.
        problems: list[str] = lmdb.verify.verify(str(folder), subdir=True)  # type: ignore[no-untyped-call]
    except lmdb.verify.VerifyError as error:
        raise _damaged(folder) from error
    if problems:
        raise _damaged(folder)


def _check_format(environment: lmdb.Environment, folder: Path) -> bytes:
    with environment.begin(write=True) as txn:
        names = set(txn.cursor().iternext(values=False))
        if names and b"state" not in names:
            raise DatasetForeign(
                f"{folder} holds a database that is not a dataset. Give the dataset its own folder."
            )
        # Made and marked in one transaction: a crash cannot leave a dataset without its format.
        state = environment.open_db(b"state", txn=txn)
        if not names:
            txn.put(FORMAT_KEY, FORMAT, db=state)
        found = txn.get(FORMAT_KEY, b"", db=state)
        if found not in {FORMAT, FORMAT_BEFORE}:
            raise DatasetForeign(
                f"The dataset in {folder} was written in a format that this release does not read. "
                "Run the release that wrote it, or import into an empty folder."
            )
        return found


def _damaged(folder: Path) -> DatasetDamaged:
    return DatasetDamaged(
        f"The dataset in {folder} is damaged or incomplete. "
        "Restore it from a backup, or import the lists again."
    )


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise _damaged(folder) from error
    except lmdb.MapFullError as error:
        raise DatasetFull(
            f"The dataset in {folder} has reached its greatest size. Prune old snapshots."
        ) from error
    except (lmdb.Error, PermissionError, NotADirectoryError, FileExistsError) as error:
        raise DatasetUnreadable(
            f"The dataset folder {folder} cannot be used ({type(error).__name__}). "
            "Check its permissions and that its disk is writable and not full."
        ) from error
