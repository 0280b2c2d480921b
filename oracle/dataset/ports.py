"""What the dataset needs from the rest of the daemon; joined in `wiring`."""

from collections.abc import Collection
from typing import Protocol

from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion
from oracle.domain.recalls import RecallReason


class TaggerOfNow(Protocol):
    """The OPRF key that is current on the chain."""

    @property
    def version(self) -> KeyVersion: ...

    def current(self) -> Tagger: ...


class Clock(Protocol):
    """The chain's time."""

    def chain_time(self) -> int:
        """Timestamp of the newest block read, unix seconds."""
        ...

    async def reached(self, block: int) -> None:
        """Wait until the local view has read this block."""
        ...


class Recalls(Protocol):
    """Tells other members of records that are gone."""

    async def note(self, digests: Collection[bytes], reason: RecallReason, *, at: int) -> int:
        """Of whoever claimed a record with one of these digests; returns how many claims."""
        ...
