"""A look at a dataset that nobody works on: its snapshots, without any key."""

from pathlib import Path

from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.snapshot_rows import all_rows


def glance(folder: Path) -> tuple[SnapshotRow, ...]:
    """Its snapshots in ascending sequence; none where there is no dataset. Raises as opening it does."""
    if not (folder / "data.mdb").is_file():
        return ()
    environment = DatasetEnvironment(folder)
    try:
        with environment.reading() as rows:
            return tuple(all_rows(rows))
    finally:
        environment.close()
