"""What the holder needs from the rest of the daemon; joined in `wiring`."""

from collections.abc import Callable
from collections.abc import Sequence as Series
from typing import Protocol

from oracle.domain.answered import NoRecord, StoredRecord
from oracle.domain.ids import KeyVersion, MemberId, Sequence, Tag
from oracle.domain.query import Cut, Element


class Snapshots(Protocol):
    """The holder's committed snapshots, all that are still kept."""

    async def holds(self, sequence: Sequence, root: bytes) -> bool:
        """Whether the snapshot published under this number is here; a restored dataset may lack it."""
        ...

    async def cut(self, sequence: Sequence, elements: Series[Element]) -> tuple[Cut, ...]:
        """What each element is answered with, cut from one snapshot; raises when it is not kept."""
        ...

    async def record(self, sequence: Sequence, subject: bytes, tag: Tag) -> StoredRecord | NoRecord:
        """The record about a subject behind its tag in that snapshot, or why there is none."""
        ...

    async def digests(self, sequence: Sequence, subject: bytes) -> tuple[bytes, ...]:
        """All record digests of the subject's bucket in that snapshot, in the order of its tags."""
        ...


class Turns(Protocol):
    """Which daemon of this member answers a requester now."""

    async def take(self, requester: MemberId) -> bool:
        """Whether this daemon may; if so `give_back` follows."""
        ...

    async def give_back(self, requester: MemberId) -> None: ...


class Always:
    """The turns of a member's only daemon."""

    async def take(self, requester: MemberId) -> bool:  # noqa: ARG002 - as the protocol has it
        return True

    async def give_back(self, requester: MemberId) -> None:
        """Nobody waits for it."""


class OprfKeys(Protocol):
    """The holder's OPRF keys by version, as a worker needs them."""

    def oprf_secret_for_workers(self, version: KeyVersion) -> bytes: ...


class ChainClock(Protocol):
    """Deadlines are judged by the chain's time."""

    def chain_time(self) -> int:
        """Timestamp of the newest block read, unix seconds."""
        ...


class Clock(ChainClock, Protocol):
    """Deadlines of express requests are judged by the wall's time, too."""

    def wall_ms(self) -> int: ...

    async def catch_up(self, holds: Callable[[], bool], *, patience_s: float) -> bool:
        """Read the chain now, not at the next poll, until this holds; False when it does not in time."""
        ...
