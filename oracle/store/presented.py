"""An auditor's journal of what holders presented: each file as it came, until its case is forgotten."""

from collections.abc import Mapping

from sqlalchemy import select

from oracle.crypto.storage import StorageCipher
from oracle.domain.ids import MemberId
from oracle.store.database import Database
from oracle.store.tables import presented


class PresentedJournal:
    """The first file of a holder in a case stands: who asked it is asked no more."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def keep(self, case_id: bytes, holder: MemberId, file: bytes, *, opened_at: int) -> None:
        """`opened_at` is the case's, unix seconds."""
        async with self._database.writing() as connection:
            await connection.execute(
                self._database.insert(presented)
                .values(
                    case_id=case_id,
                    holder=holder,
                    opened_at=opened_at,
                    sealed=self._cipher.seal(file, _context(case_id, holder)),
                )
                .on_conflict_do_nothing()
            )

    async def of(self, case_id: bytes) -> Mapping[MemberId, bytes]:
        """What each holder presented."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(presented).filter_by(case_id=case_id))).all()
        return {
            MemberId(row.holder): self._cipher.open(row.sealed, _context(case_id, MemberId(row.holder)))
            for row in rows
        }

    async def forget(self, *, before: int) -> None:
        """Of cases opened before this time."""
        async with self._database.writing() as connection:
            await connection.execute(presented.delete().where(presented.c.opened_at < before))


def _context(case_id: bytes, holder: MemberId) -> bytes:
    return b"presented/%s/%d" % (case_id, holder)
