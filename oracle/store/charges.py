"""The list of charges of each pair that the requester's vouchers are the sum of."""

from sqlalchemy import exists, select

from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.rules.vouchers import Totals, least, most
from oracle.store.database import Database
from oracle.store.pair_totals import ChargeList, Side
from oracle.store.sums import total
from oracle.store.tables import charges, pair_totals, receipts, signed

LOST = BatchId(bytes(32))
"""The line of the list for what a restored store lost of it; no digest of a request is zero."""


class ChargeJournal:
    """A batch is charged to a pair at most once; the pair's total changes with its list, together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._list = ChargeList(database, Side.GIVEN)

    async def charge(self, holder: MemberId, batch_id: BatchId, charge: Totals, price_version: int) -> None:
        """Write a charge unless this batch has one."""
        async with self._database.leading() as connection:
            if await self._list.line(connection, holder, batch_id) is None:
                await self._list.put(connection, holder, batch_id, charge, price_version=price_version)

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
            await self._list.correct(connection, holder, batch_id, charge)

    async def to_sign(self, holder: MemberId) -> tuple[Totals, int]:
        """What the next voucher says, written before it is signed, and its price version (0: nothing yet).

        Totals only grow: what a correction took off the list is made up for by later charges.
        """
        async with self._database.leading() as connection:
            owed, newest = await self._list.total(connection, holder)
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
        greatest = most(await self.signed(holder), proven)
        newest_signed = {
            "queries": greatest.queries,
            "hits": greatest.hits,
            "amount": greatest.amount,
            "price_version": max(newest, price_version),
        }
        async with self._database.leading() as connection:
            await self._list.put(connection, holder, LOST, lost, price_version=max(newest, price_version))
            await connection.execute(
                self._database.insert(signed)
                .values(holder=holder, **newest_signed)
                .on_conflict_do_update(index_elements=["holder"], set_=newest_signed)
            )
        return lost != before

    async def receipted(self, holder: MemberId) -> Totals:
        """Sum over the charges that a receipt was written for: each of them was signed for in a voucher."""
        receipt = exists().where(
            receipts.c.batch_id == charges.c.batch_id, receipts.c.holder == charges.c.holder
        )
        statement = select(total(charges.c.queries), total(charges.c.hits), total(charges.c.amount)).where(
            charges.c.holder == holder, ~receipt
        )
        async with self._database.reading() as connection:
            without = _totals(*(await connection.execute(statement)).one())
            owed, _ = await self._list.total(connection, holder)
        return owed.less(without)

    async def signed(self, holder: MemberId) -> Totals:
        """The greatest totals ever signed for this holder, as far as this store knows."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(signed).where(signed.c.holder == holder))).first()
        return Totals() if row is None else _totals(row.queries, row.hits, row.amount)

    async def totals(self, holder: MemberId) -> tuple[Totals, int]:
        """All charges of the pair, forgotten ones too, and the newest price version of them (0: none yet)."""
        async with self._database.reading() as connection:
            return await self._list.total(connection, holder)

    async def charge_of(self, holder: MemberId, batch_id: BatchId) -> Totals | None:
        async with self._database.reading() as connection:
            return await self._list.line(connection, holder, batch_id)

    async def holders(self) -> tuple[MemberId, ...]:
        statement = select(pair_totals.c.member).where(pair_totals.c.side == Side.GIVEN)
        async with self._database.reading() as connection:
            return tuple((await connection.execute(statement)).scalars())


def _totals(queries: int, hits: int, amount: int) -> Totals:
    return Totals(queries=queries, hits=hits, amount=Credits(amount))
