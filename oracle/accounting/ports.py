"""What accounting needs from the rest of the daemon; joined in `wiring`."""

from collections.abc import Callable
from typing import Protocol

from oracle.domain.ids import BatchId, MemberId


class Clock(Protocol):
    """The chain's time."""

    def chain_time(self) -> int:
        """Timestamp of the newest block read, unix seconds."""
        ...

    async def reached(self, block: int) -> None:
        """Wait until the local view has read this block."""
        ...


class PatientClock(Clock, Protocol):
    """One that can be asked to read on."""

    async def catch_up(self, holds: Callable[[], bool], *, patience_s: float) -> bool:
        """Read the chain now, not at the next poll, until this holds; False when it does not in time."""
        ...


class Names(Protocol):
    """What this institution calls other members."""

    def name_of(self, member: MemberId) -> str: ...


class Counterparties(Protocol):
    """The other members, as anchors and recalls are spoken of with them; raises `Transient` and `Refused`."""

    async def prove_anchor(self, holder: MemberId, *, frame: bytes) -> None:
        """Tell a holder in which anchor of ours its batches stand."""
        ...

    async def recall(self, requester: MemberId, *, frame: bytes) -> None:
        """Tell a requester that records which it claimed do not stand any more."""
        ...

    async def fetch_anchor_proof(self, requester: MemberId, batch_id: BatchId) -> bytes:
        """The frame of the proof of one batch that this member answered."""
        ...
