"""A member's journal of decoys that auditors handed to it."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists, func, select

from oracle.crypto.storage import StorageCipher
from oracle.domain.ids import Address
from oracle.store.database import Database
from oracle.store.tables import batches, decoys


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDecoys:
    """A ticket, and the query that it becomes or became."""

    decoy_id: bytes
    auditor: Address
    query_id: str
    taken_at: int
    """Unix seconds."""
    elements: int
    ticket: bytes = field(repr=False)
    """As it was signed."""


class DecoyJournal:
    """Written before the auditor is told that they were taken; the first one written stands."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add(self, kept: KeptDecoys) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                self._database.insert(decoys)
                .values(
                    decoy_id=kept.decoy_id,
                    auditor=kept.auditor,
                    query_id=kept.query_id,
                    taken_at=kept.taken_at,
                    elements=kept.elements,
                    sealed=self._cipher.seal(kept.ticket, _context(kept.decoy_id)),
                )
                .on_conflict_do_nothing()
            )

    async def of(self, decoy_id: bytes) -> KeptDecoys | None:
        return await self._one(decoys.c.decoy_id == decoy_id)

    async def of_query(self, query_id: str) -> KeptDecoys | None:
        """The decoys that this query is about; None for a query of the institution's own."""
        return await self._one(decoys.c.query_id == query_id)

    async def waiting(self, *, since: int) -> tuple[KeptDecoys, ...]:
        """Taken at this time or later and not asked about yet, the oldest first."""
        asked = exists().where(batches.c.query_id == decoys.c.query_id)
        statement = select(decoys.c.decoy_id).where(decoys.c.taken_at >= since, ~asked)
        async with self._database.reading() as connection:
            found = (await connection.execute(statement.order_by(decoys.c.taken_at))).scalars().all()
        rows = [await self.of(decoy_id) for decoy_id in found]
        return tuple(row for row in rows if row is not None)

    async def asked_elements(self, *, since_ms: int) -> tuple[int, int]:
        """Elements of batches made since then: the institution's own, and decoys."""
        decoy = exists().where(decoys.c.query_id == batches.c.query_id)
        total = select(func.coalesce(func.sum(batches.c.elements), 0)).where(
            batches.c.created_at_ms >= since_ms
        )
        async with self._database.reading() as connection:
            own = await connection.scalar(total.where(~decoy))
            planted = await connection.scalar(total.where(decoy))
        return int(own or 0), int(planted or 0)

    async def forget(self, *, taken_before: int) -> None:
        async with self._database.leading() as connection:
            await connection.execute(decoys.delete().where(decoys.c.taken_at < taken_before))

    async def _one(self, which: ColumnElement[bool]) -> KeptDecoys | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(decoys).where(which))).first()
        if row is None:
            return None
        return KeptDecoys(
            decoy_id=row.decoy_id,
            auditor=Address(row.auditor),
            query_id=row.query_id,
            taken_at=row.taken_at,
            elements=row.elements,
            ticket=self._cipher.open(row.sealed, _context(row.decoy_id)),
        )


def _context(decoy_id: bytes) -> bytes:
    return b"decoys/" + decoy_id
