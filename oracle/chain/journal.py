"""What the event stream needs of a store: facts, block hashes and cursor, changed together or not at all."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from oracle.chain.facts import Fact
from oracle.domain.ids import BlockNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockMark:
    """The hash a block had when it was read: how a reorganisation is noticed."""

    number: BlockNumber
    hash: bytes
    timestamp: int
    """Unix seconds."""


class FactJournal(Protocol):
    """Each method is one transaction."""

    async def append(self, facts: Sequence[Fact], blocks: Sequence[BlockMark], cursor: BlockNumber) -> None:
        """Adds facts and marks and moves the cursor. What is there already (by block and index) stays."""

    async def rollback_to(self, block: BlockNumber) -> None:
        """Drops facts and marks of later blocks; the cursor becomes this block if it was later."""

    async def cursor(self) -> BlockNumber | None:
        """The last block that was read whole; None in an empty journal."""

    def facts(self, after: BlockNumber | None = None) -> AsyncIterator[Fact]:
        """In the order of the chain, of blocks later than `after`."""

    async def marks(self, up_to: BlockNumber, limit: int) -> Sequence[BlockMark]:
        """At most `limit` marks of blocks not later than `up_to`, newest first."""

    async def forget_marks(self, before: BlockNumber) -> None:
        """Drops the marks of earlier blocks that hold no facts."""
