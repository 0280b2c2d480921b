"""The body by which a holder recalls records that it had disclosed to a requester."""

from oracle.domain.ids import BatchId
from oracle.domain.query import MAX_BATCH
from oracle.domain.recalls import Recall, RecalledRecord, RecallReason
from oracle.peer import cbor
from oracle.peer.bodies.fields import (
    HASH_SIZE,
    SALT_KEY,
    U16,
    U32,
    read_body,
    read_bytes,
    read_list,
    read_row,
    read_salt,
    read_uint,
)
from oracle.peer.frames import frame

_REASON, _RECORDS = 1, 2
MAX_RECALLED = 500
"""In one message; more take several."""


def encode_recall(recall: Recall, *, salt: bytes) -> bytes:
    records: list[cbor.Encodable] = [
        [record.batch_id, record.index, record.record_digest] for record in recall.records
    ]
    return frame(cbor.encode({SALT_KEY: salt, _REASON: int(recall.reason), _RECORDS: records}))


def decode_recall(framed: bytes) -> Recall:
    salt, reason, records = read_body(framed, SALT_KEY, _REASON, _RECORDS)
    read_salt(salt)
    return Recall(
        reason=RecallReason(read_uint(reason, "the reason", bits=U16, least=1, most=max(RecallReason))),
        records=tuple(_record(row) for row in read_list(records, "the records", most=MAX_RECALLED, least=1)),
    )


def _record(row: object) -> RecalledRecord:
    batch_id, index, record_digest = read_row(row, "a record", columns=3)
    return RecalledRecord(
        batch_id=BatchId(read_bytes(batch_id, "the batch", exactly=HASH_SIZE)),
        index=read_uint(index, "the index", bits=U32, most=MAX_BATCH - 1),
        record_digest=read_bytes(record_digest, "the record's digest", exactly=HASH_SIZE),
    )
