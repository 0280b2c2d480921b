"""Journals in memory: for programs that end with their work, and for tests. They pass the store's suites."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from oracle.chain.facts import Fact
from oracle.chain.journal import BlockMark
from oracle.chain.transactions import Transaction, TransactionStatus
from oracle.domain.ids import Address, BlockNumber


@dataclass(slots=True)
class MemoryTransactionJournal:
    """Of the sender."""

    _rows: dict[str, Transaction] = field(default_factory=dict)

    async def enqueue(self, transaction: Transaction) -> Transaction:
        return self._rows.setdefault(transaction.intent, transaction)

    async def save(self, transaction: Transaction) -> None:
        self._rows[transaction.intent] = transaction

    async def by_intent(self, intent: str) -> Transaction | None:
        return self._rows.get(intent)

    async def unfinished(self, sender: Address) -> Sequence[Transaction]:
        return [row for row in self._rows.values() if row.sender == sender and row.status.unfinished]

    async def mined_after(self, sender: Address, block: BlockNumber) -> Sequence[Transaction]:
        finished = {TransactionStatus.MINED, TransactionStatus.REVERTED}
        rows = [row for row in self._rows.values() if row.sender == sender and row.status in finished]
        later = [row for row in rows if row.block_number is not None and row.block_number > block]
        return sorted(later, key=lambda row: row.nonce or 0)

    async def highest_nonce(self, sender: Address) -> int | None:
        nonces = [row.nonce for row in self._rows.values() if row.sender == sender and row.nonce is not None]
        return max(nonces, default=None)


@dataclass(slots=True)
class MemoryFactJournal:
    """Of the event stream."""

    _facts: dict[tuple[BlockNumber, int], Fact] = field(default_factory=dict)
    _marks: dict[BlockNumber, BlockMark] = field(default_factory=dict)
    _cursor: BlockNumber | None = None

    async def append(self, facts: Sequence[Fact], blocks: Sequence[BlockMark], cursor: BlockNumber) -> None:
        for fact in facts:
            self._facts.setdefault((fact.at.block_number, fact.at.log_index), fact)
        for mark in blocks:
            self._marks.setdefault(mark.number, mark)
        self._cursor = cursor

    async def rollback_to(self, block: BlockNumber) -> None:
        self._facts = {place: fact for place, fact in self._facts.items() if place[0] <= block}
        self._marks = {number: mark for number, mark in self._marks.items() if number <= block}
        if self._cursor is not None:
            self._cursor = min(self._cursor, block)

    async def cursor(self) -> BlockNumber | None:
        return self._cursor

    async def facts(self, after: BlockNumber | None = None) -> AsyncIterator[Fact]:
        for place, fact in sorted(self._facts.items()):
            if after is None or place[0] > after:
                yield fact

    async def marks(self, up_to: BlockNumber, limit: int) -> Sequence[BlockMark]:
        newest_first = sorted(self._marks.values(), key=lambda mark: mark.number, reverse=True)
        return [mark for mark in newest_first if mark.number <= up_to][:limit]

    async def forget_marks(self, before: BlockNumber) -> None:
        with_facts = {number for number, _ in self._facts}
        self._marks = {
            number: mark for number, mark in self._marks.items() if number >= before or number in with_facts
        }
