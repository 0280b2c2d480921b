"""The requester's journal of verdicts on disclosed items."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import Verdict
from oracle.store.database import Database
from oracle.store.tables import ratings

LOST = "restored"
"""Stands for the transactions that a lost journal had sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedItem:
    """One verdict; it cites a disclosure by (batch, index, holder, category)."""

    batch_id: BatchId
    index: int
    holder: MemberId
    category: int
    verdict: Verdict


class RatingJournal:
    """A disclosed item is rated at most once, and each rating is sent in exactly one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, item: RatedItem) -> bool:
        """False when the item was rated before; the first verdict stands."""
        return bool(await self.add_all([item]))

    async def add_all(self, items: Sequence[RatedItem]) -> tuple[RatedItem, ...]:
        """All or none are written; returns those that had no verdict before."""
        async with self._database.writing() as connection:
            return tuple([item for item in items if await self._added(connection, item)])

    async def _added(self, connection: AsyncConnection, item: RatedItem) -> bool:
        added = await connection.execute(
            self._database.insert(ratings)
            .values(
                batch_id=item.batch_id,
                element=item.index,
                holder=item.holder,
                category=item.category,
                verdict=item.verdict,
                confirmed=0,
            )
            .on_conflict_do_nothing()
            .returning(ratings.c.batch_id)
        )
        return added.first() is not None

    async def unsent(self) -> tuple[RatedItem, ...]:
        statement = select(ratings).where(ratings.c.sent_in.is_(None)).order_by(ratings.c.batch_id)
        async with self._database.reading() as connection:
            return tuple(map(_item, await connection.execute(statement)))

    async def assign(self, items: Sequence[RatedItem], intent: str) -> None:
        """Note the transaction that carries these ratings before it is queued."""
        keys = [(item.batch_id, item.index, item.holder, item.category) for item in items]
        identity = tuple_(ratings.c.batch_id, ratings.c.element, ratings.c.holder, ratings.c.category)
        async with self._database.leading() as connection:
            await connection.execute(update(ratings).where(identity.in_(keys)).values(sent_in=intent))

    async def adopt(self, holder: MemberId, *, rated: int) -> int:
        """Take ratings as sent until as many of this holder are as the chain has; returns how many.

        Which ones a lost journal had sent cannot be known; none may be sent twice.
        """
        mine = ratings.c.holder == holder
        keys = (ratings.c.batch_id, ratings.c.element, ratings.c.holder, ratings.c.category)
        async with self._database.leading() as connection:
            sent = await connection.scalar(
                select(func.count()).select_from(ratings).where(mine, ratings.c.sent_in.is_not(None))
            )
            unsent = select(*keys).where(mine, ratings.c.sent_in.is_(None)).order_by(*keys)
            lost = unsent.limit(max(0, rated - int(sent or 0)))
            taken = await connection.execute(
                update(ratings).where(tuple_(*keys).in_(lost)).values(sent_in=LOST, confirmed=1)
            )
        return taken.rowcount

    async def release(self, intent: str) -> None:
        """The transaction was never sent: its ratings wait again."""
        async with self._database.leading() as connection:
            await connection.execute(update(ratings).where(ratings.c.sent_in == intent).values(sent_in=None))

    async def confirm(self, intent: str) -> None:
        """Note that the transaction with these ratings is mined."""
        async with self._database.leading() as connection:
            await connection.execute(update(ratings).where(ratings.c.sent_in == intent).values(confirmed=1))

    async def unconfirmed_intents(self) -> tuple[str, ...]:
        """Transactions that carry ratings and are not known to be mined."""
        open_rows = (ratings.c.sent_in.is_not(None), ratings.c.confirmed == 0)
        async with self._database.reading() as connection:
            return tuple(
                (await connection.execute(select(ratings.c.sent_in).where(*open_rows).distinct())).scalars()
            )

    async def of_intent(self, intent: str) -> tuple[RatedItem, ...]:
        """The ratings that a transaction carries, to build it again after a crash."""
        statement = select(ratings).where(ratings.c.sent_in == intent).order_by(ratings.c.batch_id)
        async with self._database.reading() as connection:
            return tuple(map(_item, await connection.execute(statement)))


def _item(row: Row[tuple[object, ...]]) -> RatedItem:
    return RatedItem(
        batch_id=BatchId(row.batch_id),
        index=row.element,
        holder=MemberId(row.holder),
        category=row.category,
        verdict=Verdict(row.verdict),
    )
