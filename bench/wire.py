"""Bytes of each message on the wire, exact, against the content inside: `python bench/wire.py`."""

from collections.abc import Sequence

from holder import PHONE_PREFIX_BITS, RECORDS, VERSION, Holder, holder_of, packed
from rows import Benchmark, Row, Unit, show

from oracle.domain.ids import Credits, MemberId
from oracle.domain.messages import MessageType, Outcome, Voucher
from oracle.domain.query import Element
from oracle.domain.settlement import (
    AcceptedTotals,
    CategorySignature,
    DisclosuresBody,
    ReceiptBody,
    ReceiptClaim,
    ServedRecord,
    ServedStatus,
    Signed,
)
from oracle.peer.bodies.disclosures import encode_disclosures
from oracle.peer.bodies.envelope import encode_envelope
from oracle.peer.bodies.receipt import encode_receipt
from oracle.peer.frames import LENGTH_BYTES
from oracle.peer.headers import message_size

COUNTS = (1, 10, 100, 1_000)
PREFIXES = (PHONE_PREFIX_BITS, 10, 8)
"""A phone's own; two that make this holder send 2 and 8 buckets an element."""
ELEMENT = Element(blinded=bytes(32), prefix_bits=PHONE_PREFIX_BITS, prefix=0)
SALT, SIGNATURE, WORD = bytes(16), bytes(65), bytes(32)
CONTENT = "its content before padding"
ALL_HIT = f"{CONTENT}, were each a hit"
BUCKET = 10
"""Records in a bucket of 20,000 records, about."""


def measure() -> Sequence[Row]:
    with holder_of(RECORDS) as holder:
        replies = [_reply(holder, count, bits) for bits in PREFIXES for count in COUNTS]
    return [
        *(_row(MessageType.QUERY_ENVELOPE, encode_envelope((ELEMENT,) * count), count) for count in COUNTS),
        *replies,
        *(_row(MessageType.RECEIPT, _receipt(count), count, content=ALL_HIT) for count in COUNTS),
        *(_row(MessageType.DISCLOSURES, _disclosures(count), count, content=ALL_HIT) for count in COUNTS),
    ]


def _reply(holder: Holder, count: int, prefix_bits: int) -> Row:
    frame = holder.answer(packed(holder.ask(count, prefix_bits))).frame
    return _row(MessageType.REPLY, frame, count, prefix_bits=prefix_bits, records=RECORDS)


def _receipt(count: int) -> bytes:
    """A claim on every phone: with none the frame is as long."""
    claims = tuple(
        ReceiptClaim(index=index, subject=b"\x01+8613800000000", blind=WORD, signature=SIGNATURE)
        for index in range(count)
    )
    voucher = Voucher(
        requester=MemberId(1),
        holder=MemberId(2),
        queries=1_000,
        hits=1_000,
        amount=Credits(100_000),
        price_version=1,
        key_version=VERSION,
    )
    body = ReceiptBody(claims=claims, voucher=Signed(value=voucher, signature=SIGNATURE))
    return encode_receipt(body, salt=SALT, count=count)


def _disclosures(count: int) -> bytes:
    """A record of one category served for every element: with none the frame is as long."""
    records = tuple(
        ServedRecord(
            index=index,
            status=ServedStatus.SERVED,
            reason=0,
            record_frame=bytes(1_024),
            salt=SALT,
            digests=(WORD,) * BUCKET,
            signatures=(CategorySignature(category=1, signature=SIGNATURE),),
        )
        for index in range(count)
    )
    body = DisclosuresBody(
        outcome=Outcome.ACCEPTED,
        reason=0,
        records=records,
        accepted=AcceptedTotals(queries=1_000, hits=1_000, amount=Credits(100_000)),
    )
    return encode_disclosures(body, salt=SALT, count=count)


def _row(
    kind: MessageType,
    frame: bytes,
    count: int,
    *,
    prefix_bits: int | None = None,
    records: int | None = None,
    content: str = CONTENT,
) -> Row:
    asked = "1 element" if count == 1 else f"{count:,} elements"
    prefix = "" if prefix_bits is None else f", prefix of {prefix_bits} bits"
    return Row(
        name=f"{kind.name.lower().replace('_', ' ')}, {asked}{prefix}",
        value=message_size(kind, len(frame)),
        unit=Unit.BYTES,
        limit=int.from_bytes(frame[:LENGTH_BYTES]),
        limit_is=content,
        prefix_bits=prefix_bits,
        records=records,
    )


BENCHMARK = Benchmark(title="On the wire, a message", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
