"""The holder's receipts, for auditors: what a requester told it of a reply, kept longer than the reply is."""

import msgspec
from sqlalchemy import LargeBinary, and_, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.crypto.keccak import keccak256
from oracle.crypto.storage import StorageCipher
from oracle.domain.answered import TakenReceipt
from oracle.domain.ids import BatchId, MemberId
from oracle.store.database import Database
from oracle.store.tables import answers, taken_receipts


class TakenReceipts:
    """Written with the end of a batch, in its transaction; here they are looked up."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def of(self, requester: MemberId, batch_id: BatchId) -> TakenReceipt | None:
        statement = select(taken_receipts.c.sealed).filter_by(requester=requester, batch_id=batch_id)
        async with self._database.reading() as connection:
            sealed = await connection.scalar(statement)
        if sealed is None:
            return None
        signed, bare, size = msgspec.msgpack.decode(
            self._cipher.open(sealed, _context(batch_id)), type=tuple[bytes, bytes, int]
        )
        frame = bare.ljust(size, b"\0")
        return TakenReceipt(digest=keccak256(signed + frame), statement=signed, frame=frame)


async def keep_receipt(
    connection: AsyncConnection,
    cipher: StorageCipher,
    receipt: TakenReceipt,
    requester: MemberId,
    batch_id: BatchId,
) -> None:
    """In the place of one for an earlier reply to the same batch; without the zeros that fill its frame."""
    bare = receipt.frame.rstrip(b"\0")
    body = msgspec.msgpack.encode((receipt.statement, bare, len(receipt.frame)))
    sealed = literal(cipher.seal(body, _context(batch_id)), LargeBinary)
    row = select(answers.c.requester, answers.c.batch_id, answers.c.deadline, sealed)
    await forget_receipt(connection, requester, batch_id)
    await connection.execute(
        taken_receipts.insert().from_select(
            ("requester", "batch_id", "deadline", "sealed"),
            row.where(and_(answers.c.requester == requester, answers.c.batch_id == batch_id)),
        )
    )


async def forget_receipt(connection: AsyncConnection, requester: MemberId, batch_id: BatchId) -> None:
    """Of a reply that is superseded: the requester says of the next one what it makes of it."""
    await connection.execute(taken_receipts.delete().filter_by(requester=requester, batch_id=batch_id))


def _context(batch_id: BatchId) -> bytes:
    return b"taken_receipts/" + batch_id
