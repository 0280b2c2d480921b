"""What the charges of each pair add up to, written with each line of their list, in the same transaction.

A line leaves the list once its batch is forgotten and stays in the total, so that every voucher is exact for
ever; and what an answer or a receipt waits for does not grow with what the pair has settled before.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.rules.vouchers import Totals
from oracle.store.database import Database
from oracle.store.tables import accepted, charges, pair_totals


class Side(StrEnum):
    """Which list the charges are on."""

    GIVEN = "given"
    """Requester: charged by a holder."""
    ACCEPTED = "accepted"
    """Holder: accepted of a requester."""


_LISTS: dict[Side, tuple[Table, Column[int]]] = {
    Side.GIVEN: (charges, charges.c.holder),
    Side.ACCEPTED: (accepted, accepted.c.requester),
}


class ChargeList:
    """One side's charges by pair and batch, each method within the caller's transaction."""

    def __init__(self, database: Database, side: Side) -> None:
        self._database = database
        self._side = side
        self._table, self._owner = _LISTS[side]

    async def total(self, connection: AsyncConnection, member: MemberId) -> tuple[Totals, int]:
        """All charges of a pair, forgotten ones too, and the newest price version of them (0: none yet)."""
        row = (await connection.execute(select(pair_totals).where(*self._pair(member)))).first()
        return (Totals(), 0) if row is None else (_totals_of(row), row.price_version)

    async def line(self, connection: AsyncConnection, member: MemberId, batch_id: BatchId) -> Totals | None:
        """What a batch is charged; None where it is not on the list, or not any more."""
        row = (await connection.execute(select(self._table).where(*self._these(member, batch_id)))).first()
        return None if row is None else _totals_of(row)

    async def put(
        self,
        connection: AsyncConnection,
        member: MemberId,
        batch_id: BatchId,
        charge: Totals,
        *,
        price_version: int = 0,
    ) -> None:
        """Put a charge on the list, or in the place of the batch's line. Those given have a price version."""
        before = await self.line(connection, member, batch_id)
        line = _amounts(charge) | ({"price_version": price_version} if self._side is Side.GIVEN else {})
        key = {self._owner.name: member, "batch_id": batch_id}
        await connection.execute(
            self._database.insert(self._table)
            .values(**key, **line)
            .on_conflict_do_update(index_elements=list(key), set_=line)
        )
        await self._add(connection, member, before or Totals(), charge, price_version=price_version)

    async def correct(
        self, connection: AsyncConnection, member: MemberId, batch_id: BatchId, charge: Totals
    ) -> None:
        """Set what a batch costs after all; nothing where it is not on the list."""
        before = await self.line(connection, member, batch_id)
        if before is not None:
            this = self._these(member, batch_id)
            await connection.execute(update(self._table).where(*this).values(_amounts(charge)))
            await self._add(connection, member, before, charge)

    async def withdraw(self, connection: AsyncConnection, member: MemberId, batch_id: BatchId) -> None:
        """Take a charge off the list and out of the total."""
        before = await self.line(connection, member, batch_id)
        if before is not None:
            await self.forget(connection, member, batch_id)
            await self._add(connection, member, before, Totals())

    async def forget(self, connection: AsyncConnection, member: MemberId, *batch_ids: BatchId) -> None:
        """Take charges off the list and leave them in the total."""
        await connection.execute(self._table.delete().where(*self._these(member, *batch_ids)))

    async def _add(
        self,
        connection: AsyncConnection,
        member: MemberId,
        before: Totals,
        after: Totals,
        *,
        price_version: int = 0,
    ) -> None:
        was = _amounts(before)
        more = {name: amount - was[name] for name, amount in _amounts(after).items()}
        sums: dict[str, object] = {name: pair_totals.c[name] + by for name, by in more.items()}
        version = pair_totals.c.price_version
        sums["price_version"] = case((version < price_version, price_version), else_=version)
        await connection.execute(
            self._database.insert(pair_totals)
            .values(side=self._side, member=member, price_version=price_version, **more)
            .on_conflict_do_update(index_elements=["side", "member"], set_=sums)
        )

    def _pair(self, member: MemberId) -> tuple[ColumnElement[bool], ...]:
        return pair_totals.c.side == self._side, pair_totals.c.member == member

    def _these(self, member: MemberId, *batch_ids: BatchId) -> tuple[ColumnElement[bool], ...]:
        return self._owner == member, self._table.c.batch_id.in_(batch_ids)


def _amounts(charge: Totals) -> dict[str, int]:
    return {"queries": charge.queries, "hits": charge.hits, "amount": charge.amount}


def _totals_of(row: Row[tuple[Any, ...]]) -> Totals:
    return Totals(queries=row.queries, hits=row.hits, amount=Credits(row.amount))
