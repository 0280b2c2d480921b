"""Runs: sorted rows in files until an import ends."""

import hashlib
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from oracle.dataset.lines import BadLine
from oracle.dataset.runs import (
    PARTS,
    Run,
    RunHead,
    clear_runs,
    merged_rows,
    pack_row,
    row_day,
    row_line,
    row_value,
    run_path,
    write_run,
)

HEAD = RunHead(rows=3, bad=((4, "why"),), types={1: 2, 6: 1}, categories={4: 3})


def row(number: int) -> bytes:
    place = hashlib.sha256(b"%d" % number).digest()[:20]
    return pack_row(place, number, 20_000 + number, bytes([number % 256]) * 32, b"sealed %d" % number)


def test_row__taken_apart__has_what_was_packed() -> None:
    packed = row(7)

    assert (row_line(packed), row_day(packed)) == (7, (20_007).to_bytes(4, "big"))
    assert row_value(packed) == bytes(8) + b"\x07" * 32 + b"sealed 7"


def test_run__written_and_read__is_the_same(tmp_path: Path) -> None:
    rows = [row(number) for number in range(900)]
    path = run_path(tmp_path, "one")
    write_run(path, list(rows), HEAD)
    run = Run(path)

    assert run.head == HEAD
    assert list(run.head.bad_lines) == [BadLine(number=4, reason="why")]
    parts = list(run.rows(0, PARTS))
    assert [packed for part in parts for packed in part] == sorted(rows)
    assert all(packed[0] == number for number, part in enumerate(parts) for packed in part)
    assert list(run.rows(7, 2)) == parts[7:9]
    assert path.stat().st_mode & 0o077 == 0


@given(st.lists(st.integers(0, 200), max_size=5), st.integers(1, 400))
def test_runs__merged__are_all_rows_in_order(sizes: list[int], at_once: int) -> None:
    runs, everything = [], []
    for position, size in enumerate(sizes):
        rows = [row(1_000 * position + number) for number in range(size)]
        everything += rows
        runs.append(InMemory(rows))

    lists = list(merged_rows(runs, at_once=at_once))  # type: ignore[arg-type]

    assert [packed for some in lists for packed in some] == sorted(everything)
    whole = [some for some in lists if some]
    assert all(before[-1][0] < after[0][0] for before, after in pairwise(whole))


class InMemory:
    """A run that was never written."""

    def __init__(self, rows: list[bytes]) -> None:
        self.head = RunHead(rows=len(rows), bad=(), types={}, categories={})
        self._rows = sorted(rows)

    def rows(self, first: int, count: int) -> list[list[bytes]]:
        return [[each for each in self._rows if each[0] == part] for part in range(first, first + count)]


def test_clearing__runs_and_unfinished_ones__leaves_other_files(tmp_path: Path) -> None:
    write_run(run_path(tmp_path, "one"), [row(1)], HEAD)
    (tmp_path / "two.part").write_bytes(b"cut off")
    (tmp_path / "notes").write_bytes(b"not ours")

    clear_runs(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["notes"]
