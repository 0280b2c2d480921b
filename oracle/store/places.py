"""A snapshot's place as two columns of the row that was decided by it."""

from oracle.domain.ids import BlockNumber
from oracle.domain.place import SnapshotPlace


def place_columns(place: SnapshotPlace) -> dict[str, object]:
    return {"snapshot_block": place.block, "snapshot_hash": place.block_hash}


def place_of(block: int | None, block_hash: bytes | None) -> SnapshotPlace | None:
    """None for what is not decided, and for rows of an earlier version, which did not say."""
    if block is None or block_hash is None:
        return None
    return SnapshotPlace(block=BlockNumber(block), block_hash=bytes(block_hash))
