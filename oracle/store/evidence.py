"""The holder's journal of signed express requests: what it can report, and which nonces were used."""

from sqlalchemy import Row, exists, select, update

from oracle.crypto.storage import StorageCipher
from oracle.domain.anchors import Evidence
from oracle.domain.audits import AnchorLeaf
from oracle.domain.ids import BatchId, KeyVersion, MemberId
from oracle.store.database import Database
from oracle.store.tables import evidence

NONCE_SIZE = 16


class EvidenceJournal:
    """Rows are written together with the answer; here they are looked up, proven and forgotten."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add_reuse(self, found: Evidence) -> None:
        """A second request under a used nonce: refused, and kept because it proves a breach.

        A third proves nothing more and is not kept: else whoever signs could fill this store.
        """
        row = evidence_row(self._cipher, found, answered=False)
        kept = exists().where(
            evidence.c.requester == found.requester,
            evidence.c.nonce == row["nonce"],
            evidence.c.answered == 0,
        )
        async with self._database.writing() as connection:
            if not await connection.scalar(select(kept)):
                await connection.execute(
                    self._database.insert(evidence).values(**row).on_conflict_do_nothing()
                )

    async def get(self, requester: MemberId, batch_id: BatchId) -> Evidence | None:
        statement = select(evidence).filter_by(requester=requester, batch_id=batch_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else self._evidence_of(row)

    async def unproven(self, *, after: int, before: int, limit: int) -> tuple[Evidence, ...]:
        """Answered requests without a proven anchor, issued between these times, oldest first."""
        statement = (
            select(evidence)
            .where(evidence.c.answered == 1, evidence.c.root.is_(None))
            .where(evidence.c.issued_at > after, evidence.c.issued_at < before)
            .order_by(evidence.c.issued_at)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(self._evidence_of(row) for row in await connection.execute(statement))

    async def reuses(self, *, after: int) -> tuple[tuple[Evidence, Evidence], ...]:
        """Pairs of different requests under one nonce, both issued after this time."""
        one, other = evidence.alias(), evidence.alias()
        statement = (
            select(one, other.c.batch_id.label("other"))
            .join(other, (one.c.requester == other.c.requester) & (one.c.nonce == other.c.nonce))
            .where(one.c.answered == 0, one.c.batch_id != other.c.batch_id)
            .where(one.c.issued_at > after, other.c.issued_at > after)
            .order_by(one.c.batch_id, other.c.answered.desc(), other.c.batch_id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).all()
        pairs: dict[BatchId, tuple[Evidence, Evidence]] = {}
        for row in rows:
            other_one = await self.get(MemberId(row.requester), BatchId(row.other))
            if other_one is not None:
                pairs.setdefault(BatchId(row.batch_id), (other_one, self._evidence_of(row)))
        return tuple(pairs.values())

    async def prove(self, requester: MemberId, batch_id: BatchId, leaf: AnchorLeaf) -> None:
        """The request was proven to stand there."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(evidence)
                .where(evidence.c.requester == requester, evidence.c.batch_id == batch_id)
                .values(root=leaf.root, place=leaf.index)
            )

    async def place(self, requester: MemberId, batch_id: BatchId) -> AnchorLeaf | None:
        """Where it was proven to stand, if it was."""
        statement = select(evidence.c.root, evidence.c.place).filter_by(
            requester=requester, batch_id=batch_id
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        if row is None or row.root is None or row.place is None:
            return None
        return AnchorLeaf(root=row.root, index=row.place)

    async def is_proven(self, requester: MemberId, batch_id: BatchId) -> bool:
        statement = select(evidence.c.root).filter_by(requester=requester, batch_id=batch_id)
        async with self._database.reading() as connection:
            return await connection.scalar(statement) is not None

    def _evidence_of(self, row: Row[tuple[object, ...]]) -> Evidence:
        batch_id = BatchId(row.batch_id)
        return Evidence(
            requester=MemberId(row.requester),
            batch_id=batch_id,
            nonce=int.from_bytes(row.nonce),
            elements=row.elements,
            issued_at=row.issued_at,
            key_version=KeyVersion(row.key_version),
            statement=self._cipher.open(row.sealed, _context(batch_id)),
        )


def evidence_row(cipher: StorageCipher, found: Evidence, *, answered: bool) -> dict[str, object]:
    """The columns of one signed request."""
    return {
        "requester": found.requester,
        "batch_id": found.batch_id,
        "nonce": found.nonce.to_bytes(NONCE_SIZE),
        "elements": found.elements,
        "issued_at": found.issued_at,
        "key_version": found.key_version,
        "answered": int(answered),
        "sealed": cipher.seal(found.statement, _context(found.batch_id)),
    }


def _context(batch_id: BatchId) -> bytes:
    return b"evidence/" + batch_id
