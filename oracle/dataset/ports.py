"""What the dataset needs from the rest of the daemon; joined in `wiring`."""

from typing import Protocol


class Clock(Protocol):
    """The chain's time."""

    def chain_time(self) -> int:
        """Timestamp of the newest block read, unix seconds."""
        ...

    async def reached(self, block: int) -> None:
        """Wait until the local view has read this block."""
        ...
