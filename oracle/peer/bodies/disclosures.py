"""The body of a holder's answer to a receipt: what became of each claim, and what it has accepted so far."""

from oracle.domain.messages import Outcome
from oracle.domain.query import MAX_BATCH
from oracle.domain.settlement import CategorySignature, DisclosuresBody, ServedRecord, ServedStatus
from oracle.peer import cbor
from oracle.peer.bodies.fields import (
    HASH_SIZE,
    SALT_KEY,
    SALT_SIZE,
    SIGNATURE_SIZE,
    U16,
    U32,
    read_body,
    read_bytes,
    read_chunks,
    read_list,
    read_row,
    read_salt,
    read_uint,
    require_ascending,
)
from oracle.peer.bodies.vouchers import read_totals, totals_row
from oracle.peer.errors import BodyFieldBounds
from oracle.peer.frames import LARGEST_FRAME, frame, size_class_for

_OUTCOME, _REASON, _RECORDS, _ACCEPTED = 1, 2, 3, 4
RECORD_FRAME_SIZE = 1024
MAX_CATEGORIES = 255
_MOST_DIGESTS = LARGEST_FRAME // HASH_SIZE

# What one served record usually takes: a bucket holds 16 records on average, four categories exist.
_USUAL_DIGESTS, _USUAL_CATEGORIES = 48, 4
_USUAL_BYTES = (
    (1 + 3 + 1 + 3 + 3 + RECORD_FRAME_SIZE + 1 + SALT_SIZE)
    + (3 + _USUAL_DIGESTS * HASH_SIZE)
    + (1 + _USUAL_CATEGORIES * (3 + 2 + SIGNATURE_SIZE))
)
_FIXED_BYTES = 1 + 5 + (1 + SALT_SIZE) + 1 + 3 + 3 + 28


def disclosures_frame_size(count: int) -> int:
    """The size for a batch of `count`, hits or none; only unusually full buckets make a longer one."""
    return size_class_for(_FIXED_BYTES + count * _USUAL_BYTES)


def encode_disclosures(body: DisclosuresBody, *, salt: bytes, count: int) -> bytes:
    """`count` is the batch's: the answer to a receipt must not show what the receipt hides."""
    content = cbor.encode(
        {
            SALT_KEY: salt,
            _OUTCOME: int(body.outcome),
            _REASON: body.reason,
            _RECORDS: [record_row(record) for record in body.records],
            _ACCEPTED: totals_row(body.accepted),
        }
    )
    return frame(content, at_least=disclosures_frame_size(count))


def decode_disclosures(framed: bytes) -> DisclosuresBody:
    salt, outcome, reason, records, accepted = read_body(
        framed, SALT_KEY, _OUTCOME, _REASON, _RECORDS, _ACCEPTED
    )
    read_salt(salt)
    verdict = Outcome(read_uint(outcome, "the outcome", bits=U16, least=1, most=max(Outcome)))
    why = read_uint(reason, "the reason", bits=U16)
    if (verdict is Outcome.ACCEPTED) != (why == 0):
        raise BodyFieldBounds("a reason is given exactly when a receipt is refused")
    rows = tuple(read_record(row) for row in read_list(records, "records", most=MAX_BATCH))
    require_ascending([row.index for row in rows], "indices of records")
    return DisclosuresBody(outcome=verdict, reason=why, records=rows, accepted=read_totals(accepted))


def record_row(record: ServedRecord) -> list[cbor.Encodable]:
    return [
        record.index,
        int(record.status),
        record.reason,
        record.record_frame,
        record.salt,
        b"".join(record.digests),
        [[signed.category, signed.signature] for signed in record.signatures],
    ]


def read_record(value: object) -> ServedRecord:
    index, status, reason, record_frame, salt, digests, signatures = read_row(value, "a record", columns=7)
    record = ServedRecord(
        index=read_uint(index, "the index", bits=U32, most=MAX_BATCH - 1),
        status=ServedStatus(read_uint(status, "the status", bits=U16, least=1, most=max(ServedStatus))),
        reason=read_uint(reason, "the reason", bits=U16),
        record_frame=read_bytes(record_frame, "the record", most=RECORD_FRAME_SIZE),
        salt=read_bytes(salt, "the record's salt", most=SALT_SIZE),
        digests=read_chunks(digests, "digests", size=HASH_SIZE, most=_MOST_DIGESTS),
        signatures=tuple(
            _read_signature(row) for row in read_list(signatures, "signatures", most=MAX_CATEGORIES)
        ),
    )
    require_ascending([signed.category for signed in record.signatures], "categories")
    _require_whole_or_empty(record)
    return record


def _read_signature(value: object) -> CategorySignature:
    category, signature = read_row(value, "a category's signature", columns=2)
    return CategorySignature(
        category=read_uint(category, "the category", bits=8, least=1),
        signature=read_bytes(signature, "a category's signature", exactly=SIGNATURE_SIZE),
    )


def _require_whole_or_empty(record: ServedRecord) -> None:
    if (record.status is ServedStatus.REFUSED) != (record.reason != 0):
        raise BodyFieldBounds("a reason is given exactly when a claim is refused")
    if record.status is ServedStatus.SERVED:
        if len(record.record_frame) != RECORD_FRAME_SIZE or len(record.salt) != SALT_SIZE:
            raise BodyFieldBounds("a served record has 1,024 bytes and a salt of 16")
        if not record.digests or not record.signatures:
            raise BodyFieldBounds("a served record has its bucket's digests and at least one signature")
    elif record.record_frame or record.salt or record.digests or record.signatures:
        raise BodyFieldBounds("only a served claim carries a record")
