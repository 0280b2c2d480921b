"""The daemon's own copy of its last log lines: a few files of bounded size beside its data."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

FILES: Final = 4
"""The one that is written to, and the ones before it."""


class LogFile(RotatingFileHandler):
    """Holds at most `FILES` times `size_bytes`, in a folder that only this account reads."""

    def __init__(self, path: Path, *, size_bytes: int) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(path, maxBytes=size_bytes, backupCount=FILES - 1, encoding="utf-8")

    def write(self, line: str) -> None:
        """Add one line, which is redacted already."""
        self.emit(logging.LogRecord("riskmesh", logging.INFO, "", 0, line, None, None))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """A full disk costs the copy: the line itself went to standard error, and the work goes on."""


def last_lines(path: Path, *, size_bytes: int) -> str:
    """The newest whole lines of the files, at most so many bytes, oldest first."""
    kept, left = b"", size_bytes
    for file in (path, *(path.with_name(f"{path.name}.{number}") for number in range(1, FILES))):
        if left <= 0 or not file.is_file():
            break
        content = file.read_bytes()
        kept = content[-left:] + kept
        left -= len(content)
    if left < 0:
        kept = kept.partition(b"\n")[2]
    return kept.decode(errors="replace")
