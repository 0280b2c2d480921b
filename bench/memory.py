"""How much memory this process and its workers hold at once, at most: sampled, shared pages counted once.

Pages of a mapped file that were only read belong to the file: the kernel drops them when somebody needs
memory, and keeps them as long as nobody does. So there are two figures.
"""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_PROCESSES: Final = Path("/proc")
_EVERY_S: Final = 0.25


class PeakMemory:
    """Between `with` and its end, in bytes (proportional set size); 0 where /proc does not tell."""

    def __init__(self) -> None:
        self.needed = 0
        """Without pages of files that could be dropped."""
        self.with_files = 0
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watching.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY_S):
            held = [_held_by(process) for process in _family()]
            self.needed = max(self.needed, sum(needed for needed, _ in held))
            self.with_files = max(self.with_files, sum(whole for _, whole in held))


def _family() -> list[int]:
    """This process and its children."""
    me = os.getpid()
    children = [
        int(child)
        for listing in _PROCESSES.glob(f"{me}/task/*/children")
        for child in listing.read_text().split()
    ]
    return [me, *children]


def _held_by(process: int) -> tuple[int, int]:
    """What cannot be dropped, and all."""
    try:
        lines = (_PROCESSES / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0, 0
    figures = {name: int(rest.split()[0]) * 1024 for name, rest in map(_parted, lines[1:])}
    return figures["Pss_Dirty"], figures["Pss"]


def _parted(line: str) -> tuple[str, str]:
    name, _, rest = line.partition(":")
    return name, rest
