"""The holder's side of accounts: accepted charges and the greatest voucher of each requester."""

from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.domain.ids import BatchId, Credits, KeyVersion, MemberId
from oracle.domain.messages import Voucher
from oracle.rules.vouchers import Totals, covers, greatest, totals_of
from oracle.store.database import Database
from oracle.store.pair_totals import ChargeList, Side
from oracle.store.tables import vouchers

LOST = BatchId(bytes(32))
"""The line of the list for what a restored store lost of it; no digest of a request is zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVoucher:
    """A voucher with its signature, as the chain will want it."""

    voucher: Voucher
    signature: bytes
    received_at: int
    """Unix seconds; of an earlier one while some of it is unpaid: what waits is as old as its oldest part."""


class VoucherJournal:
    """Charges that were accepted, and what covers them; both written before a disclosure leaves."""

    def __init__(self, database: Database, holder: MemberId) -> None:
        self._database = database
        self._list = ChargeList(database, Side.ACCEPTED)
        self.holder = holder

    async def accept(self, requester: MemberId, batch_id: BatchId, charge: Totals, held: HeldVoucher) -> bool:
        """Write a charge and the greatest voucher together; a batch counts once, with its newest answer.

        False, and nothing is written, when that voucher does not cover what was accepted meanwhile.
        """
        async with self._database.writing() as connection:
            standing = await self._standing(connection, requester)
            before = None if standing is None else totals_of(standing.voucher)
            best = greatest(before, totals_of(held.voucher))
            others = await self._accepted(connection, requester, without=batch_id)
            if best is None or not covers(best, others, charge):
                return False
            await self._list.put(connection, requester, batch_id, charge)
            if best != before:
                values = _values(held)
                await connection.execute(
                    self._database.insert(vouchers)
                    .values(requester=requester, **values)
                    .on_conflict_do_update(index_elements=["requester"], set_=values)
                )
            return True

    async def withdraw(self, requester: MemberId, batch_id: BatchId) -> None:
        """What was accepted for an answer that was superseded, and whose successor the requester refused."""
        async with self._database.writing() as connection:
            await self._list.withdraw(connection, requester, batch_id)

    async def note_disputed(self, requester: MemberId, case_id: bytes) -> None:
        """A hit that was served in a dispute and with no receipt: it counts once that is settled."""
        async with self._database.writing() as connection:
            if await self._list.line(connection, requester, BatchId(case_id)) is None:
                await self._list.put(connection, requester, BatchId(case_id), Totals())

    async def is_disputed(self, requester: MemberId, case_id: bytes) -> bool:
        async with self._database.reading() as connection:
            return await self._list.line(connection, requester, BatchId(case_id)) is not None

    async def set_off(self, requester: MemberId, case_id: bytes, amount: int) -> None:
        """A hit that a dispute has settled, in a line of its own, once."""
        hit = Totals(hits=1, amount=Credits(amount))
        async with self._database.leading() as connection:
            await self._list.put(connection, requester, BatchId(case_id), hit)

    async def adopt(self, requester: MemberId, redeemed: Totals) -> None:
        """Bring what was accepted up to what the chain has redeemed: a restored store's list is older."""
        missing = redeemed.less(await self.accepted_totals(requester, without=LOST))
        async with self._database.leading() as connection:
            await self._list.put(connection, requester, LOST, missing)

    async def accepted_totals(self, requester: MemberId, *, without: BatchId | None = None) -> Totals:
        """Sum of what was accepted of this requester, leaving out one batch if named."""
        async with self._database.reading() as connection:
            return await self._accepted(connection, requester, without=without)

    async def _accepted(
        self, connection: AsyncConnection, requester: MemberId, *, without: BatchId | None
    ) -> Totals:
        every, _ = await self._list.total(connection, requester)
        line = None if without is None else await self._list.line(connection, requester, without)
        return every if line is None else every.less(line)

    async def held(self, requester: MemberId) -> HeldVoucher | None:
        async with self._database.reading() as connection:
            return await self._standing(connection, requester)

    async def _standing(self, connection: AsyncConnection, requester: MemberId) -> HeldVoucher | None:
        row = (await connection.execute(select(vouchers).filter_by(requester=requester))).first()
        return None if row is None else self._held_of(row)

    async def all_held(self) -> tuple[HeldVoucher, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(vouchers).order_by(vouchers.c.requester))
            return tuple(self._held_of(row) for row in rows)

    def _held_of(self, row: Row[tuple[object, ...]]) -> HeldVoucher:
        voucher = Voucher(
            requester=MemberId(row.requester),
            holder=self.holder,
            queries=row.queries,
            hits=row.hits,
            amount=Credits(row.amount),
            price_version=row.price_version,
            key_version=KeyVersion(row.key_version),
        )
        return HeldVoucher(voucher=voucher, signature=row.signature, received_at=row.received_at)


def _values(held: HeldVoucher) -> dict[str, object]:
    voucher = held.voucher
    return {
        "queries": voucher.queries,
        "hits": voucher.hits,
        "amount": voucher.amount,
        "price_version": voucher.price_version,
        "key_version": voucher.key_version,
        "signature": held.signature,
        "received_at": held.received_at,
    }
