"""The journal of what the member's keys send: one row an intent, in the order of queueing."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Row, Select, delete, func, select, update

from oracle.store.database import Database
from oracle.store.tables import transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRow:
    """`body` is the encoding by the chain room; the other fields are what rows are found by."""

    intent: str
    sender: str
    status: str
    nonce: int | None
    block_number: int | None
    body: bytes = field(repr=False)


class TransactionTable:
    """Each method is one durable transaction of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enqueue(self, row: TransactionRow) -> TransactionRow:
        """Add a row, or return the one that has this intent already."""
        position = select(func.coalesce(func.max(transactions.c.position), 0) + 1).scalar_subquery()
        async with self._database.leading() as connection:
            await connection.execute(
                self._database.insert(transactions)
                .values(
                    intent=row.intent,
                    position=position,
                    sender=row.sender,
                    status=row.status,
                    nonce=row.nonce,
                    block_number=row.block_number,
                    body=row.body,
                )
                .on_conflict_do_nothing(index_elements=["intent"])
            )
        return await self.by_intent(row.intent) or row

    async def save(self, row: TransactionRow) -> None:
        async with self._database.leading() as connection:
            await connection.execute(
                update(transactions)
                .where(transactions.c.intent == row.intent)
                .values(
                    sender=row.sender,
                    status=row.status,
                    nonce=row.nonce,
                    block_number=row.block_number,
                    body=row.body,
                )
            )

    async def drop(self, sender: str, status: str) -> None:
        """Forget rows of this account in a status in which nothing of them was ever sent."""
        async with self._database.leading() as connection:
            await connection.execute(
                delete(transactions).where(transactions.c.sender == sender, transactions.c.status == status)
            )

    async def by_intent(self, intent: str) -> TransactionRow | None:
        found = await self._rows(select(transactions).filter_by(intent=intent))
        return found[0] if found else None

    async def in_status(self, sender: str, statuses: Collection[str]) -> tuple[TransactionRow, ...]:
        """Rows of this account in the order of their queueing."""
        mine = (transactions.c.sender == sender, transactions.c.status.in_(statuses))
        return await self._rows(select(transactions).where(*mine).order_by(transactions.c.position))

    async def after_block(
        self, sender: str, statuses: Collection[str], block: int
    ) -> tuple[TransactionRow, ...]:
        """Rows of this account that stand in later blocks, by nonce."""
        mine = (transactions.c.sender == sender, transactions.c.status.in_(statuses))
        later = transactions.c.block_number > block
        return await self._rows(select(transactions).where(*mine, later).order_by(transactions.c.nonce))

    async def highest_nonce(self, sender: str) -> int | None:
        statement = select(func.max(transactions.c.nonce)).where(transactions.c.sender == sender)
        async with self._database.reading() as connection:
            found = await connection.scalar(statement)
        return None if found is None else int(found)

    async def _rows(self, statement: Select[tuple[object, ...]]) -> tuple[TransactionRow, ...]:
        async with self._database.reading() as connection:
            return tuple(map(_row, await connection.execute(statement)))


def _row(row: Row[tuple[object, ...]]) -> TransactionRow:
    return TransactionRow(
        intent=row.intent,
        sender=row.sender,
        status=row.status,
        nonce=row.nonce,
        block_number=row.block_number,
        body=row.body,
    )
