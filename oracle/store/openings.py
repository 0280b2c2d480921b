"""A party's journal of what it hands in: one file a case."""

from dataclasses import dataclass, field

from sqlalchemy import select

from oracle.crypto.storage import StorageCipher
from oracle.store.database import Database
from oracle.store.tables import openings


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOpening:
    """What this member shows in one case, accused or accusing."""

    case_id: bytes
    digest: bytes
    file: bytes = field(repr=False)


class OpeningJournal:
    """Written before the digest goes on the chain: what the chain names is here."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add(self, kept: KeptOpening) -> KeptOpening:
        """Returns the one that stands, which may be an earlier one."""
        async with self._database.leading() as connection:
            await connection.execute(
                self._database.insert(openings)
                .values(
                    case_id=kept.case_id,
                    digest=kept.digest,
                    sealed=self._cipher.seal(kept.file, _context(kept.case_id)),
                )
                .on_conflict_do_nothing()
            )
        return await self.of(kept.case_id) or kept

    async def replace(self, kept: KeptOpening) -> None:
        """Of a dispute, where a claim that is handed over brings a record to light."""
        sealed = self._cipher.seal(kept.file, _context(kept.case_id))
        async with self._database.leading() as connection:
            await connection.execute(
                self._database.insert(openings)
                .values(case_id=kept.case_id, digest=kept.digest, sealed=sealed)
                .on_conflict_do_update(
                    index_elements=[openings.c.case_id], set_={"digest": kept.digest, "sealed": sealed}
                )
            )

    async def of(self, case_id: bytes) -> KeptOpening | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(openings).filter_by(case_id=case_id))).first()
        if row is None:
            return None
        file = self._cipher.open(row.sealed, _context(case_id))
        return KeptOpening(case_id=case_id, digest=row.digest, file=file)

    async def cases(self) -> tuple[bytes, ...]:
        async with self._database.reading() as connection:
            return tuple((await connection.execute(select(openings.c.case_id))).scalars())

    async def erase(self, case_id: bytes) -> None:
        async with self._database.leading() as connection:
            await connection.execute(openings.delete().where(openings.c.case_id == case_id))


def _context(case_id: bytes) -> bytes:
    return b"openings/" + case_id
