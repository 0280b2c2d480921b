"""Counts what runs now, per peer and in all, and turns away what is too much."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from oracle.domain.errors import Transient
from oracle.domain.ids import MemberId
from oracle.peer.limits import ServerLimits


class PeerTooBusy(Transient):
    """This peer has as many requests running as one peer may."""

    code = "peer_too_busy"


class ServerTooBusy(Transient):
    """All peers together have as many requests running as this member serves."""

    code = "server_too_busy"


class Admission:
    """Single-threaded: used from one event loop."""

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._running: Counter[MemberId] = Counter()

    @contextmanager
    def slot(self, peer: MemberId) -> Iterator[None]:
        """Held from before a body is read until its answer is written."""
        if self._running[peer] >= self._limits.concurrent_per_peer:
            raise PeerTooBusy("too many requests of this member are running; wait and try again")
        if self._running.total() >= self._limits.concurrent:
            raise ServerTooBusy("too many requests are running; wait and try again")
        self._running[peer] += 1
        try:
            yield
        finally:
            self._running[peer] -= 1
            if not self._running[peer]:
                del self._running[peer]
