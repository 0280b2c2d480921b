"""Records as bytes: deterministic CBOR in a frame of 1,024 bytes, and the digest a snapshot commits to.

CBOR `{0: version, 1: [[category, severity, first_seen_day, last_seen_day, reason_code, evidence_class,
confidence_bps, expires_day, reference], …]}` per RFC 8949 section 4.2.1; frame `uint16 length || CBOR ||
zeros`; digest `SHA-256(salt (16) || frame (1,024))`.
"""

import hashlib
from itertools import pairwise
from typing import Final

import cbor2

from oracle.domain.record import Category, Record, RecordItem
from oracle.peer import cbor
from oracle.peer.errors import CborRefused
from oracle.peer.record_errors import (
    RecordCodeUnknown,
    RecordFrameNotCanonical,
    RecordFramePaddingNotZero,
    RecordFrameSizeWrong,
    RecordKeysUnknown,
    RecordMalformed,
    RecordTooLarge,
    RecordVersionUnknown,
)

FRAME_SIZE: Final = 1024
SALT_SIZE: Final = 16
REFERENCE_LIMIT: Final = 64
_LENGTH_SIZE: Final = 2
_VERSION: Final = 1
_VERSION_KEY: Final = 0
_ITEMS_KEY: Final = 1
_UINT32_MAX: Final = 2**32 - 1
_NUMBERS: Final = (
    # name, least, greatest: the item's fields after the category, in order
    ("severity", 1, 5),
    ("first_seen_day", 0, _UINT32_MAX),
    ("last_seen_day", 0, _UINT32_MAX),
    ("reason_code", 1, 0xFFFF),
    ("evidence_class", 1, 0xFF),
    ("confidence_bps", 0, 10_000),
    ("expires_day", 0, _UINT32_MAX),
)
_ITEM_LENGTH: Final = 1 + len(_NUMBERS) + 1
_CATEGORIES: Final[frozenset[int]] = frozenset(Category)


def encode_record(record: Record) -> bytes:
    """Deterministic CBOR of `record`. Raises a `RecordRefused` for values no reader would accept."""
    rows = [_row(item) for item in record.items]
    _parse_items(rows)
    return cbor2.dumps({_VERSION_KEY: _VERSION, _ITEMS_KEY: rows}, canonical=True)


def frame_of(encoded: bytes) -> bytes:
    """`encoded` in its frame of 1,024 bytes; raises `RecordTooLarge` when it does not fit."""
    limit = FRAME_SIZE - _LENGTH_SIZE
    if len(encoded) > limit:
        raise RecordTooLarge(size=len(encoded), limit=limit)
    return (len(encoded).to_bytes(_LENGTH_SIZE, "big") + encoded).ljust(FRAME_SIZE, b"\0")


def frame_record(record: Record) -> bytes:
    return frame_of(encode_record(record))


def open_frame(frame: bytes) -> Record:
    """The record in a frame of 1,024 bytes; every deviation from the format has its own `RecordRefused`."""
    if len(frame) != FRAME_SIZE:
        raise RecordFrameSizeWrong(f"A record frame has {FRAME_SIZE} bytes; this one has {len(frame)}.")
    end = _LENGTH_SIZE + int.from_bytes(frame[:_LENGTH_SIZE], "big")
    if end > FRAME_SIZE:
        raise RecordFrameSizeWrong("The length in a record frame points past its end.")
    if any(frame[end:]):
        raise RecordFramePaddingNotZero("The padding of a record frame is not zero.")
    return decode_record(frame[_LENGTH_SIZE:end])


def decode_record(encoded: bytes) -> Record:
    """The record in `encoded`; accepts exactly the bytes that `encode_record` writes."""
    try:
        # Strictly: one value must have one digest, and no bytes may take the library's time with what it can
        # read and a record never holds, such as maps that are keys of maps.
        content = cbor.decode(encoded)
    except CborRefused as error:
        raise RecordFrameNotCanonical(f"A record is not deterministic CBOR of our types: {error}.") from error
    if not isinstance(content, dict):
        raise RecordMalformed("A record is not a CBOR map.")
    if content.get(_VERSION_KEY) != _VERSION or type(content.get(_VERSION_KEY)) is not int:
        raise RecordVersionUnknown(f"A record's version is not {_VERSION}: its writer runs another release.")
    if content.keys() != {_VERSION_KEY, _ITEMS_KEY}:
        raise RecordKeysUnknown("A record carries keys that its version does not have, or lacks some.")
    return Record(items=_parse_items(content[_ITEMS_KEY]))


def record_digest(salt: bytes, frame: bytes) -> bytes:
    """What the snapshot commits to, 32 bytes; `salt` has 16 bytes and hides guessable records."""
    if len(salt) != SALT_SIZE or len(frame) != FRAME_SIZE:
        raise RecordFrameSizeWrong("A record digest takes a salt of 16 bytes and a frame of 1,024.")
    return hashlib.sha256(salt + frame).digest()


def _row(item: RecordItem) -> list[int | str]:
    return [
        int(item.category),
        item.severity,
        item.first_seen_day,
        item.last_seen_day,
        item.reason_code,
        item.evidence_class,
        item.confidence_bps,
        item.expires_day,
        item.holder_reference,
    ]


def _parse_items(rows: object) -> tuple[RecordItem, ...]:
    if not isinstance(rows, list) or not rows:
        raise RecordMalformed("A record has no list of items.")
    items = tuple(_parse_item(row) for row in rows)
    if any(left.category >= right.category for left, right in pairwise(items)):
        raise RecordMalformed("A record's items are not in strictly ascending category.")
    return items


def _parse_item(row: object) -> RecordItem:
    if not isinstance(row, list) or len(row) != _ITEM_LENGTH:
        raise RecordMalformed(f"A record item is not a list of {_ITEM_LENGTH} values.")
    category, *numbers, reference = row
    if type(category) is not int or any(type(number) is not int for number in numbers):
        raise RecordMalformed("A record item has something else where a number belongs.")
    if not isinstance(reference, str):
        raise RecordMalformed("A record item's reference is not text.")
    if category not in _CATEGORIES:
        raise RecordCodeUnknown(f"Category {category} is not on the published list.")
    for (name, least, greatest), number in zip(_NUMBERS, numbers, strict=True):
        if not least <= number <= greatest:
            raise RecordCodeUnknown(f"A record item's {name} is not between {least} and {greatest}.")
    if len(reference) > REFERENCE_LIMIT:
        raise RecordMalformed(f"A record item's reference is longer than {REFERENCE_LIMIT} characters.")
    severity, first_seen, last_seen, reason, evidence, confidence, expires = numbers
    if first_seen > last_seen:
        raise RecordMalformed("A record item was last seen before it was first seen.")
    return RecordItem(
        category=Category(category),
        severity=severity,
        first_seen_day=first_seen,
        last_seen_day=last_seen,
        reason_code=reason,
        evidence_class=evidence,
        confidence_bps=confidence,
        expires_day=expires,
        holder_reference=reference,
    )
