"""The chain room's journals over the store's tables: facts and transactions as rows and back."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from oracle.chain.encoding import decode_fact, encode_fact
from oracle.chain.facts import Fact
from oracle.chain.journal import BlockMark
from oracle.chain.transactions import Transaction, TransactionStatus
from oracle.domain.errors import Broken
from oracle.domain.ids import Address, BlockNumber
from oracle.store.facts import BlockRow, FactRow, FactTable
from oracle.store.transactions import TransactionRow, TransactionTable

UNFINISHED = tuple(status.value for status in TransactionStatus if status.unfinished)
IN_BLOCKS = (TransactionStatus.MINED.value, TransactionStatus.REVERTED.value)


class StoredFacts:
    """`FactJournal` in the store."""

    def __init__(self, table: FactTable) -> None:
        self._table = table

    async def append(self, facts: Sequence[Fact], blocks: Sequence[BlockMark], cursor: BlockNumber) -> None:
        rows = [
            FactRow(
                block_number=fact.at.block_number,
                block_hash=fact.at.block_hash,
                log_index=fact.at.log_index,
                body=encode_fact(fact),
            )
            for fact in facts
        ]
        marks = [BlockRow(number=mark.number, hash=mark.hash, timestamp=mark.timestamp) for mark in blocks]
        await self._table.append(rows, marks, cursor)

    async def rollback_to(self, block: BlockNumber) -> None:
        await self._table.rollback_to(block)

    async def cursor(self) -> BlockNumber | None:
        found = await self._table.cursor()
        return None if found is None else BlockNumber(found)

    async def facts(self, after: BlockNumber | None = None) -> AsyncIterator[Fact]:
        async for page in self._table.bodies(after):
            for body in page:
                yield decode_fact(body)

    async def marks(self, up_to: BlockNumber, limit: int) -> Sequence[BlockMark]:
        return tuple(
            BlockMark(number=BlockNumber(row.number), hash=row.hash, timestamp=row.timestamp)
            for row in await self._table.blocks(up_to, limit)
        )

    async def forget_marks(self, before: BlockNumber) -> None:
        await self._table.forget_blocks(before)


class StoredTransactions:
    """`TransactionJournal` in the store."""

    def __init__(self, table: TransactionTable) -> None:
        self._table = table

    async def enqueue(self, transaction: Transaction) -> Transaction:
        return _transaction(await self._table.enqueue(_row(transaction)))

    async def save(self, transaction: Transaction) -> None:
        await self._table.save(_row(transaction))

    async def by_intent(self, intent: str) -> Transaction | None:
        row = await self._table.by_intent(intent)
        return None if row is None else _transaction(row)

    async def unfinished(self, sender: Address) -> Sequence[Transaction]:
        return tuple(map(_transaction, await self._table.in_status(sender, UNFINISHED)))

    async def mined_after(self, sender: Address, block: BlockNumber) -> Sequence[Transaction]:
        return tuple(map(_transaction, await self._table.after_block(sender, IN_BLOCKS, block)))

    async def highest_nonce(self, sender: Address) -> int | None:
        return await self._table.highest_nonce(sender)


def _row(transaction: Transaction) -> TransactionRow:
    return TransactionRow(
        intent=transaction.intent,
        sender=transaction.sender,
        status=transaction.status,
        nonce=transaction.nonce,
        block_number=transaction.block_number,
        body=msgspec.msgpack.encode(transaction),
    )


def _transaction(row: TransactionRow) -> Transaction:
    try:
        return msgspec.msgpack.decode(row.body, type=Transaction)
    except msgspec.MsgspecError as error:
        raise Broken("The journal holds a transaction that cannot be decoded") from error
