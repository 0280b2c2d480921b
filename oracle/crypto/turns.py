"""Deals out something scarce in turns, one for each party in a circle, however much one of them wants."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class OutOfTurns(Exception):
    """Too many wait for a place already; `of_party` when it is too many of this one party."""

    def __init__(self, *, of_party: bool) -> None:
        super().__init__("too many wait for a place already")
        self.of_party = of_party


class Turns:
    """So many places at once, so many for one party; whoever finds none waits in the queue of its party.

    A place that becomes free goes to the party that has waited longest since it was last served. For use in
    one event loop.
    """

    def __init__(self, *, places: int, places_each: int, waiting: int, waiting_each: int) -> None:
        self._places = places
        self._places_each = places_each
        self._waiting = waiting
        self._waiting_each = waiting_each
        self._held: Counter[Hashable] = Counter()
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._queued = 0

    @property
    def held(self) -> int:
        """Places that are taken now."""
        return self._held.total()

    @property
    def waiting(self) -> int:
        """How many wait for a place now."""
        return self._queued

    @asynccontextmanager
    async def turn(self, party: Hashable, *, patient: bool = False) -> AsyncIterator[None]:
        """A place, held until the end of the block.

        Raises `OutOfTurns` at once when too many wait already; who is patient waits in any case.
        """
        if party in self._queues or not self._free_for(party):
            await self._wait(party, patient=patient)
        else:
            self._held[party] += 1
        try:
            yield
        finally:
            self._give_back(party)

    async def _wait(self, party: Hashable, *, patient: bool) -> None:
        queue = self._queues.get(party, deque())
        if not patient:
            if len(queue) >= self._waiting_each:
                raise OutOfTurns(of_party=True)
            if self._queued >= self._waiting:
                raise OutOfTurns(of_party=False)
        place = asyncio.get_running_loop().create_future()
        queue.append(place)
        self._queues[party] = queue
        self._queued += 1
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self._leave(party, place)
            else:
                # It was given the place at the moment at which it gave up: the next one takes it.
                self._give_back(party)
            raise

    def _leave(self, party: Hashable, place: asyncio.Future[None]) -> None:
        queue = self._queues[party]
        queue.remove(place)
        self._queued -= 1
        if not queue:
            del self._queues[party]

    def _give_back(self, party: Hashable) -> None:
        self._held[party] -= 1
        if not self._held[party]:
            del self._held[party]
        while self._deal():
            """Until no place is free for anybody who waits."""

    def _deal(self) -> bool:
        """Give one free place to the first in the circle who can take it; it goes to the circle's end."""
        for party, queue in self._queues.items():
            # One that gave up leaves by itself, as soon as its task runs.
            place = next((place for place in queue if not place.done()), None)
            if place is None or not self._free_for(party):
                continue
            self._leave(party, place)
            if party in self._queues:
                self._queues.move_to_end(party)
            self._held[party] += 1
            place.set_result(None)
            return True
        return False

    def _free_for(self, party: Hashable) -> bool:
        return self._held.total() < self._places and self._held[party] < self._places_each
