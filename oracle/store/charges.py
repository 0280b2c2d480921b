"""The list of charges of each pair that the requester's vouchers are the sum of."""

from sqlalchemy import func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.rules.vouchers import Totals
from oracle.store.database import Database
from oracle.store.folding import Side, folded_totals
from oracle.store.sums import total
from oracle.store.tables import charges, folded, signed


class ChargeJournal:
    """A batch is charged to a pair at most once; totals are always recomputed from the list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def charge(self, holder: MemberId, batch_id: BatchId, charge: Totals, price_version: int) -> None:
        """Write a charge unless this batch has one."""
        async with self._database.writing() as connection:
            await connection.execute(
                self._database.insert(charges)
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

    async def correct(self, holder: MemberId, batch_id: BatchId, charge: Totals) -> None:
        """Set what a batch costs after all: hits whose record was not served are not owed."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(charges)
                .where(charges.c.holder == holder, charges.c.batch_id == batch_id)
                .values(queries=charge.queries, hits=charge.hits, amount=charge.amount)
            )

    async def to_sign(self, holder: MemberId) -> tuple[Totals, int]:
        """What the next voucher says, written before it is signed, and its price version (0: nothing yet).

        Totals only grow: what a correction took off the list is made up for by later charges.
        """
        async with self._database.writing() as connection:
            owed, newest = await _sums(connection, holder)
            found = await connection.execute(select(signed).where(signed.c.holder == holder))
            row = found.first()
            before = Totals() if row is None else _totals(row.queries, row.hits, row.amount)
            values = {
                "queries": max(owed.queries, before.queries),
                "hits": max(owed.hits, before.hits),
                "amount": max(owed.amount, before.amount),
                "price_version": max(newest, 0 if row is None else row.price_version),
            }
            await connection.execute(
                self._database.insert(signed)
                .values(holder=holder, **values)
                .on_conflict_do_update(index_elements=["holder"], set_=values)
            )
        totals = _totals(values["queries"], values["hits"], values["amount"])
        return totals, values["price_version"]

    async def totals(self, holder: MemberId) -> tuple[Totals, int]:
        """Sum over all charges of the pair, folded ones too, and their newest price version (0: none yet)."""
        async with self._database.reading() as connection:
            return await _sums(connection, holder)

    async def charge_of(self, holder: MemberId, batch_id: BatchId) -> Totals | None:
        statement = select(charges.c.queries, charges.c.hits, charges.c.amount).where(
            charges.c.holder == holder, charges.c.batch_id == batch_id
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else _totals(row.queries, row.hits, row.amount)

    async def holders(self) -> tuple[MemberId, ...]:
        listed = select(charges.c.holder)
        before = select(folded.c.member).where(folded.c.side == Side.GIVEN)
        async with self._database.reading() as connection:
            return tuple((await connection.execute(union(listed, before))).scalars())


async def _sums(connection: AsyncConnection, holder: MemberId) -> tuple[Totals, int]:
    statement = select(
        total(charges.c.queries),
        total(charges.c.hits),
        total(charges.c.amount),
        func.coalesce(func.max(charges.c.price_version), 0),
    ).where(charges.c.holder == holder)
    queries, hits, amount, version = (await connection.execute(statement)).one()
    before, before_version = await folded_totals(connection, Side.GIVEN, holder)
    return before.plus(_totals(queries, hits, amount)), max(version, before_version)


def _totals(queries: int, hits: int, amount: int) -> Totals:
    return Totals(queries=queries, hits=hits, amount=Credits(amount))
