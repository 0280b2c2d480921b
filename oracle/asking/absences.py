"""Who is not reached: how long each is left alone, and when there is something to say about it."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

LONGEST_WAIT_S = 30.0


@dataclass(slots=True, kw_only=True)
class _Absence:
    """Moments in seconds."""

    since: float
    until: float
    reason: str


class Absences:
    """Waits as long again as it has waited in vain so far, half a minute at most.

    Kept in memory alone: whoever starts anew tries everything at once.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._absences: dict[Hashable, _Absence] = {}

    def over(self, *whom: Hashable) -> bool:
        """Whether it is time to try again."""
        now = self._now()
        return all(one.until <= now for one in map(self._absences.get, whom) if one is not None)

    def missed(self, whom: Hashable, reason: str) -> bool:
        """Tried in vain; whether that is news, because it is the first time, or for another reason."""
        now, before = self._now(), self._absences.get(whom)
        since = now if before is None else before.since
        until = now + min(now - since, LONGEST_WAIT_S)
        self._absences[whom] = _Absence(since=since, until=until, reason=reason)
        return before is None or before.reason != reason

    def ended(self, *whom: Hashable) -> bool:
        """Reached; whether that is news."""
        known = self._absences.keys() & set(whom)
        for one in known:
            del self._absences[one]
        return bool(known)
