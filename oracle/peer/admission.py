"""Lets requests in: at the peer's rate, in its turn, with room for its body; turns away the rest."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from aiolimiter import AsyncLimiter

from oracle.crypto.turns import OutOfTurns, Turns
from oracle.domain.errors import Transient
from oracle.peer.limits import ServerLimits
from oracle.peer.tls import Party

_BURST_S: Final = 2.0


class PeerTooBusy(Transient):
    """This peer has as many requests running and waiting, or bytes under way, as one peer may."""

    code = "peer_too_busy"


class PeerTooOften(Transient):
    """This peer sends requests faster than one peer may."""

    code = "peer_too_often"


class ServerTooBusy(Transient):
    """All peers together have as many requests running and waiting as this member serves."""

    code = "server_too_busy"


class Admission:
    """Used from one event loop."""

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._turns = Turns(
            places=limits.concurrent,
            places_each=limits.concurrent_per_peer,
            waiting=limits.waiting,
            waiting_each=limits.waiting_per_peer,
        )
        self._rates = defaultdict[Party, AsyncLimiter](self._rate)
        self._bytes: Counter[Party] = Counter()

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn now."""
        return self._turns.waiting

    @asynccontextmanager
    async def slot(self, peer: Party) -> AsyncIterator[None]:
        """Held from before a body is read until its answer is written."""
        await self._keep_to_the_rate(peer)
        waiting = asyncio.timeout(self._limits.wait_timeout_s)
        try:
            async with waiting, self._turns.turn(peer):
                waiting.reschedule(None)
                yield
        except OutOfTurns as error:
            if error.of_party:
                raise PeerTooBusy("too many requests of this peer wait; wait and try again") from error
            raise ServerTooBusy("too many requests wait; wait and try again") from error
        except TimeoutError as error:
            if not waiting.expired():
                raise
            raise ServerTooBusy("too many requests are running; wait and try again") from error

    @contextmanager
    def room(self, peer: Party, size: int) -> Iterator[None]:
        """Memory for a body, until the work on it is done."""
        if self._bytes[peer] + size > self._limits.body_bytes_per_peer:
            raise PeerTooBusy("too many bytes of this peer are under way; wait and try again")
        if self._bytes.total() + size > self._limits.body_bytes:
            raise ServerTooBusy("too many bytes are under way; wait and try again")
        self._bytes[peer] += size
        try:
            yield
        finally:
            self._bytes[peer] -= size
            if not self._bytes[peer]:
                del self._bytes[peer]

    async def _keep_to_the_rate(self, peer: Party) -> None:
        limiter = self._rates[peer]
        if not limiter.has_capacity():
            await asyncio.sleep(self._limits.penalty_s)
            raise PeerTooOften("this peer sends requests faster than it may; wait and try again")
        await limiter.acquire()

    def _rate(self) -> AsyncLimiter:
        return AsyncLimiter(self._limits.requests_per_s_per_peer * _BURST_S, _BURST_S)
