"""The requester's journal of questions and of the batches that they are cut into."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection, LargeBinary, Row, bindparam, exists, func, select, update

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import (
    AskedBatch,
    BatchContent,
    BatchState,
    Question,
    ReplyState,
)
from oracle.domain.ids import BatchId, MemberId
from oracle.store.anchors import uncounted_elements
from oracle.store.database import Database
from oracle.store.stretches import AskedStretch, add_stretch
from oracle.store.tables import batches, express, queries, replies

Allowed: TypeAlias = Callable[[int], None]
"""Raises what forbids to ask, by how many elements are not counted on the chain before these."""
OPEN_BATCHES = (BatchState.PREPARED, BatchState.ASKED, BatchState.COMMITTED)
_ADD_QUERY, _ADD_BATCHES = queries.insert(), batches.insert()
_ADD_EXPRESS, _ADD_PARTS = express.insert(), replies.insert()
_OF_BATCH = bindparam("of_batch", type_=LargeBinary)
_EXPIRE = (
    update(replies)
    .where(replies.c.batch_id == _OF_BATCH, replies.c.state == ReplyState.WAITING)
    .values(state=ReplyState.EXPIRED)
)
_END = (
    update(batches)
    .where(batches.c.batch_id == _OF_BATCH, batches.c.state == BatchState.ASKED)
    .values(state=BatchState.DONE)
)
_END_ANSWERED = _END.where(
    ~exists().where(
        replies.c.batch_id == batches.c.batch_id,
        replies.c.state.in_((ReplyState.WAITING, ReplyState.RECEIVED)),
    )
)
_CLOSE = (
    update(queries)
    .where(
        queries.c.query_id
        == select(batches.c.query_id).where(batches.c.batch_id == _OF_BATCH).scalar_subquery(),
        ~exists().where(batches.c.query_id == queries.c.query_id, batches.c.state.in_(OPEN_BATCHES)),
    )
    .values(state="done")
)


class AskedJournal:
    """Everything here is written before it is acted on; each write is one durable transaction."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add(
        self,
        query_id: str,
        question: Question,
        prepared: tuple[AskedBatch, ...],
        *,
        stretch: AskedStretch | None = None,
        allowed: Allowed | None = None,
    ) -> None:
        """Write a question and all its batches, or nothing; with the lines of a file that it is, once.

        `allowed` judges in the same transaction: two queries cannot both be within what is left for one.
        """
        write = self._insert(query_id, question, prepared, stretch, allowed)
        await self._database.write(write)

    async def add_asked(
        self,
        query_id: str,
        question: Question,
        asked: tuple[AskedBatch, ...],
        *,
        holders: tuple[MemberId, ...],
        issued_at: int,
        stretch: AskedStretch | None = None,
        allowed: Allowed | None = None,
    ) -> None:
        """As `add`, of express batches: also who is to answer, and that each of them is to be anchored."""
        parts = [
            {"batch_id": batch.batch_id, "holder": holder, "state": ReplyState.WAITING, "reason": 0}
            for batch in asked
            for holder in holders
        ]
        due = [
            {"batch_id": batch.batch_id, "elements": batch.count, "issued_at": issued_at} for batch in asked
        ]
        insert = self._insert(query_id, question, asked, stretch, allowed)

        def write(connection: Connection) -> None:
            insert(connection)
            connection.execute(_ADD_EXPRESS, due)
            connection.execute(_ADD_PARTS, parts)

        await self._database.write(write)

    def _insert(
        self,
        query_id: str,
        question: Question,
        written: tuple[AskedBatch, ...],
        stretch: AskedStretch | None,
        allowed: Allowed | None,
    ) -> Callable[[Connection], None]:
        row = {
            "query_id": query_id,
            "created_at": written[0].created_at_ms // 1000,
            "state": "open",
            "subjects": len(question.subjects),
            "purpose": question.purpose,
            "sealed": self._cipher.seal(msgspec.msgpack.encode(question), _query_context(query_id)),
        }

        def insert(connection: Connection) -> None:
            if allowed is not None:
                allowed(uncounted_elements(connection))
            if stretch is not None:
                add_stretch(connection, self._cipher, stretch, query_id)
            connection.execute(_ADD_QUERY, row)
            connection.execute(_ADD_BATCHES, [self._row_of(batch) for batch in written])

        return insert

    async def question(self, query_id: str) -> Question | None:
        if "\x00" in query_id:
            return None  # PostgreSQL refuses to look for it
        async with self._database.reading() as connection:
            row = (await connection.execute(select(queries.c.sealed).filter_by(query_id=query_id))).first()
        return None if row is None else open_question(self._cipher, query_id, row.sealed)

    async def query_ids(self, *, limit: int) -> tuple[str, ...]:
        """Newest first."""
        statement = select(queries.c.query_id).order_by(queries.c.created_at.desc()).limit(limit)
        async with self._database.reading() as connection:
            return tuple((await connection.execute(statement)).scalars())

    async def batch(self, batch_id: BatchId) -> AskedBatch | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(batches).filter_by(batch_id=batch_id))).first()
        return None if row is None else open_batch(self._cipher, row)

    async def knows(self, batch_id: BatchId) -> bool:
        statement = select(func.count()).select_from(batches).where(batches.c.batch_id == batch_id)
        async with self._database.reading() as connection:
            return bool(await connection.scalar(statement))

    async def batches_between(self, first: BatchId, last: BatchId, *, limit: int) -> tuple[BatchId, ...]:
        """Identifiers from `first` to `last`, both included."""
        statement = select(batches.c.batch_id).where(batches.c.batch_id.between(first, last)).limit(limit)
        async with self._database.reading() as connection:
            return tuple(map(BatchId, (await connection.execute(statement)).scalars()))

    async def batches_of(self, query_id: str) -> tuple[AskedBatch, ...]:
        statement = select(batches).filter_by(query_id=query_id).order_by(batches.c.ordinal)
        async with self._database.reading() as connection:
            return tuple(open_batch(self._cipher, row) for row in await connection.execute(statement))

    async def batches_in(self, *states: BatchState) -> tuple[AskedBatch, ...]:
        statement = select(batches).where(batches.c.state.in_(states)).order_by(batches.c.created_at_ms)
        async with self._database.reading() as connection:
            return tuple(open_batch(self._cipher, row) for row in await connection.execute(statement))

    async def on_chain(self, *, since: int) -> tuple[BatchId, ...]:
        """Batches whose commitment was read and whose deadline is not earlier."""
        statement = select(batches.c.batch_id).where(
            batches.c.state.in_((BatchState.COMMITTED, BatchState.DONE)),
            batches.c.deadline >= since,
            ~exists().where(express.c.batch_id == batches.c.batch_id),
        )
        async with self._database.reading() as connection:
            return tuple(map(BatchId, (await connection.execute(statement)).scalars()))

    async def committed(self, batch_id: BatchId, at_ms: int, holders: tuple[MemberId, ...]) -> bool:
        """Note that a batch stands on the chain and who is to answer; False when it was noted before."""
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(batches)
                .where(batches.c.batch_id == batch_id, batches.c.state == BatchState.PREPARED)
                .values(state=BatchState.COMMITTED, committed_at_ms=at_ms)
            )
            if changed.rowcount == 0:
                return False
            for holder in holders:
                # After a reorganisation some have answered already: what they sent stays as evidence.
                await connection.execute(
                    self._database.insert(replies)
                    .values(batch_id=batch_id, holder=holder, state=ReplyState.WAITING)
                    .on_conflict_do_nothing()
                )
            return True

    async def uncommitted(self, batch_id: BatchId) -> None:
        """A reorganisation took the commitment: back to the state in which it is sent again, done or not."""
        async with self._database.leading() as connection:
            changed = await connection.execute(
                update(batches)
                .where(
                    batches.c.batch_id == batch_id,
                    batches.c.state.in_((BatchState.COMMITTED, BatchState.DONE)),
                )
                .values(state=BatchState.PREPARED, committed_at_ms=None)
            )
            if changed.rowcount == 0:
                return
            asked = select(batches.c.query_id).where(batches.c.batch_id == batch_id).scalar_subquery()
            await connection.execute(update(queries).where(queries.c.query_id == asked).values(state="open"))
            await connection.execute(
                replies.delete().where(replies.c.batch_id == batch_id, replies.c.state == ReplyState.WAITING)
            )

    async def finish(self, batch_id: BatchId) -> None:
        """End an express batch: parts without an answer have expired. Whichever daemon asked may do it."""

        def write(connection: Connection) -> None:
            connection.execute(_EXPIRE, {"of_batch": batch_id})
            connection.execute(_END, {"of_batch": batch_id})
            _close_question(connection, batch_id)

        await self._database.write(write)

    async def close(self, batch_id: BatchId, state: BatchState, failure: str = "") -> None:
        """End a batch, and its question when this was the last one open."""
        async with self._database.leading() as connection:
            await connection.execute(
                update(batches).where(batches.c.batch_id == batch_id).values(state=state, failure=failure)
            )
            await connection.run_sync(_close_question, batch_id)

    def _row_of(self, batch: AskedBatch) -> dict[str, object]:
        content = msgspec.msgpack.encode(batch.content)
        return {
            "batch_id": batch.batch_id,
            "query_id": batch.query_id,
            "ordinal": batch.ordinal,
            "state": batch.state,
            "elements": batch.count,
            "deadline": batch.deadline,
            "created_at_ms": batch.created_at_ms,
            "failure": batch.failure,
            "sealed": self._cipher.seal(content, _batch_context(batch.batch_id)),
        }


