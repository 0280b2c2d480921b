"""Gives an auditor what came of its decoys: their batch, once nothing of it is under way any more."""

from typing import Protocol

from oracle.auditing.gathering import Gathering
from oracle.domain.ids import Address, BatchId
from oracle.store.asked import AskedJournal
from oracle.store.decoys import DecoyJournal


class Deciding(Protocol):
    """Whether a batch has ended."""

    async def decided(self, batch_id: BatchId) -> bool: ...


class DecoysBack:
    """Each auditor gets its own, and nothing of the member's other batches."""

    def __init__(
        self, *, journal: DecoyJournal, asked: AskedJournal, gathering: Gathering, deciding: Deciding
    ) -> None:
        self._journal = journal
        self._asked = asked
        self._gathering = gathering
        self._deciding = deciding

    async def file(self, decoy_id: bytes, auditor: Address) -> bytes | None:
        """None while there is nothing to give, and for decoys of another auditor."""
        kept = await self._journal.of(decoy_id)
        if kept is None or kept.auditor != auditor:
            return None
        for batch in await self._asked.batches_of(kept.query_id):
            if await self._deciding.decided(batch.batch_id):
                return await self._gathering.file(batch.batch_id)
        return None
