"""The list of charges of each pair that the requester's vouchers are the sum of."""

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert

from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.rules.vouchers import Totals
from oracle.store.database import Database
from oracle.store.tables import charges


class ChargeJournal:
    """A batch is charged to a pair at most once; totals are always recomputed from the list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def charge(
        self, holder: MemberId, batch_id: BatchId, charge: Totals, price_version: int
    ) -> tuple[Totals, int]:
        """Write a charge unless this batch has one; returns the pair's totals and newest price version."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(charges)
                .values(
                    holder=holder,
                    batch_id=batch_id,
                    queries=charge.queries,
                    hits=charge.hits,
                    amount=charge.amount,
                    price_version=price_version,
                )
                .on_conflict_do_nothing()
            )
        return await self.totals(holder)

    async def totals(self, holder: MemberId) -> tuple[Totals, int]:
        """Sum over all charges of the pair, and the newest price version among them (0: none yet)."""
        statement = select(
            func.coalesce(func.sum(charges.c.queries), 0),
            func.coalesce(func.sum(charges.c.hits), 0),
            func.coalesce(func.sum(charges.c.amount), 0),
            func.coalesce(func.max(charges.c.price_version), 0),
        ).where(charges.c.holder == holder)
        async with self._database.reading() as connection:
            queries, hits, amount, version = (await connection.execute(statement)).one()
        return Totals(queries=queries, hits=hits, amount=Credits(amount)), version

    async def charge_of(self, holder: MemberId, batch_id: BatchId) -> Totals | None:
        statement = select(charges.c.queries, charges.c.hits, charges.c.amount).where(
            charges.c.holder == holder, charges.c.batch_id == batch_id
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else Totals(queries=row.queries, hits=row.hits, amount=Credits(row.amount))

    async def holders(self) -> tuple[MemberId, ...]:
        async with self._database.reading() as connection:
            return tuple((await connection.execute(select(charges.c.holder).distinct())).scalars())
