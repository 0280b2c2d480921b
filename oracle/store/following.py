"""Everything that is journalled about one query, read again and again while it is followed.

What a row held when it was last read is not opened again: of a hundred holders' parts one changes at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, LargeBinary, String, and_, bindparam, null, select

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import (
    AskedBatch,
    AskedReceipt,
    AskedReply,
    BatchState,
    Question,
    ReplyNews,
    ReplyState,
)
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.recalls import TakenRecall
from oracle.store.asked import open_batch, open_question
from oracle.store.database import Database
from oracle.store.recalls import open_taken
from oracle.store.receipts import open_receipt
from oracle.store.replies import open_reply
from oracle.store.tables import batches, charges, queries, recalled, receipts, replies

_QUERY: Final = bindparam("of_query", type_=String)
_BATCH: Final = bindparam("of_batch", type_=LargeBinary)
_HOLDER: Final = bindparam("of_holder", type_=BigInteger)
_QUESTION: Final = select(queries.c.sealed).where(queries.c.query_id == _QUERY)
_BATCHES: Final = select(batches).where(batches.c.query_id == _QUERY).order_by(batches.c.ordinal)
_STATES: Final = (
    select(batches.c.state, batches.c.committed_at_ms, batches.c.failure)
    .where(batches.c.query_id == _QUERY)
    .order_by(batches.c.ordinal)
)
_PARTS: Final = (
    select(
        replies.c.batch_id,
        replies.c.holder,
        replies.c.state,
        replies.c.reason,
        replies.c.latency_ms,
        replies.c.earlier,
        replies.c.snapshot_block,
        replies.c.snapshot_hash,
        null().label("received"),
        null().label("verified"),
        receipts.c.state.label("receipt"),
        receipts.c.reason.label("receipt_reason"),
        charges.c.amount,
    )
    .select_from(batches)
    .join(replies, replies.c.batch_id == batches.c.batch_id)
    .outerjoin(
        receipts, and_(receipts.c.batch_id == replies.c.batch_id, receipts.c.holder == replies.c.holder)
    )
    .outerjoin(charges, and_(charges.c.holder == replies.c.holder, charges.c.batch_id == replies.c.batch_id))
    .where(batches.c.query_id == _QUERY)
    .order_by(batches.c.ordinal, replies.c.holder)
)
_REPLY: Final = select(
    *(column for column in replies.c if column.name != "received"), null().label("received")
).where(replies.c.batch_id == _BATCH, replies.c.holder == _HOLDER)
_RECEIPT: Final = select(receipts).where(receipts.c.batch_id == _BATCH, receipts.c.holder == _HOLDER)
_RECALLED: Final = (
    select(recalled)
    .join(batches, batches.c.batch_id == recalled.c.batch_id)
    .where(batches.c.query_id == _QUERY)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPart:
    """One holder's part in one batch."""

    reply: AskedReply
    """Without the message as it came."""
    receipt: AskedReceipt | None
    owed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRead:
    """All of one moment."""

    question: Question = field(repr=False)
    batches: Sequence[AskedBatch]
    parts: Sequence[QueryPart]
    """In the order of batches and holders."""
    recalled: Sequence[TakenRecall]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part as it is known, and the row that says so; None for one that was not read."""

    row: Any
    known: QueryPart


class FollowedQuery:
    """One reader; `read` is not called again before it has returned."""

    def __init__(self, database: Database, cipher: StorageCipher, query_id: str) -> None:
        self._database = database
        self._cipher = cipher
        self._query_id = query_id
        self._question: Question | None = None
        self._batches: list[AskedBatch] = []
        self._parts: dict[tuple[BatchId, MemberId], _Part] = {}
        self._recalled: Sequence[TakenRecall] = ()

    async def read(self) -> QueryRead | None:
        """None when nothing was asked under this identifier."""
        if "\x00" in self._query_id:
            return None  # PostgreSQL refuses to look for it
        return await self._database.look(self._read)

    def _read(self, connection: Connection) -> QueryRead | None:
        these = {"of_query": self._query_id}
        if self._question is None:
            sealed = connection.scalar(_QUESTION, these)
            if sealed is None:
                return None
            self._question = open_question(self._cipher, self._query_id, sealed)
            self._batches = [open_batch(self._cipher, row) for row in connection.execute(_BATCHES, these)]
        else:
            self._batches = [
                _standing_now(batch, row)
                for batch, row in zip(self._batches, connection.execute(_STATES, these), strict=True)
            ]
        known, self._parts = self._parts, {}
        for row in connection.execute(_PARTS, these).all():
            key = BatchId(row.batch_id), MemberId(row.holder)
            part = known.get(key)
            if part is None or part.row != row:
                part = _Part(row=row, known=self._open(connection, row))
            self._parts[key] = part
        self._recalled = tuple(map(open_taken, connection.execute(_RECALLED, these)))
        return self._found(self._question)

    def learnt(self, news: Sequence[ReplyNews]) -> QueryRead | None:
        """What was written since, without reading it; None when that is nothing, or was not read before."""
        if not news or self._question is None:
            return None
        for one in news:
            key = one.reply.batch_id, one.reply.holder
            if key not in self._parts:
                return None
            # Whoever reads again finds out by itself what was written with it.
            self._parts[key] = _Part(row=None, known=QueryPart(reply=one.reply, receipt=None, owed=0))
        ended = {one.reply.batch_id for one in news if one.ended}
        if ended:
            self._batches = [
                replace(batch, state=BatchState.DONE) if batch.batch_id in ended else batch
                for batch in self._batches
            ]
        return self._found(self._question)

    def _found(self, question: Question) -> QueryRead:
        return QueryRead(
            question=question,
            batches=tuple(self._batches),
            parts=tuple(part.known for part in self._parts.values()),
            recalled=self._recalled,
        )

    def _open(self, connection: Connection, row: Any) -> QueryPart:
        this = {"of_batch": row.batch_id, "of_holder": row.holder}
        # Of a part that is waited for, as all are at first, the row says everything.
        reply: Any = row if row.state == ReplyState.WAITING else connection.execute(_REPLY, this).one()
        receipt = None if row.receipt is None else connection.execute(_RECEIPT, this).one()
        return QueryPart(
            reply=open_reply(self._cipher, reply),
            receipt=None if receipt is None else open_receipt(self._cipher, receipt),
            owed=row.amount or 0,
        )


def _standing_now(batch: AskedBatch, row: Any) -> AskedBatch:
    if batch.state == row.state:
        return batch
    state = BatchState(row.state)
    return replace(batch, state=state, committed_at_ms=row.committed_at_ms, failure=row.failure)