def open_question(cipher: StorageCipher, query_id: str, sealed: bytes) -> Question:
    """What a row of the journal says."""
    return msgspec.msgpack.decode(cipher.open(sealed, _query_context(query_id)), type=Question)


def open_batch(cipher: StorageCipher, row: Row[tuple[object, ...]]) -> AskedBatch:
    """What a row of the journal says."""
    batch_id = BatchId(row.batch_id)
    content = cipher.open(row.sealed, _batch_context(batch_id))
    return AskedBatch(
        batch_id=batch_id,
        query_id=row.query_id,
        ordinal=row.ordinal,
        state=BatchState(row.state),
        count=row.elements,
        deadline=row.deadline,
        created_at_ms=row.created_at_ms,
        committed_at_ms=row.committed_at_ms,
        failure=row.failure,
        content=msgspec.msgpack.decode(content, type=BatchContent),
    )


def end_when_answered(connection: Connection, batch_id: BatchId) -> bool:
    """End an express batch, and its question with the last one, once no holder's part is waited for."""
    if connection.execute(_END_ANSWERED, {"of_batch": batch_id}).rowcount != 1:
        return False
    _close_question(connection, batch_id)
    return True


def _close_question(connection: Connection, batch_id: BatchId) -> None:
    connection.execute(_CLOSE, {"of_batch": batch_id})


def _query_context(query_id: str) -> bytes:
    return b"queries/" + query_id.encode()


def _batch_context(batch_id: BatchId) -> bytes:
    return b"batches/" + batch_id
