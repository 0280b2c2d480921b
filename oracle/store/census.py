"""Figures of the store: rows a table, rows a state, its schema, and whether it can be written."""

import time
from typing import ClassVar

from sqlalchemy import Table, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from oracle.domain.errors import Transient
from oracle.store.database import Database
from oracle.store.tables import answers, batches, evidence, marks, metadata, receipts, replies, transactions

PROBE = "probed_at"
_STATES = {
    "batches": batches.c.state,
    "replies": replies.c.state,
    "receipts": receipts.c.state,
    "answers": answers.c.state,
    "transactions": transactions.c.status,
}


class StoreNotWritable(Transient):
    """A full or read-only disk, or a database that is not there: nothing can be journalled."""

    code: ClassVar[str] = "store_not_writable"


class Census:
    """Counts; nothing that it returns names a subject or a member."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unproven(self) -> tuple[int, int | None]:
        """How many answered express batches of others no anchor is proven for, and the oldest's issue."""
        statement = select(func.count(), func.min(evidence.c.issued_at)).where(
            evidence.c.answered == 1, evidence.c.root.is_(None)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).one()
        return row[0], row[1]

    async def rows(self) -> dict[str, int]:
        """Rows of every table; a scan each, so not for every minute."""
        return {table.name: await self._count(table) for table in metadata.sorted_tables}

    async def states(self) -> dict[tuple[str, str], int]:
        """Rows by (table, state), of the tables whose rows move from state to state."""
        found: dict[tuple[str, str], int] = {}
        async with self._database.reading() as connection:
            for name, state in _STATES.items():
                rows = await connection.execute(select(state, func.count()).group_by(state))
                found |= {(name, row[0]): row[1] for row in rows}
        return found

    async def revision(self) -> str:
        """The last schema step that was run."""
        async with self._database.reading() as connection:
            return str(await connection.scalar(text("SELECT version_num FROM alembic_version")))

    async def probe(self) -> None:
        """Write one row and wait until it is on disk. Raises `StoreNotWritable`."""
        value = str(int(time.time()))
        try:
            async with self._database.writing() as connection:
                changed = await connection.execute(marks.update().filter_by(name=PROBE).values(value=value))
                if changed.rowcount == 0:
                    await connection.execute(marks.insert().values(name=PROBE, value=value))
        except SQLAlchemyError as error:
            raise StoreNotWritable(
                f"The store cannot be written ({type(error).__name__}). Look at the disk: full, or read-only?"
            ) from error

    async def _count(self, table: Table) -> int:
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table)) or 0)
