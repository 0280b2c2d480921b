"""Copies a dataset while its daemon works: one moment of it, without the space that was freed in it."""

from pathlib import Path

import lmdb

from oracle.dataset.environment import DATA_FILE, MAP_SIZE
from oracle.dataset.errors import DatasetUnreadable


def copy_dataset(source: Path, target: Path) -> Path | None:
    """The copy's file in the folder `target`, which is made; None when there is no dataset yet.

    By LMDB's own copy within a read transaction: writers are not held up and are not seen.
    """
    if not (source / DATA_FILE).exists():
        return None
    target.mkdir(mode=0o700, parents=True)
    try:
        environment = lmdb.open(str(source), map_size=MAP_SIZE, readonly=True, create=False, readahead=False)
        try:
            environment.copy(str(target), compact=True)
        finally:
            environment.close()
    except (lmdb.Error, OSError) as error:
        raise DatasetUnreadable(
            f"The dataset in {source} cannot be copied ({type(error).__name__}: {error}). Check its "
            "permissions and the space on the disk that the backup goes to."
        ) from error
    return target / DATA_FILE
