"""A whole tree anew, by worker processes that each read a part of the entries."""

from collections.abc import Sequence as Series
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oracle.crypto.buckets import HASH_BITS
from oracle.crypto.workers import WorkerLost, builders
from oracle.dataset.buckets import read_leaves
from oracle.dataset.changes import changed_between
from oracle.dataset.environment import look_into
from oracle.dataset.rows import Rows
from oracle.dataset.tiles import TILE_LEVELS, TilePlace, tiles_over
from oracle.domain.ids import Sequence

_PART_LEVELS: Final = 3 * TILE_LEVELS
"""4,096 buckets a task: some forty thousand records, half a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilding:
    """A snapshot whose tree has to be built from all entries."""

    sequence: Sequence
    stamp: Sequence
    """Of what it changes; smaller where sequences were used up elsewhere."""
    bits: int
    new_key: bool
    first: bool
    """Nothing was published before: every record is a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    tiles: dict[TilePlace, bytes]
    root: bytes
    changed: int


def is_large(bits: int) -> bool:
    """Whether the tree is worth the start of worker processes."""
    return bits > _PART_LEVELS


def rebuild_here(rows: Rows, wanted: Rebuilding) -> Rebuilt:
    return _rebuild(rows, wanted, 0, wanted.bits)


def rebuild(folder: Path, wanted: Rebuilding, processes: int) -> Rebuilt:
    """From committed entries, which nobody may change meanwhile. Raises `WorkerLost`."""
    height = _PART_LEVELS
    with builders(processes, urgent=True) as pool:
        try:
            parts = _all_parts(pool, folder, wanted, height)
        except BrokenProcessPool as error:
            raise WorkerLost(
                "A process that builds the index ended unexpectedly; it is tried again."
            ) from error
    tiles, root = tiles_over(wanted.bits - height, [part.root for part in parts])
    band = height // TILE_LEVELS
    above = {(band + up, number): tile for (up, number), tile in tiles.items()}
    for part in parts:
        above.update(part.tiles)
    return Rebuilt(tiles=above, root=root, changed=sum(part.changed for part in parts))


def _all_parts(pool: ProcessPoolExecutor, folder: Path, wanted: Rebuilding, height: int) -> Series[Rebuilt]:
    numbers = range(1 << (wanted.bits - height))
    count = len(numbers)
    return list(pool.map(_part, [folder] * count, [wanted] * count, numbers, [height] * count))


def _part(folder: Path, wanted: Rebuilding, number: int, height: int) -> Rebuilt:
    # Opened for one part: what a process has mapped of the file stays small.
    with look_into(folder) as rows:
        return _rebuild(rows, wanted, number, height)


def _rebuild(rows: Rows, wanted: Rebuilding, number: int, height: int) -> Rebuilt:
    """The subtree under the node `number` at this height, and the tiles in it."""
    first, count = number << height, 1 << height
    leaves = read_leaves(rows, sequence=wanted.sequence, bits=wanted.bits, first=first, count=count)
    tiles, root = tiles_over(height, leaves)
    placed = {
        (band, (first >> TILE_LEVELS * (band + 1)) + inner): tile for (band, inner), tile in tiles.items()
    }
    return Rebuilt(tiles=placed, root=root, changed=_changed(rows, wanted, first, count))


def _changed(rows: Rows, wanted: Rebuilding, first: int, count: int) -> int:
    if wanted.first:
        return 0
    shift = HASH_BITS - wanted.bits
    return changed_between(rows, wanted.stamp, first << shift, first + count << shift, new_key=wanted.new_key)
