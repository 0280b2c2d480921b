"""Where the results of a file go: standard output, or a file that stands there only once it is whole."""

import fcntl
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from oracle.cli.errors import UsageWrong

_RUN: Final = re.compile("[0-9a-f]{32}")
_OWN: Final = 0o600
"""Results are records about people: for the account that asked alone."""


def new_run() -> str:
    return secrets.token_hex(16)


def checked_run(run: str) -> str:
    if not _RUN.fullmatch(run):
        raise UsageWrong("A run is named by its 32 hexadecimal digits.")
    return run


class ResultFile:
    """`FILE.part` while it is written, `FILE` when it is whole; `FILE.run` names the run in between.

    A run that is taken up again writes all of it anew: what was asked is read from the daemon's journals.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._run = path.with_name(path.name + ".run")

    def run(self, resumed: str | None) -> str:
        """The run that this file belongs to, on disk before anything of it is asked."""
        try:
            if self._run.exists():
                return self._continued(resumed)
            if self._path.exists():
                raise UsageWrong(f"{self._path} is there already. Move it away, or name another file.")
            run = resumed or new_run()
            self._write_run(run)
        except OSError as error:
            raise UsageWrong(f"Cannot write beside {self._path}: {error.strerror}.") from error
        return run

    def _continued(self, resumed: str | None) -> str:
        run = self._run.read_text("ascii", errors="replace").strip()
        if not _RUN.fullmatch(run):
            raise UsageWrong(f"{self._run} names no run. Remove it, which asks everything again.")
        if resumed not in {None, run}:
            raise UsageWrong(f"{self._run} names another run than --resume does. Leave --resume out.")
        return run

    def _write_run(self, run: str) -> None:
        fresh = self._run.with_name(self._run.name + ".new")
        with _created(fresh) as file:
            file.write(run + "\n")
            _flush(file)
        fresh.replace(self._run)
        # The name is on disk as well: after a power cut the same command finds its run.
        folder = os.open(self._run.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """The whole is in place when the block ends without an error."""
        try:
            with self._claimed() as file:
                yield file
                _flush(file)
                self._part.replace(self._path)
            self._run.unlink()
        except OSError as error:
            raise UsageWrong(f"Cannot write {self._path}: {error.strerror}.") from error

    def _claimed(self) -> TextIO:
        """Emptied, once nobody else writes it: two commands would write over each other."""
        handle = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWN)
        file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise UsageWrong(
                f"Another command writes {self._path} at this moment. Wait for it, or end it first."
            ) from error
        # Whoever had it may have put it in its place just now: then it is whole, and not to be emptied.
        if not self._part.exists() or not os.path.samestat(os.fstat(handle), self._part.stat()):
            file.close()
            raise UsageWrong(f"Another command has just written {self._path}.")
        file.truncate(0)
        return file


@contextmanager
def opened_results(file: ResultFile | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    with file.open() as target:
        yield target


def _created(path: Path) -> TextIO:
    return open(
        path, "w", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, _OWN)
    )


def _flush(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())
