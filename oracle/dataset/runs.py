"""Runs: what a block of an import comes to, sorted as the index is, in a file until the import ends.

A file is `magic · length of the head (4) · head · offsets · parts`. The rows whose hash32 begins with one
byte are one of 256 parts, so that runs are merged part by part. Rows and head are MessagePack; a row is

    hash32 · tag (16) · line number (8) · last day (4) · zeros (8) · digest (32) · sealed record

whose end, from the zeros on, is the value of an entry that nothing has removed. A run has its name once it is
whole on the disk, and the name stands for what it was made of: an import that was cut off goes on with those
it finds.
"""

import os
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

import msgspec

from oracle.dataset.lines import BadLine

PARTS: Final = 256
PLACE_SIZE: Final = 20
"""hash32 and tag."""
_HEAD_ROW: Final = struct.Struct(">QI8x")
_VALUE_AT: Final = PLACE_SIZE + _HEAD_ROW.size - 8
_DAY_AT: Final = PLACE_SIZE + 8
_MAGIC: Final = b"riskmesh run 1\n"
_LENGTH: Final = struct.Struct(">I")
_OFFSETS: Final = struct.Struct(f">{PARTS + 1}Q")
_SUFFIX: Final = ".run"
_UNFINISHED: Final = ".part"


class RunHead(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a run without its rows."""

    rows: int
    bad: tuple[tuple[int, str], ...]
    """Lines that are not in it, and why."""
    types: dict[int, int]
    """Rows by type of their subject."""
    categories: dict[int, int]

    @property
    def bad_lines(self) -> Iterator[BadLine]:
        return (BadLine(number=number, reason=reason) for number, reason in self.bad)


def pack_row(place: bytes, line: int, last_day: int, digest: bytes, sealed: bytes) -> bytes:
    return place + _HEAD_ROW.pack(line, last_day) + digest + sealed


def row_line(row: bytes) -> int:
    return int.from_bytes(row[PLACE_SIZE:_DAY_AT], "big")


def row_day(row: bytes) -> bytes:
    return row[_DAY_AT:_VALUE_AT]


def row_value(row: bytes) -> bytes:
    return row[_VALUE_AT:]


def run_path(folder: Path, name: str) -> Path:
    return folder / f"{name}{_SUFFIX}"


def write_run(path: Path, rows: list[bytes], head: RunHead) -> None:
    """Durable when it returns; before that there is no file of this name."""
    rows.sort()
    edges = [bisect_left(rows, bytes((first,))) for first in range(PARTS)] + [len(rows)]
    parts = [msgspec.msgpack.encode(rows[low:high]) for low, high in pairwise(edges)]
    packed = msgspec.msgpack.encode(head)
    start = len(_MAGIC) + _LENGTH.size + len(packed) + _OFFSETS.size
    offsets = accumulate(map(len, parts), initial=start)
    unfinished = path.with_suffix(_UNFINISHED)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(_MAGIC + _LENGTH.pack(len(packed)) + packed + _OFFSETS.pack(*offsets))
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


class Run:
    """A finished run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            start = file.read(len(_MAGIC) + _LENGTH.size)
            size = _LENGTH.unpack_from(start, len(_MAGIC))[0]
            self.head = msgspec.msgpack.decode(file.read(size), type=RunHead)
            self._offsets: tuple[int, ...] = _OFFSETS.unpack(file.read(_OFFSETS.size))

    def rows(self, first: int, count: int) -> Iterator[list[bytes]]:
        """The rows of `count` parts from part `first`, each part sorted."""
        edges = self._offsets[first : first + count + 1]
        with self._path.open("rb", buffering=0) as file:
            content = os.pread(file.fileno(), edges[-1] - edges[0], edges[0])
        for low, high in pairwise(edges):
            yield msgspec.msgpack.decode(content[low - edges[0] : high - edges[0]], type=list[bytes])


def merged_rows(runs: Sequence[Run], *, at_once: int) -> Iterator[list[bytes]]:
    """All rows of all runs in ascending order, about `at_once` a list; equal places are in the same."""
    total = sum(run.head.rows for run in runs)
    count = PARTS
    while count > 1 and total * count > at_once * PARTS:
        count //= 2
    for first in range(0, PARTS, count):
        rows = [row for run in runs for part in run.rows(first, count) for row in part]
        rows.sort()
        yield rows


def clear_runs(folder: Path, *, keep: Iterable[Path] = ()) -> None:
    """Forget runs, and what is left of unfinished ones."""
    kept = set(keep)
    for path in folder.glob("*"):
        if path not in kept and path.suffix in {_SUFFIX, _UNFINISHED}:
            path.unlink(missing_ok=True)
