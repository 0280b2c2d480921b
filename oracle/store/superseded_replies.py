"""Replies that a reorganisation made ones from the wrong snapshot: kept with their receipts."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, insert, select, update

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import BatchState, ReplyState, SupersededReply
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.place import SnapshotPlace
from oracle.store.database import Database
from oracle.store.places import place_columns, place_of
from oracle.store.receipts import open_receipt
from oracle.store.replies import open_reply
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
                    receipted=0,
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
        kept = superseded_replies.c
        which = (kept.batch_id == batch_id, kept.holder == holder)
        of_reply = select(superseded_replies).where(*which).order_by(kept.earlier)
        columns = (*(kept.batch_id, kept.holder, kept.hits, kept.answer), *_receipt_columns())
        of_receipt = select(*columns).where(*which).order_by(kept.earlier)
        async with self._database.reading() as connection:
            both = zip(await connection.execute(of_reply), await connection.execute(of_receipt), strict=True)
            return tuple(
                SupersededReply(
                    reply=open_reply(self._cipher, reply),
                    receipt=None if receipt.sealed is None else open_receipt(self._cipher, receipt),
                )
                for reply, receipt in both
            )


def _which(decided: DecidedReply) -> ColumnElement[bool]:
    return and_(
        replies.c.batch_id == decided.batch_id,
        replies.c.holder == decided.holder,
        replies.c.earlier == decided.earlier,
        replies.c.snapshot_hash == decided.place.block_hash,
    )


def _receipt_columns() -> tuple[ColumnElement[object], ...]:
    """By the names that they have in the journal of receipts."""
    kept = superseded_replies.c
    return (
        kept.receipt_state.label("state"),
        kept.receipt_reason.label("reason"),
        kept.receipt.label("sealed"),
    )
