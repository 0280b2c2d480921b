"""Charges that leave their list: their sum stays, so that every voucher's total is exact for ever."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import Column, Table, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.rules.vouchers import Totals
from oracle.store.database import Database
from oracle.store.sums import total
from oracle.store.tables import accepted, charges, folded


class Side(StrEnum):
    """Which list the charges were on."""

    GIVEN = "given"
    """Requester: charged by a holder."""
    ACCEPTED = "accepted"
    """Holder: accepted of a requester."""


_LISTS: dict[Side, tuple[Table, Column[int]]] = {
    Side.GIVEN: (charges, charges.c.holder),
    Side.ACCEPTED: (accepted, accepted.c.requester),
}


async def folded_totals(connection: AsyncConnection, side: Side, member: MemberId) -> tuple[Totals, int]:
    """What left the list of a pair, and the newest price version among it (0: nothing)."""
    found = await connection.execute(select(folded).where(folded.c.side == side, folded.c.member == member))
    row = found.first()
    if row is None:
        return Totals(), 0
    return Totals(queries=row.queries, hits=row.hits, amount=Credits(row.amount)), row.price_version


async def fold(
    database: Database,
    connection: AsyncConnection,
    side: Side,
    member: MemberId,
    batch_ids: Sequence[BatchId],
) -> None:
    """Move these charges of a pair from the list into the sum, within the caller's transaction."""
    table, owner = _LISTS[side]
    these = (owner == member, table.c.batch_id.in_(batch_ids))
    newest = func.coalesce(func.max(table.c.price_version), 0) if side is Side.GIVEN else literal(0)
    sums = await connection.execute(
        select(
            func.count().label("batches"),
            total(table.c.queries).label("queries"),
            total(table.c.hits).label("hits"),
            total(table.c.amount).label("amount"),
            newest.label("price_version"),
        ).where(*these)
    )
    moved = dict(sums.mappings().one())
    if not moved["batches"]:
        return
    grown = {name: folded.c[name] + moved[name] for name in ("batches", "queries", "hits", "amount")}
    # A later price has a greater number, and later charges are folded later.
    grown["price_version"] = moved["price_version"]
    await connection.execute(
        database.insert(folded)
        .values(side=side, member=member, **moved)
        .on_conflict_do_update(index_elements=["side", "member"], set_=grown)
    )
    await connection.execute(table.delete().where(*these))
