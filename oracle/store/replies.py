"""The requester's journal of what became of each holder's reply."""

from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, null, select, update

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import AskedReply, ProvenReply, ReceivedReply, ReplyNews, ReplyState
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.place import SnapshotPlace
from oracle.store.asked import end_when_answered
from oracle.store.database import Database
from oracle.store.places import place_columns, place_of
from oracle.store.tables import replies

Part: TypeAlias = tuple[BatchId, MemberId]
"""Names a holder's part in a batch."""
_PART = (replies.c.batch_id, replies.c.holder)
_WITHOUT_MESSAGE: Select[Any] = select(
    *(column for column in replies.c if column.name != "received"), null().label("received")
)
_TAKE = (
    update(replies)
    .where(
        replies.c.batch_id == bindparam("of_batch"),
        replies.c.holder == bindparam("of_holder"),
        replies.c.state == ReplyState.WAITING,
    )
    .values({name: bindparam(name) for name in ("state", "reason", "latency_ms", "received", "verified")})
    .returning(replies.c.earlier)
)


class ReplyJournal:
    """A holder's part in a batch moves forward only; each write says from which states."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def reply(self, batch_id: BatchId, holder: MemberId) -> AskedReply | None:
        statement = select(replies).filter_by(batch_id=batch_id, holder=holder)
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else open_reply(self._cipher, row)

    async def replies_of(self, batch_id: BatchId) -> tuple[AskedReply, ...]:
        statement = select(replies).filter_by(batch_id=batch_id).order_by(replies.c.holder)
        async with self._database.reading() as connection:
            return tuple(open_reply(self._cipher, row) for row in await connection.execute(statement))

    async def verdict(self, batch_id: BatchId, holder: MemberId) -> AskedReply | None:
        """As `reply`, without the message as it came, which may be a megabyte."""
        statement = _WITHOUT_MESSAGE.where(replies.c.batch_id == batch_id, replies.c.holder == holder)
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else open_reply(self._cipher, row)

    async def states_of(self, batch_id: BatchId) -> dict[MemberId, ReplyState]:
        """How far each holder's part is."""
        statement = select(replies.c.holder, replies.c.state).filter_by(batch_id=batch_id)
        async with self._database.reading() as connection:
            rows = await connection.execute(statement)
            return {MemberId(row.holder): ReplyState(row.state) for row in rows}

    async def parts_in(self, state: ReplyState) -> tuple[Part, ...]:
        """Named only: those of a hundred holders are a hundred megabytes."""
        return await self._parts(select(*_PART).filter_by(state=state))

    async def without_receipt(self) -> tuple[Part, ...]:
        """Judged replies that still need the one receipt that follows each of them."""
        judged = replies.c.state.in_((ReplyState.ACCEPTED, ReplyState.REJECTED))
        return await self._parts(select(*_PART).where(judged, replies.c.receipted == 0))

    async def _parts(self, statement: Select[tuple[bytes, int]]) -> tuple[Part, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(statement)
            return tuple((BatchId(row.batch_id), MemberId(row.holder)) for row in rows)

    async def received(
        self,
        batch_id: BatchId,
        holder: MemberId,
        reply: ReceivedReply,
        latency_ms: int,
        *,
        place: SnapshotPlace | None = None,
    ) -> bool:
        """Journal a reply as it came; False when this holder's part is already decided or received.

        `place` is from where it has to be answered by the chain as it is read now.
        """
        body = msgspec.msgpack.encode(reply)
        sealed = self._cipher.seal(body, _context(batch_id, holder, "received"))
        return await self._turn(
            batch_id,
            holder,
            (ReplyState.WAITING,),
            state=ReplyState.RECEIVED,
            received=sealed,
            latency_ms=latency_ms,
            **_where(place),
        )

    async def accepted(
        self, batch_id: BatchId, proven: ProvenReply, *, latency_ms: int | None = None
    ) -> bool:
        """A reply that proved what it says; `latency_ms` replaces that of its arrival."""
        body = msgspec.msgpack.encode(proven)
        sealed = self._cipher.seal(body, _context(batch_id, proven.holder, "proven"))
        values: dict[str, object] = {"state": ReplyState.ACCEPTED, "verified": sealed}
        if latency_ms is not None:
            values["latency_ms"] = latency_ms
        return await self._turn(batch_id, proven.holder, (ReplyState.RECEIVED,), **values)

    async def taken(
        self,
        batch_id: BatchId,
        holder: MemberId,
        reply: ReceivedReply,
        *,
        verdict: ProvenReply | int,
        latency_ms: int,
    ) -> ReplyNews | None:
        """A reply as it came and, in the same write, what it proved or the reason why it is no answer.

        The last reply ends its batch. None when this holder's part was over before.

        For express: nothing is made of the verdict before this is on disk, and a crash before it costs no
        more than the reply, which its holder has and delivers again.
        """
        body = self._cipher.seal(msgspec.msgpack.encode(reply), _context(batch_id, holder, "received"))
        proven = verdict if isinstance(verdict, ProvenReply) else None
        reason = 0 if isinstance(verdict, ProvenReply) else verdict
        state = ReplyState.REJECTED if proven is None else ReplyState.ACCEPTED
        values = {
            "of_batch": batch_id,
            "of_holder": holder,
            "received": body,
            "latency_ms": latency_ms,
            "state": state,
            "reason": reason,
            "verified": None,
        }
        if proven is not None:
            values["verified"] = self._cipher.seal(
                msgspec.msgpack.encode(proven), _context(batch_id, holder, "proven")
            )

        def write(connection: Connection) -> ReplyNews | None:
            earlier = connection.scalar(_TAKE, values)
            if earlier is None:
                return None
            reply = AskedReply(
                batch_id=batch_id,
                holder=holder,
                state=state,
                reason=reason,
                latency_ms=latency_ms,
                received=None,
                proven=proven,
                earlier=earlier,
            )
            return ReplyNews(reply=reply, ended=end_when_answered(connection, batch_id))

        return await self._database.write(write)

    async def ended(
        self,
        batch_id: BatchId,
        holder: MemberId,
        state: ReplyState,
        reason: int = 0,
        *,
        place: SnapshotPlace | None = None,
    ) -> bool:
        """End a holder's part without an answer: rejected, refused by the holder, or expired."""
        open_states = (ReplyState.WAITING, ReplyState.RECEIVED)
        return await self._turn(batch_id, holder, open_states, state=state, reason=reason, **_where(place))

    async def _turn(
        self, batch_id: BatchId, holder: MemberId, source: tuple[ReplyState, ...], **values: object
    ) -> bool:
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(replies)
                .where(
                    replies.c.batch_id == batch_id,
                    replies.c.holder == holder,
                    replies.c.state.in_(source),
                )
                .values(**values)
            )
            return changed.rowcount == 1


def open_reply(cipher: StorageCipher, row: Row[tuple[object, ...]]) -> AskedReply:
    """What a row of the journal says, or one moved from it."""
    batch_id, holder = BatchId(row.batch_id), MemberId(row.holder)
    proven = None
    if row.verified is not None:
        body = cipher.open(row.verified, _context(batch_id, holder, "proven"))
        proven = msgspec.msgpack.decode(body, type=ProvenReply)
    received = None
    if row.received is not None:
        body = cipher.open(row.received, _context(batch_id, holder, "received"))
        received = msgspec.msgpack.decode(body, type=ReceivedReply)
    return AskedReply(
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


def _where(place: SnapshotPlace | None) -> dict[str, object]:
    return {} if place is None else place_columns(place)


def _context(batch_id: BatchId, holder: MemberId, column: str) -> bytes:
    return b"/".join((b"replies", batch_id, str(holder).encode(), column.encode()))
