"""Replies that a reorganisation made ones from the wrong snapshot: kept with their receipts."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, Row, and_, insert, select, update

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import (
    AskedReceipt,
    AskedReply,
    BatchState,
    ProvenReply,
    ReceiptState,
    ReceivedReply,
    ReplyState,
    Settled,
    SupersededReply,
)
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.place import SnapshotPlace
from oracle.store.database import Database
from oracle.store.places import place_columns, place_of
from oracle.store.receipts import receipt_context
from oracle.store.replies import reply_context
from oracle.store.tables import batches, queries, receipts, replies, superseded_replies

DECIDED = (ReplyState.RECEIVED, ReplyState.ACCEPTED, ReplyState.REJECTED, ReplyState.REFUSED)
OF_REPLY = ("state", "reason", "latency_ms", "snapshot_block", "snapshot_hash", "received", "verified")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedReply:
    """A holder's part that came to something, and from where our chain had it answered then."""

    batch_id: BatchId
    holder: MemberId
    state: ReplyState
    place: SnapshotPlace
    earlier: int


class SupersededReplies:
    """Blobs are moved as they are sealed: they stay bound to the part that they were written for."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def decided(self, *, since: int) -> tuple[DecidedReply, ...]:
        """Parts of committed batches whose deadline is not earlier; nothing is opened for it."""
        statement = (
            select(
                *(replies.c.batch_id, replies.c.holder, replies.c.state, replies.c.earlier),
                *(replies.c.snapshot_block, replies.c.snapshot_hash),
            )
            .join(batches, batches.c.batch_id == replies.c.batch_id)
            .where(
                replies.c.state.in_(DECIDED),
                batches.c.state.in_((BatchState.COMMITTED, BatchState.DONE)),
                batches.c.deadline >= since,
            )
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).all()
        found = ((row, place_of(row.snapshot_block, row.snapshot_hash)) for row in rows)
        return tuple(
            DecidedReply(
                batch_id=BatchId(row.batch_id),
                holder=MemberId(row.holder),
                state=ReplyState(row.state),
                place=place,
                earlier=row.earlier,
            )
            for row, place in found
            if place is not None
        )

    async def moved(self, decided: DecidedReply, place: SnapshotPlace) -> None:
        """A reply that was not judged yet is the right one under the new order."""
        async with self._database.leading() as connection:
            await connection.execute(
                update(replies)
                .where(_which(decided), replies.c.state == ReplyState.RECEIVED)
                .values(**place_columns(place))
            )

    async def supersede(self, decided: DecidedReply) -> bool:
        """Keep reply and receipt as evidence and wait for this holder again; False when that was done.

        Its charge stays what both sides have in their lists, until they agree on another receipt.
        """
        batch_id, holder = decided.batch_id, decided.holder
        receipt = and_(receipts.c.batch_id == replies.c.batch_id, receipts.c.holder == replies.c.holder)
        names = ("batch_id", "holder", "earlier", *OF_REPLY)
        of_receipt = {
            "receipt_state": receipts.c.state,
            "receipt_reason": receipts.c.reason,
            "hits": receipts.c.hits,
            "receipt": receipts.c.sealed,
            "answer": receipts.c.answer,
        }
        kept = (
            select(*(replies.c[name] for name in names), *of_receipt.values())
            .outerjoin(receipts, receipt)
            .where(_which(decided), replies.c.state.in_(DECIDED))
        )
        async with self._database.leading() as connection:
            moved = await connection.execute(
                insert(superseded_replies).from_select((*names, *of_receipt), kept),
                # Asked for: psycopg's count of inserted rows is dropped otherwise.
                execution_options={"preserve_rowcount": True},
            )
            if moved.rowcount != 1:
                return False
            await connection.execute(
                receipts.delete().where(receipts.c.batch_id == batch_id, receipts.c.holder == holder)
            )
            await connection.execute(
                update(replies)
                .where(_which(decided))
                .values(
                    state=ReplyState.WAITING,
                    earlier=decided.earlier + 1,
                    reason=0,
                    **dict.fromkeys(name for name in OF_REPLY if name not in {"state", "reason"}),
                )
            )
            this = batches.c.batch_id == batch_id
            await connection.execute(
                update(batches)
                .where(this, batches.c.state == BatchState.DONE)
                .values(state=BatchState.COMMITTED)
            )
            asked = select(batches.c.query_id).where(this).scalar_subquery()
            await connection.execute(update(queries).where(queries.c.query_id == asked).values(state="open"))
            return True

    async def of(self, batch_id: BatchId, holder: MemberId) -> tuple[SupersededReply, ...]:
        """Oldest first."""
        statement = (
            select(superseded_replies)
            .filter_by(batch_id=batch_id, holder=holder)
            .order_by(superseded_replies.c.earlier)
        )
        async with self._database.reading() as connection:
            return tuple(self._opened(row) for row in await connection.execute(statement))

    def _opened(self, row: Row[tuple[object, ...]]) -> SupersededReply:
        batch_id, holder = BatchId(row.batch_id), MemberId(row.holder)
        received = proven = None
        if row.received is not None:
            body = self._cipher.open(row.received, reply_context(batch_id, holder, "received"))
            received = msgspec.msgpack.decode(body, type=ReceivedReply)
        if row.verified is not None:
            body = self._cipher.open(row.verified, reply_context(batch_id, holder, "proven"))
            proven = msgspec.msgpack.decode(body, type=ProvenReply)
        reply = AskedReply(
            batch_id=batch_id,
            holder=holder,
            state=ReplyState(row.state),
            reason=row.reason,
            latency_ms=row.latency_ms,
            received=received,
            proven=proven,
            place=place_of(row.snapshot_block, row.snapshot_hash),
            earlier=row.earlier,
        )
        return SupersededReply(reply=reply, receipt=self._receipt_of(row, batch_id, holder))

    def _receipt_of(
        self, row: Row[tuple[object, ...]], batch_id: BatchId, holder: MemberId
    ) -> AskedReceipt | None:
        if row.receipt is None:
            return None
        body = self._cipher.open(row.receipt, receipt_context(batch_id, holder, "receipt"))
        statement, frame = msgspec.msgpack.decode(body, type=tuple[bytes, bytes])
        settled = None
        if row.answer is not None:
            answer = self._cipher.open(row.answer, receipt_context(batch_id, holder, "answer"))
            settled = msgspec.msgpack.decode(answer, type=Settled)
        return AskedReceipt(
            batch_id=batch_id,
            holder=holder,
            state=ReceiptState(row.receipt_state),
            reason=row.receipt_reason,
            hits=row.hits,
            statement=statement,
            frame=frame,
            settled=settled,
        )


def _which(decided: DecidedReply) -> ColumnElement[bool]:
    return and_(
        replies.c.batch_id == decided.batch_id,
        replies.c.holder == decided.holder,
        replies.c.earlier == decided.earlier,
        replies.c.snapshot_hash == decided.place.block_hash,
    )
