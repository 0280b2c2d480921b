"""The requester's journal of receipts: what was sent for each reply and what it brought."""

import msgspec
from sqlalchemy import Row, select, update

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import (
    AskedReceipt,
    DisclosedRecord,
    PendingReceipt,
    ReceiptState,
    Settled,
    with_record,
)
from oracle.domain.ids import BatchId, MemberId
from oracle.store.database import Database
from oracle.store.tables import receipts, replies


class ReceiptJournal:
    """Every reply is followed by exactly one receipt: the first one written stands."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add(self, receipt: AskedReceipt) -> AskedReceipt:
        """Write a receipt before it is sent; returns the one that stands, which may be an earlier one."""
        body = msgspec.msgpack.encode((receipt.statement, receipt.frame))
        sealed = self._cipher.seal(body, _context(receipt.batch_id, receipt.holder, "receipt"))
        async with self._database.leading() as connection:
            await connection.execute(
                self._database.insert(receipts)
                .values(
                    batch_id=receipt.batch_id,
                    holder=receipt.holder,
                    state=receipt.state,
                    reason=receipt.reason,
                    hits=receipt.hits,
                    sealed=sealed,
                )
                .on_conflict_do_nothing()
            )
            await connection.execute(
                update(replies)
                .where(replies.c.batch_id == receipt.batch_id, replies.c.holder == receipt.holder)
                .values(receipted=1)
            )
        standing = await self.receipt(receipt.batch_id, receipt.holder)
        return standing or receipt

    async def receipt(self, batch_id: BatchId, holder: MemberId) -> AskedReceipt | None:
        statement = select(receipts).filter_by(batch_id=batch_id, holder=holder)
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else open_receipt(self._cipher, row)

    async def receipts_of(self, batch_id: BatchId) -> tuple[AskedReceipt, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(receipts).filter_by(batch_id=batch_id))
            return tuple(open_receipt(self._cipher, row) for row in rows)

    async def pending(self) -> tuple[PendingReceipt, ...]:
        """Named only: a receipt may be a megabyte, and each of a hundred holders may wait for some."""
        named = select(receipts.c.batch_id, receipts.c.holder, receipts.c.hits)
        async with self._database.reading() as connection:
            rows = await connection.execute(named.filter_by(state=ReceiptState.PENDING))
            return tuple(
                PendingReceipt(batch_id=BatchId(row.batch_id), holder=MemberId(row.holder), hits=row.hits)
                for row in rows
            )

    async def correct(self, receipt: AskedReceipt) -> None:
        """Replace the bytes of one that was refused and is not ended: before the new ones are sent."""
        body = msgspec.msgpack.encode((receipt.statement, receipt.frame))
        sealed = self._cipher.seal(body, _context(receipt.batch_id, receipt.holder, "receipt"))
        await self._turn(receipt.batch_id, receipt.holder, sealed=sealed)

    async def settled(self, batch_id: BatchId, holder: MemberId, settled: Settled) -> None:
        body = msgspec.msgpack.encode(settled)
        sealed = self._cipher.seal(body, _context(batch_id, holder, "answer"))
        await self._turn(batch_id, holder, state=ReceiptState.SETTLED, answer=sealed)

    async def disclosed(self, batch_id: BatchId, holder: MemberId, record: DisclosedRecord) -> None:
        """Note a record that came through a dispute, whatever became of the receipt."""
        known = await self.receipt(batch_id, holder)
        if known is None:
            return
        before = known.settled or Settled(records=(), withdrawn=(), unserved=())
        merged = with_record(before, record)
        sealed = self._cipher.seal(msgspec.msgpack.encode(merged), _context(batch_id, holder, "answer"))
        async with self._database.leading() as connection:
            await connection.execute(
                update(receipts)
                .where(receipts.c.batch_id == batch_id, receipts.c.holder == holder)
                .values(answer=sealed)
            )

    async def refused(self, batch_id: BatchId, holder: MemberId, reason: int) -> None:
        await self._turn(batch_id, holder, state=ReceiptState.REFUSED, reason=reason)

    async def _turn(self, batch_id: BatchId, holder: MemberId, **values: object) -> None:
        async with self._database.leading() as connection:
            await connection.execute(
                update(receipts)
                .where(
                    receipts.c.batch_id == batch_id,
                    receipts.c.holder == holder,
                    receipts.c.state == ReceiptState.PENDING,
                )
                .values(**values)
            )


def open_receipt(cipher: StorageCipher, row: Row[tuple[object, ...]]) -> AskedReceipt:
    """What a row of the journal says, or one moved from it."""
    batch_id, holder = BatchId(row.batch_id), MemberId(row.holder)
    body = cipher.open(row.sealed, _context(batch_id, holder, "receipt"))
    statement, frame = msgspec.msgpack.decode(body, type=tuple[bytes, bytes])
    settled = None
    if row.answer is not None:
        answer = cipher.open(row.answer, _context(batch_id, holder, "answer"))
        settled = msgspec.msgpack.decode(answer, type=Settled)
    return AskedReceipt(
        batch_id=batch_id,
        holder=holder,
        state=ReceiptState(row.state),
        reason=row.reason,
        hits=row.hits,
        statement=statement,
        frame=frame,
        settled=settled,
    )


def _context(batch_id: BatchId, holder: MemberId, column: str) -> bytes:
    return b"/".join((b"receipts", batch_id, str(holder).encode(), column.encode()))
