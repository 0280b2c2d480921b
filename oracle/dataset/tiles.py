"""The Merkle trees of snapshots as rows: a tile is four levels, shared by snapshots until it changes.

A tile holds the nodes below one apex, bottom level first: sixteen, eight, four and two; the topmost one holds
what levels are left. The apex itself stands in the tile above, the root in the snapshot's row. Tile `number`
of band k lies under the apex `number` at height 4 · (k + 1). A snapshot reads the newest version that is not
newer than it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from oracle.crypto.keccak import keccak256
from oracle.crypto.merkle import HASH_SIZE, check_subtree
from oracle.dataset.errors import DatasetDamaged
from oracle.dataset.layout import SnapshotRow, pack_number, pack_tile_key, tile_place, unpack_number
from oracle.dataset.rows import Rows
from oracle.domain.ids import Sequence

TILE_LEVELS: Final = 4
_PAIR: Final = 2 * HASH_SIZE

TilePlace = tuple[int, int]
"""Band and number."""


def tile_of(bottom: bytes) -> tuple[bytes, bytes]:
    """The tile above these nodes, 2 to 16 in number, and its apex."""
    levels = [bottom]
    while len(levels[-1]) > HASH_SIZE:
        below = levels[-1]
        levels.append(
            b"".join([keccak256(b"\x01" + below[i : i + _PAIR]) for i in range(0, len(below), _PAIR)])
        )
    return b"".join(levels[:-1]), levels[-1]


def levels_of(band: int, bits: int) -> int:
    return min(TILE_LEVELS, bits - band * TILE_LEVELS)


def places(bits: int) -> Iterator[TilePlace]:
    """Every tile of a tree, in the order of their keys."""
    for band in range(-(-bits // TILE_LEVELS)):
        for number in range(1 << (bits - band * TILE_LEVELS - levels_of(band, bits))):
            yield band, number


def tiles_over(bits: int, leaves: Iterable[bytes]) -> tuple[dict[TilePlace, bytes], bytes]:
    """All tiles of the tree over `2^bits` leaves in ascending number, and its root."""
    found: dict[TilePlace, bytes] = {}
    level = b"".join(leaves)
    for band in range(-(-bits // TILE_LEVELS)):
        size = HASH_SIZE << levels_of(band, bits)
        apexes = []
        for start in range(0, len(level), size):
            found[band, start // size], apex = tile_of(level[start : start + size])
            apexes.append(apex)
        level = b"".join(apexes)
    return found, level


class StoredTree:
    """One snapshot's tree within one transaction; a tile is read once."""

    __slots__ = ("_cursor", "_root", "_tiles", "bits", "sequence")

    def __init__(self, rows: Rows, row: SnapshotRow) -> None:
        self.bits = row.bits
        self._root = row.root
        self.sequence = row.sequence
        self._cursor = rows.txn.cursor(db=rows.tables.tiles)
        self._tiles: dict[TilePlace, bytes] = {}

    def node(self, height: int, number: int) -> bytes:
        """The node `number` of those at this height; leaves are at 0."""
        check_subtree(self.bits, self.bits - height, number)
        if height == self.bits:
            return self._root
        band, level = divmod(height, TILE_LEVELS)
        levels = levels_of(band, self.bits)
        width = 1 << (levels - level)
        # The levels below this one in the tile have 2^levels, …, 2 · width nodes.
        place = (2 << levels) - 2 * width + number % width
        return self.tile(band, number // width)[place * HASH_SIZE : (place + 1) * HASH_SIZE]

    def siblings(self, depth: int, prefix: int) -> tuple[bytes, ...]:
        """The `depth` hashes beside the path from the subtree under `prefix` up to the root, bottom up."""
        check_subtree(self.bits, depth, prefix)
        lowest = self.bits - depth
        return tuple([self.node(lowest + up, prefix >> up ^ 1) for up in range(depth)])

    def changed(self, leaves: Mapping[int, bytes]) -> tuple[dict[TilePlace, bytes], bytes]:
        """The tiles that differ once these leaves replace those of their number, and the root then."""
        found: dict[TilePlace, bytes] = {}
        nodes = dict(leaves)
        for band in range(-(-self.bits // TILE_LEVELS)):
            levels = levels_of(band, self.bits)
            bottoms: dict[int, bytearray] = {}
            for number, value in nodes.items():
                apex, place = number >> levels, number % (1 << levels)
                if apex not in bottoms:
                    bottoms[apex] = bytearray(self.tile(band, apex)[: HASH_SIZE << levels])
                bottoms[apex][place * HASH_SIZE : (place + 1) * HASH_SIZE] = value
            nodes = {}
            for apex, bottom in bottoms.items():
                found[band, apex], nodes[apex] = tile_of(bytes(bottom))
        return found, nodes.get(0, self._root)

    def tile(self, band: int, number: int) -> bytes:
        tile = self._tiles.get((band, number))
        if tile is None:
            tile = self._read(band, number)
            self._tiles[band, number] = tile
        return tile

    def _read(self, band: int, number: int) -> bytes:
        after = pack_tile_key(band, number, self.sequence + 1)
        cursor = self._cursor
        found = cursor.prev() if cursor.set_range(after) else cursor.last()
        size = HASH_SIZE * ((2 << levels_of(band, self.bits)) - 2)
        if not found or tile_place(cursor.key()) != tile_place(after) or len(cursor.value()) != size:
            raise DatasetDamaged(
                f"A part of the tree of snapshot {self.sequence} is missing. "
                "Restore the dataset from a backup; do not publish from it."
            )
        return cursor.value()


def put_tiles(
    rows: Rows, sequence: Sequence, tiles: Mapping[TilePlace, bytes], *, gone: Iterable[TilePlace] = ()
) -> None:
    """Write the tiles that snapshot `sequence` does not share with the one before; it has none in `gone`."""
    cursor = rows.txn.cursor(db=rows.tables.tiles)
    retired: list[tuple[bytes, bytes]] = []
    stamp = pack_number(sequence)
    # Into an empty table tiles are appended, which leaves no page half full.
    empty = rows.txn.stat(rows.tables.tiles)["entries"] == 0
    for place in sorted({*tiles, *gone}):
        key = pack_tile_key(*place, sequence)
        found = cursor.prev() if cursor.set_range(key) else cursor.last()
        if found and tile_place(cursor.key()) == tile_place(key):
            retired.append((stamp, cursor.key()))
        if place in tiles:
            rows.txn.put(key, tiles[place], append=empty, db=rows.tables.tiles)
    rows.txn.cursor(db=rows.tables.retired).putmulti(retired)


def forget_tiles(rows: Rows, oldest: Sequence) -> None:
    """Delete the tiles that only snapshots before `oldest` read."""
    retired = rows.txn.cursor(db=rows.tables.retired)
    while retired.first() and unpack_number(retired.key()) <= oldest:
        for key in list(retired.iternext_dup()):
            rows.txn.delete(key, db=rows.tables.tiles)
        retired.first()
        retired.delete(dupdata=True)
