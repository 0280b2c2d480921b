"""The header of a sealed message: 90 bytes in clear, and the lengths that each type of message may have."""

import struct
from typing import Final

from oracle.domain.ids import BatchId, KeyVersion, MemberId
from oracle.domain.messages import Header, MessageType
from oracle.domain.query import MAX_BATCH
from oracle.peer.bodies.receipt import receipt_frame_size
from oracle.peer.errors import (
    MessageLengthWrong,
    MessageTypeUnknown,
    MessageVersionUnknown,
    SenderUnknown,
)
from oracle.peer.frames import LARGEST_FRAME, SIZE_CLASSES_V1
from oracle.peer.statements import RECEIPT_SIZE, REPLY_HEAD_SIZE, REQUEST_SIZE, SIGNATURE_SIZE

VERSION: Final = 1
SUPPORTED_VERSIONS: Final = frozenset({VERSION})
"""All that this build reads and writes; adjacent releases overlap in at least one."""
_HEADER: Final = struct.Struct(">BB32sQQII32s")
HEADER_SIZE: Final = _HEADER.size
SEAL_OVERHEAD: Final = 48
"""Suite 1: an encapsulated X25519 key (32) and an AES-GCM tag (16)."""
STATEMENT_LENGTH_SIZE: Final = 2

STATEMENT_SIZES: Final = {
    MessageType.QUERY_ENVELOPE: REQUEST_SIZE,
    MessageType.REPLY: REPLY_HEAD_SIZE,
    MessageType.RECEIPT: RECEIPT_SIZE,
    MessageType.DISCLOSURES: 0,
    MessageType.VOUCHER_STATE_REQUEST: 0,
    MessageType.VOUCHER_STATE: 0,
    MessageType.REFUSAL: 0,
    MessageType.ANCHOR_PROOFS: 0,
    MessageType.RECALL: 0,
}
_SMALLEST_FRAME: Final = SIZE_CLASSES_V1[0]
_LARGEST_FRAMES: Final = {
    MessageType.QUERY_ENVELOPE: SIZE_CLASSES_V1[2],
    MessageType.REPLY: LARGEST_FRAME,
    MessageType.RECEIPT: receipt_frame_size(MAX_BATCH),
    MessageType.DISCLOSURES: LARGEST_FRAME,
    MessageType.VOUCHER_STATE_REQUEST: _SMALLEST_FRAME,
    MessageType.VOUCHER_STATE: _SMALLEST_FRAME,
    MessageType.REFUSAL: _SMALLEST_FRAME,
    MessageType.ANCHOR_PROOFS: SIZE_CLASSES_V1[4],
    MessageType.RECALL: SIZE_CLASSES_V1[2],
}


def message_size(kind: MessageType, frame_size: int) -> int:
    """Bytes on the wire of a message of this type around a frame of this size."""
    plain = SIGNATURE_SIZE + STATEMENT_LENGTH_SIZE + STATEMENT_SIZES[kind] + frame_size
    return HEADER_SIZE + SEAL_OVERHEAD + plain


def largest_message(kind: MessageType) -> int:
    """The most bytes that anyone may send as a message of this type."""
    return message_size(kind, _LARGEST_FRAMES[kind])


_SMALLEST_MESSAGE: Final = message_size(MessageType.REFUSAL, _SMALLEST_FRAME)
_LARGEST_MESSAGE: Final = max(largest_message(kind) for kind in MessageType)


def pack_header(header: Header) -> bytes:
    """The fields in the order of the struct, big-endian."""
    return _HEADER.pack(
        header.version,
        header.type,
        header.batch_id,
        header.sender,
        header.recipient,
        header.sender_key_version,
        header.recipient_key_version,
        header.body_digest,
    )


def parse_header(message: bytes) -> Header:
    """The header of a whole message whose length fits its type; nothing in it is authentic yet."""
    return parse_start(message[:HEADER_SIZE], length=len(message))


def parse_start(start: bytes, *, length: int | None) -> Header:
    """As `parse_header`, from the first `HEADER_SIZE` bytes of a message that is said to have this length."""
    if length is not None and not _SMALLEST_MESSAGE <= length <= _LARGEST_MESSAGE:
        raise MessageLengthWrong(f"{length} bytes are no sealed message")
    version, kind, batch_id, sender, recipient, sender_key, recipient_key, body_digest = _HEADER.unpack(start)
    if version not in SUPPORTED_VERSIONS:
        understood = ", ".join(str(each) for each in sorted(SUPPORTED_VERSIONS))
        raise MessageVersionUnknown(
            f"a message of version {version}; this member understands version {understood}"
        )
    if kind not in set(MessageType):
        raise MessageTypeUnknown(f"version {VERSION} has no message of type {kind}")
    message_type = MessageType(kind)
    sizes = [size for size in SIZE_CLASSES_V1 if size <= _LARGEST_FRAMES[message_type]]
    if length is not None and length not in {message_size(message_type, size) for size in sizes}:
        raise MessageLengthWrong(f"no message of type {kind} has {length} bytes")
    if sender == 0:
        raise SenderUnknown("member numbers begin at 1")
    return Header(
        version=version,
        type=message_type,
        batch_id=BatchId(batch_id),
        sender=MemberId(sender),
        recipient=MemberId(recipient),
        sender_key_version=KeyVersion(sender_key),
        recipient_key_version=KeyVersion(recipient_key),
        body_digest=body_digest,
    )
