"""Which stretch of which file became which query: written with the query, so that none is asked twice."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, Select, String, Table, select

from oracle.crypto.storage import StorageCipher
from oracle.domain.errors import Refused, Transient
from oracle.domain.reports import Stretch
from oracle.store.database import Database
from oracle.store.metadata import metadata

stretches = Table(
    "stretches",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("first_line", BigInteger, primary_key=True, autoincrement=False),
    Column("last_line", BigInteger, nullable=False),
    Column("query_id", String(32), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Requester: lines of a file and the query that they became; `sealed` is the digest of what was asked."""


class StretchDiffers(Refused):
    """A run was begun with other lines, subjects or options than it is continued with."""

    code: ClassVar[str] = "stretch_differs"


class StretchTaken(Transient):
    """Another call journals the same stretch at this moment."""

    code: ClassVar[str] = "stretch_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedStretch:
    """A stretch and the digest of everything that it asks."""

    stretch: Stretch
    digest: bytes = field(repr=False)


class StretchJournal:
    """Looks up what a run has asked already."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def query_of(self, asked: AskedStretch) -> str | None:
        """The query that this stretch became. Raises `StretchDiffers` for lines that became another."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(_touching(asked.stretch))).all()
        if not rows:
            return None
        stretch = asked.stretch
        row = rows[0]
        same = len(rows) == 1 and (row.first_line, row.last_line) == (stretch.first_line, stretch.last_line)
        if not same or self._cipher.open(row.sealed, _context(stretch)) != asked.digest:
            raise StretchDiffers(
                f"The run was begun with other subjects or options: lines {stretch.first_line} to "
                f"{stretch.last_line} are not what was asked then. Continue it with the same file and "
                "options, or begin another run."
            )
        return str(row.query_id)


def add_stretch(connection: Connection, cipher: StorageCipher, asked: AskedStretch, query_id: str) -> None:
    """In the transaction that writes its query. Raises `StretchTaken` when another call was quicker."""
    stretch = asked.stretch
    if connection.execute(_touching(stretch)).first() is not None:
        raise StretchTaken("Another call asks these lines of the run at this moment; send them again.")
    connection.execute(
        stretches.insert().values(
            run=stretch.run,
            first_line=stretch.first_line,
            last_line=stretch.last_line,
            query_id=query_id,
            sealed=cipher.seal(asked.digest, _context(stretch)),
        )
    )


def _touching(stretch: Stretch) -> Select[Any]:
    """Rows of the run that have a line in common with this one."""
    return select(stretches).where(
        stretches.c.run == stretch.run,
        stretches.c.first_line <= stretch.last_line,
        stretches.c.last_line >= stretch.first_line,
    )


def _context(stretch: Stretch) -> bytes:
    return f"stretches/{stretch.run}/{stretch.first_line}".encode()
