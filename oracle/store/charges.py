"""The list of charges of each pair that the requester's vouchers are the sum of."""

from sqlalchemy import and_, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.rules.vouchers import Totals, least, most
from oracle.store.database import Database
from oracle.store.folding import Side, folded_totals
from oracle.store.sums import total
from oracle.store.tables import charges, folded, receipts, signed

LOST = BatchId(bytes(32))
"""The line of the list for what a restored store lost of it; no digest of a request is zero."""


class ChargeJournal:
    """A batch is charged to a pair at most once; totals are always recomputed from the list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def charge(self, holder: MemberId, batch_id: BatchId, charge: Totals, price_version: int) -> None:
        """Write a charge unless this batch has one."""
        async with self._database.leading() as connection:
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

    async def charge_anew(
        self, holder: MemberId, batch_id: BatchId, charge: Totals, price_version: int
    ) -> None:
        """As `charge`, for a batch whose earlier reply was superseded: the greater of each total.

        Until the holder has taken the new receipt it counts the old charge: the list must not fall before.
        """
        await self.charge(holder, batch_id, charge, price_version)
        await self.correct(holder, batch_id, most(await self.charge_of(holder, batch_id) or charge, charge))

    async def correct(self, holder: MemberId, batch_id: BatchId, charge: Totals) -> None:
        """Set what a batch costs after all: hits whose record was not served are not owed."""
        async with self._database.leading() as connection:
            await connection.execute(
                update(charges)
                .where(charges.c.holder == holder, charges.c.batch_id == batch_id)
                .values(queries=charge.queries, hits=charge.hits, amount=charge.amount)
            )

    async def to_sign(self, holder: MemberId) -> tuple[Totals, int]:
        """What the next voucher says, written before it is signed, and its price version (0: nothing yet).

        Totals only grow: what a correction took off the list is made up for by later charges.
        """
        async with self._database.leading() as connection:
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

    async def adopt(
        self, holder: MemberId, *, accepted: Totals, proven: Totals, price_version: int, most_lost: Totals
    ) -> bool:
        """Bring the list up to what the holder has accepted, and what was signed up to what is proven.

        The line for what was lost grows to `most_lost` at most; False when it does not grow.
        """
        owed, newest = await self.totals(holder)
        before = await self.charge_of(holder, LOST) or Totals()
        lost = most(before, least(before.plus(accepted.less(owed)), most_lost))
        line = {
            "queries": lost.queries,
            "hits": lost.hits,
            "amount": lost.amount,
            "price_version": max(newest, price_version),
        }
        greatest = most(await self.signed(holder), proven)
        newest_signed = {
            "queries": greatest.queries,
            "hits": greatest.hits,
            "amount": greatest.amount,
            "price_version": max(newest, price_version),
        }
        async with self._database.leading() as connection:
            await connection.execute(
                self._database.insert(charges)
                .values(holder=holder, batch_id=LOST, **line)
                .on_conflict_do_update(index_elements=["holder", "batch_id"], set_=line)
            )
            await connection.execute(
                self._database.insert(signed)
                .values(holder=holder, **newest_signed)
                .on_conflict_do_update(index_elements=["holder"], set_=newest_signed)
            )
        return lost != before

    async def receipted(self, holder: MemberId) -> Totals:
        """Sum over the charges that a receipt was written for: each of them was signed for in a voucher."""
        same = and_(receipts.c.batch_id == charges.c.batch_id, receipts.c.holder == charges.c.holder)
        statement = (
            select(total(charges.c.queries), total(charges.c.hits), total(charges.c.amount))
            .join(receipts, same)
            .where(charges.c.holder == holder)
        )
        async with self._database.reading() as connection:
            listed = _totals(*(await connection.execute(statement)).one())
            before, _ = await folded_totals(connection, Side.GIVEN, holder)
        return before.plus(listed)

    async def signed(self, holder: MemberId) -> Totals:
        """The greatest totals ever signed for this holder, as far as this store knows."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(signed).where(signed.c.holder == holder))).first()
        return Totals() if row is None else _totals(row.queries, row.hits, row.amount)

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
