"""Final blocks by number and hash, as this member has read them: what express requests are asked at."""

from collections import OrderedDict
from typing import ClassVar, Final

from oracle.chain.journal import BlockMark, FactJournal
from oracle.chain.view import AllianceView
from oracle.domain.errors import Transient
from oracle.domain.ids import BlockNumber
from oracle.domain.reference import ReferenceBlock

_KEPT: Final = 256


class ReferenceUnknown(Transient):
    """The reference block of an express request is not among the blocks that this member has read."""

    code: ClassVar[str] = "reference_unknown"


class References:
    """Reads the journal's block hashes; a few are kept at hand until a reorganisation."""

    def __init__(self, journal: FactJournal, view: AllianceView) -> None:
        self._journal = journal
        self._view = view
        self._known: OrderedDict[tuple[BlockNumber, bytes], ReferenceBlock] = OrderedDict()

    async def forget(self, _: BlockNumber) -> None:
        """After a reorganisation: what was known may be on the branch that was dropped."""
        self._known.clear()

    async def newest(self) -> ReferenceBlock:
        """The newest final block. Raises `ReferenceUnknown` while none is read."""
        head = self._view.head
        if head is not None:
            depth = self._view.parameter("finality_depth").value
            if depth == 0:
                return self._keep(head)
            for mark in await self._journal.marks(BlockNumber(head.number - depth), 1):
                return self._keep(mark)
        raise ReferenceUnknown("This member has not read a final block yet; try again shortly.")

    async def find(self, number: BlockNumber, block_hash: bytes) -> ReferenceBlock | None:
        """The block, if this member has read it and it has exactly this hash."""
        known = self._known.get((number, block_hash))
        if known is not None:
            return known
        head = self._view.head
        if head is None or number > head.number:
            return None
        for mark in await self._journal.marks(number, 1):
            if (mark.number, mark.hash) == (number, block_hash):
                return self._keep(mark)
        return None

    def _keep(self, mark: BlockMark) -> ReferenceBlock:
        found = ReferenceBlock(number=mark.number, hash=mark.hash, timestamp=mark.timestamp)
        self._known[mark.number, mark.hash] = found
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return found
