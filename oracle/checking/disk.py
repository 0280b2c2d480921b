"""Whether there is room where data lies, and whether this account may write there."""

import shutil
import tempfile
from pathlib import Path

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem, warning

GIB = 2**30
LEAST = GIB // 2
LITTLE = 5 * GIB


class Disk:
    name = "disk"

    async def look(self, case: Case) -> Result:
        settings = case.configured
        for place in (settings.home, settings.dataset.folder):
            folder = _existing(place)
            try:
                with tempfile.TemporaryFile(dir=folder) as probe:
                    probe.write(b"riskmesh check")
                    probe.flush()
            except OSError as error:
                return problem(
                    f"Nothing can be written in {folder} ({error.strerror}).",
                    "Give the daemon's account the folder, free space, or mount the disk writable.",
                )
        free = min(
            shutil.disk_usage(_existing(place)).free for place in (settings.home, settings.dataset.folder)
        )
        said = f"{free / GIB:.1f} GiB free, writable"
        if free < LEAST:
            return problem(said, "Free space now: a daemon that cannot write stops.")
        if free < LITTLE:
            return warning(said, "Free space, or move the data to a larger disk.")
        return ok(said)


def _existing(place: Path) -> Path:
    """The folder itself, or the nearest above that is there."""
    return next(folder for folder in (place, *place.parents) if folder.is_dir())
