"""Journals of recalls: the holder's, of whom to tell, and the requester's, of what it was told."""

from collections.abc import Collection, Sequence

from sqlalchemy import Row, select, update

from oracle.domain.ids import BatchId, MemberId
from oracle.domain.recalls import GivenRecall, RecalledRecord, RecallReason, TakenRecall
from oracle.store.database import Database
from oracle.store.tables import claimed, recalled, recalls


class RecallJournal:
    """Holder: written before the record is removed; a refuted record stays refuted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, digests: Collection[bytes], reason: RecallReason, *, at: int) -> int:
        """Have everybody told who claimed a record with one of these digests; returns how many claims."""
        found = select(
            claimed.c.requester, claimed.c.batch_id, claimed.c.element, claimed.c.record_digest
        ).where(claimed.c.record_digest.in_(digests))
        async with self._database.writing() as connection:
            rows = (await connection.execute(found)).all()
            for row in rows:
                values = {"reason": int(reason), "noted_at": at, "told": 0}
                key = {"requester": row.requester, "batch_id": row.batch_id, "element": row.element}
                await connection.execute(
                    self._database.insert(recalls)
                    .values(**key, record_digest=row.record_digest, **values)
                    .on_conflict_do_update(
                        index_elements=list(key), set_=values, where=recalls.c.reason < int(reason)
                    )
                )
        return len(rows)

    async def untold(self) -> tuple[GivenRecall, ...]:
        """By requester, the oldest first."""
        statement = select(recalls).filter_by(told=0).order_by(recalls.c.requester, recalls.c.noted_at)
        async with self._database.reading() as connection:
            return tuple(map(_given, await connection.execute(statement)))

    async def told(self, given: Sequence[GivenRecall]) -> None:
        """Unless a graver reason was noted meanwhile."""
        async with self._database.leading() as connection:
            for one in given:
                await connection.execute(
                    update(recalls)
                    .where(
                        recalls.c.requester == one.requester,
                        recalls.c.batch_id == one.record.batch_id,
                        recalls.c.element == one.record.index,
                        recalls.c.reason == int(one.reason),
                    )
                    .values(told=1)
                )

    async def listed(self, *, limit: int) -> tuple[GivenRecall, ...]:
        """The newest first."""
        statement = select(recalls).order_by(recalls.c.noted_at.desc(), recalls.c.batch_id).limit(limit)
        async with self._database.reading() as connection:
            return tuple(map(_given, await connection.execute(statement)))


class TakenRecalls:
    """Requester: a record is recalled once by each reason; the graver one stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, taken: Sequence[TakenRecall]) -> None:
        async with self._database.writing() as connection:
            for one in taken:
                values = {"reason": int(one.reason), "taken_at": one.taken_at}
                key = {"batch_id": one.batch_id, "holder": one.holder, "element": one.index}
                await connection.execute(
                    self._database.insert(recalled)
                    .values(**key, **values)
                    .on_conflict_do_update(
                        index_elements=list(key), set_=values, where=recalled.c.reason < int(one.reason)
                    )
                )

    async def listed(self, *, limit: int) -> tuple[TakenRecall, ...]:
        """The newest first."""
        statement = select(recalled).order_by(recalled.c.taken_at.desc(), recalled.c.batch_id).limit(limit)
        async with self._database.reading() as connection:
            return tuple(map(open_taken, await connection.execute(statement)))


def _given(row: Row[tuple[object, ...]]) -> GivenRecall:
    return GivenRecall(
        requester=MemberId(row.requester),
        record=RecalledRecord(
            batch_id=BatchId(row.batch_id), index=row.element, record_digest=row.record_digest
        ),
        reason=RecallReason(row.reason),
        noted_at=row.noted_at,
        told=bool(row.told),
    )


def open_taken(row: Row[tuple[object, ...]]) -> TakenRecall:
    return TakenRecall(
        batch_id=BatchId(row.batch_id),
        holder=MemberId(row.holder),
        index=row.element,
        reason=RecallReason(row.reason),
        taken_at=row.taken_at,
    )
