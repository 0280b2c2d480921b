"""An auditor's journal: its seeds, and what it found in each case."""

from dataclasses import dataclass, field
from typing import Final

import msgspec
from sqlalchemy import Row, select

from oracle.crypto.storage import StorageCipher
from oracle.store.database import Database
from oracle.store.tables import examined, seeds

_NO_VERDICT: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What an auditor found in one case."""

    case_id: bytes
    opened_at: int
    """Of the case, unix seconds."""
    found: int | None
    """Hits read and not claimed, 1 for any other fault, 0 for none; None where no verdict is cast."""
    reason: bytes
    """keccak256 of `reasons`, as the verdict names it."""
    reasons: bytes = field(repr=False)
    """JSON, for people."""
    file: bytes = field(repr=False)
    """What the accused handed in; empty where nothing came."""


class ExaminationJournal:
    """The first that is written of a seed or a case stands."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def seed(self, epoch: int) -> bytes | None:
        async with self._database.reading() as connection:
            sealed = await connection.scalar(select(seeds.c.sealed).filter_by(epoch=epoch))
        return None if sealed is None else self._cipher.open(sealed, _seed_context(epoch))

    async def keep_seed(self, epoch: int, seed: bytes) -> bytes:
        """Returns the one that stands."""
        sealed = self._cipher.seal(seed, _seed_context(epoch))
        async with self._database.writing() as connection:
            await connection.execute(
                self._database.insert(seeds).values(epoch=epoch, sealed=sealed).on_conflict_do_nothing()
            )
        return await self.seed(epoch) or seed

    async def keep(self, found: Examination) -> Examination:
        """Returns the one that stands."""
        return await self._written(found, instead=False)

    async def decide(self, found: Examination) -> Examination:
        """As `keep`, in the place of one that came to no verdict."""
        return await self._written(found, instead=True)

    async def _written(self, found: Examination, *, instead: bool) -> Examination:
        body = msgspec.msgpack.encode((found.reasons, found.file))
        async with self._database.writing() as connection:
            if instead:
                await connection.execute(
                    examined.delete().filter_by(case_id=found.case_id, upheld=_NO_VERDICT)
                )
            await connection.execute(
                self._database.insert(examined)
                .values(
                    case_id=found.case_id,
                    opened_at=found.opened_at,
                    upheld=_NO_VERDICT if found.found is None else found.found,
                    reason=found.reason,
                    sealed=self._cipher.seal(body, _case_context(found.case_id)),
                )
                .on_conflict_do_nothing()
            )
        return await self.of(found.case_id) or found

    async def of(self, case_id: bytes) -> Examination | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(examined).filter_by(case_id=case_id))).first()
        return None if row is None else self._opened(row)

    async def cases(self) -> tuple[bytes, ...]:
        """The newest first."""
        statement = select(examined.c.case_id).order_by(examined.c.opened_at.desc())
        async with self._database.reading() as connection:
            return tuple((await connection.execute(statement)).scalars())

    async def forget(self, *, seeds_before: int, cases_before: int) -> None:
        """Seeds of epochs before this one, and cases opened before this time: nobody asks for them again."""
        async with self._database.writing() as connection:
            await connection.execute(seeds.delete().where(seeds.c.epoch < seeds_before))
            await connection.execute(examined.delete().where(examined.c.opened_at < cases_before))

    def _opened(self, row: Row[tuple[object, ...]]) -> Examination:
        body = self._cipher.open(row.sealed, _case_context(row.case_id))
        reasons, file = msgspec.msgpack.decode(body, type=tuple[bytes, bytes])
        return Examination(
            case_id=row.case_id,
            opened_at=row.opened_at,
            found=None if row.upheld == _NO_VERDICT else row.upheld,
            reason=row.reason,
            reasons=reasons,
            file=file,
        )


def _seed_context(epoch: int) -> bytes:
    return b"seeds/%d" % epoch


def _case_context(case_id: bytes) -> bytes:
    return b"examined/" + case_id
