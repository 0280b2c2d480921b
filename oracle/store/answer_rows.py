"""What a row of the holder's journal says, or one moved from it, opened."""

import msgspec
from sqlalchemy import Row

from oracle.crypto.storage import StorageCipher
from oracle.domain.answered import Answer
from oracle.domain.ids import BatchId


def open_answer(cipher: StorageCipher, row: Row[tuple[object, ...]]) -> tuple[Answer | None, bytes | None]:
    """The reply, and the frame that answered its receipt."""
    batch_id, answer, disclosures = BatchId(row.batch_id), None, None
    if row.reply is not None:
        body = cipher.open(row.reply, answer_context(batch_id, "reply"))
        answer = msgspec.msgpack.decode(body, type=Answer)
    if row.disclosures is not None:
        disclosures = cipher.open(row.disclosures, answer_context(batch_id, "disclosures"))
    return answer, disclosures


def answer_context(batch_id: BatchId, column: str) -> bytes:
    """What a blob is bound to."""
    return b"/".join((b"answers", batch_id, column.encode()))
