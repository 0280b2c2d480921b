"""How the lines to other members are: when each was last heard, and since when it is not reached."""

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from oracle.domain.ids import BatchId, MemberId

MOST_FETCHES: Final = 10_000
"""Of the newest requests that holders fetched; older ones are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Times in unix seconds."""

    heard_at: int | None = None
    failing_since: int | None = None
    failure: str = ""


class Contacts:
    """Kept in memory: after a start nothing is known, and nothing is claimed."""

    def __init__(self) -> None:
        self._lines: dict[MemberId, Line] = {}
        self._fetched: OrderedDict[tuple[BatchId, MemberId], int] = OrderedDict()

    def line(self, member: MemberId) -> Line:
        return self._lines.get(member, Line())

    def failing(self) -> int:
        """How many members the newest call did not reach."""
        return sum(line.failing_since is not None for line in self._lines.values())

    def heard(self, member: MemberId) -> None:
        """It called, or answered a call."""
        self._lines[member] = Line(heard_at=int(time.time()))

    def called(self, member: MemberId) -> None:
        """It called us: it is alive, which does not say that we reach it."""
        self._lines[member] = replace(self.line(member), heard_at=int(time.time()))

    def failed(self, member: MemberId, code: str) -> None:
        line = self.line(member)
        since = int(time.time()) if line.failing_since is None else line.failing_since
        self._lines[member] = replace(line, failing_since=since, failure=code)

    def fetched(self, batch_id: BatchId, member: MemberId) -> None:
        """It has the request of this batch."""
        self._fetched.setdefault((batch_id, member), int(time.time()))
        while len(self._fetched) > MOST_FETCHES:
            self._fetched.popitem(last=False)

    def fetched_at(self, batch_id: BatchId, member: MemberId) -> int | None:
        return self._fetched.get((batch_id, member))
