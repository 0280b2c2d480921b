"""An auditor's journal of decoys: what opens them, whom they were handed to, and what came back."""

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec
from sqlalchemy import Row, func, select, update

from oracle.crypto.storage import StorageCipher
from oracle.domain.ids import MemberId
from oracle.store.database import Database
from oracle.store.tables import planted


class PlantedState(StrEnum):
    """From making to the end."""

    MADE = "made"
    HANDED = "handed"
    REFUSED = "refused"
    """The member takes none."""
    EXPIRED = "expired"
    """Nothing came back in time."""
    CLEAN = "clean"
    """Every answered holder proved that it lists none."""
    HIT = "hit"
    """A holder lists a value that nobody uses; its case is opened, or is to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Decoys under one ticket."""

    decoy_id: bytes
    member: MemberId
    made_at: int
    """Unix seconds."""
    state: PlantedState
    ticket: bytes = field(repr=False)
    openings: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    """Subject and blind of each element."""
    evidence: bytes = field(default=b"", repr=False)
    """The opened dossier of the batch; empty before it came back."""
    holders: tuple[int, ...] = ()
    """Members that list one of them."""


class PlantedJournal:
    """Written before anything leaves."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add(self, made: Planted) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                planted.insert().values(
                    decoy_id=made.decoy_id,
                    member=made.member,
                    made_at=made.made_at,
                    state=made.state,
                    sealed=self._sealed(made),
                )
            )

    async def change(self, changed: Planted) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                update(planted)
                .where(planted.c.decoy_id == changed.decoy_id)
                .values(state=changed.state, sealed=self._sealed(changed))
            )

    async def newest(self) -> int:
        """When the last ones were made; 0 before the first."""
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.max(planted.c.made_at))) or 0)

    async def all(self, *states: PlantedState) -> tuple[Planted, ...]:
        """In one of these states, or in any; the newest first."""
        statement = select(planted).order_by(planted.c.made_at.desc())
        if states:
            statement = statement.where(planted.c.state.in_(states))
        async with self._database.reading() as connection:
            return tuple(self._opened(row) for row in await connection.execute(statement))

    async def forget(self, *, made_before: int) -> None:
        async with self._database.writing() as connection:
            await connection.execute(planted.delete().where(planted.c.made_at < made_before))

    def _sealed(self, one: Planted) -> bytes:
        body = msgspec.msgpack.encode((one.ticket, one.openings, one.evidence, one.holders))
        return self._cipher.seal(body, _context(one.decoy_id))

    def _opened(self, row: Row[tuple[object, ...]]) -> Planted:
        body = self._cipher.open(row.sealed, _context(row.decoy_id))
        kinds = tuple[bytes, tuple[tuple[bytes, bytes], ...], bytes, tuple[int, ...]]
        ticket, openings, evidence, holders = msgspec.msgpack.decode(body, type=kinds)
        return Planted(
            decoy_id=row.decoy_id,
            member=MemberId(row.member),
            made_at=row.made_at,
            state=PlantedState(row.state),
            ticket=ticket,
            openings=openings,
            evidence=evidence,
            holders=holders,
        )


def _context(decoy_id: bytes) -> bytes:
    return b"planted/" + decoy_id
