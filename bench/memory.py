"""How much memory this process and its workers hold at once, at most: sampled, shared pages counted once."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_PROCESSES: Final = Path("/proc")
_EVERY_S: Final = 0.25


class PeakMemory:
    """Between `with` and its end; `peak` in bytes (proportional set size), 0 where /proc does not tell."""

    def __init__(self) -> None:
        self.peak = 0
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
            self.peak = max(self.peak, sum(_held_by(process) for process in _family()))


def _family() -> list[int]:
    """This process and its children."""
    me = os.getpid()
    children = [
        int(child)
        for listing in _PROCESSES.glob(f"{me}/task/*/children")
        for child in listing.read_text().split()
    ]
    return [me, *children]


def _held_by(process: int) -> int:
    try:
        lines = (_PROCESSES / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
