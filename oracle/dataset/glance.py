"""A look at a dataset without any key, whether or not a daemon works on it."""

from pathlib import Path

from oracle.dataset.environment import DATA_FILE, look_into
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.snapshot_rows import all_rows, latest_row
from oracle.dataset.verifying import verify_snapshot


def glance(folder: Path) -> tuple[SnapshotRow, ...]:
    """Its snapshots in ascending sequence; none where there is no dataset. Raises as `look_into`."""
    if not (folder / DATA_FILE).is_file():
        return ()
    with look_into(folder) as rows:
        return tuple(all_rows(rows))


def verify(folder: Path, *, every: bool) -> tuple[SnapshotRow, ...]:
    """The newest snapshot, or every one, whose entries have all been read and lead to its root.

    Raises `DatasetDamaged` for the first that does not hold, otherwise as `look_into`.
    """
    if not (folder / DATA_FILE).is_file():
        return ()
    with look_into(folder) as rows:
        latest = latest_row(rows)
        found = tuple(all_rows(rows)) if every or latest is None else (latest,)
        for row in found:
            verify_snapshot(rows, row)
    return found
