import hashlib
from dataclasses import replace
from typing import Any

import cbor2
import pytest

from oracle.domain.record import Category, Record, RecordItem
from oracle.peer.record_codec import encode_record, frame_of, frame_record, open_frame, record_digest
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

ROW = [1, 3, 19_000, 19_500, 5, 2, 8_000, 20_500, "C-17"]
ITEM = RecordItem(
    category=Category.TRANSACTION_FRAUD,
    severity=3,
    first_seen_day=19_000,
    last_seen_day=19_500,
    reason_code=5,
    evidence_class=2,
    confidence_bps=8_000,
    expires_day=20_500,
    holder_reference="C-17",
)


def framed(content: object) -> bytes:
    return frame_of(cbor2.dumps(content, canonical=True))


def changed(position: int, value: object) -> bytes:
    return framed({0: 1, 1: [[*ROW[:position], value, *ROW[position + 1 :]]]})


def test_frame_record__one_item__has_the_published_bytes() -> None:
    frame = frame_record(Record(items=(ITEM,)))
    encoded = bytes.fromhex("a200010181890103194a38194c2c0502191f40195014") + b"\x64C-17"
    assert frame == len(encoded).to_bytes(2, "big") + encoded + bytes(1024 - 2 - len(encoded))
    assert open_frame(frame) == Record(items=(ITEM,))
    assert record_digest(b"s" * 16, frame) == hashlib.sha256(b"s" * 16 + frame).digest()


@pytest.mark.parametrize("size", [0, 1023, 1025])
def test_open_frame__another_size__is_refused(size: int) -> None:
    with pytest.raises(RecordFrameSizeWrong):
        open_frame(bytes(size))


def test_open_frame__length_past_the_end__is_refused() -> None:
    with pytest.raises(RecordFrameSizeWrong):
        open_frame((1023).to_bytes(2, "big") + bytes(1022))


def test_open_frame__padding_not_zero__is_refused() -> None:
    with pytest.raises(RecordFramePaddingNotZero):
        open_frame(frame_record(Record(items=(ITEM,)))[:-1] + b"\x01")


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\xff",
        cbor2.dumps({1: [ROW], 0: 1}),
        cbor2.dumps({0: 1, 1: [ROW]}, canonical=True) + b"\x00",
        b"\xa2\x00\x18\x01" + cbor2.dumps({1: [ROW]}, canonical=True)[1:],
        b"\xbf" + cbor2.dumps({0: 1, 1: [ROW]}, canonical=True)[1:] + b"\xff",
        b"\xa3\x00\x01\x00\x01" + cbor2.dumps({1: [ROW]}, canonical=True)[1:],
    ],
    ids=["empty", "break", "keys unsorted", "bytes behind", "long integer", "open length", "key twice"],
)
def test_open_frame__not_deterministic_cbor__is_refused(encoded: bytes) -> None:
    with pytest.raises(RecordFrameNotCanonical):
        open_frame(frame_of(encoded))


@pytest.mark.parametrize("value", [True, None, 3.0, -1, {"1": 1}, [[[[[[[[]]]]]]]]], ids=repr)
def test_open_frame__a_value_that_no_record_ever_holds__is_refused(value: object) -> None:
    with pytest.raises(RecordFrameNotCanonical):
        open_frame(changed(1, value))


def test_open_frame__maps_as_keys_of_maps_a_hundred_deep__is_refused_at_once() -> None:
    with pytest.raises(RecordFrameNotCanonical):
        open_frame(frame_of(b"\xa1" * 100 + b"\x00" * 101))


@pytest.mark.parametrize("version", [0, 2, "1"])
def test_open_frame__another_version__is_refused(version: object) -> None:
    with pytest.raises(RecordVersionUnknown):
        open_frame(framed({0: version, 1: [ROW]}))


@pytest.mark.parametrize("content", [{0: 1, 1: [ROW], 2: 0}, {0: 1}, {0: 1, 3: [ROW]}])
def test_open_frame__other_keys__is_refused(content: Any) -> None:
    with pytest.raises(RecordKeysUnknown):
        open_frame(framed(content))


@pytest.mark.parametrize(
    "content",
    [
        [1, [ROW]],
        {0: 1, 1: []},
        {0: 1, 1: ROW},
        {0: 1, 1: [ROW[:-1]]},
        {0: 1, 1: [[*ROW, 0]]},
        {0: 1, 1: [ROW, ROW]},
        {0: 1, 1: [[2, *ROW[1:]], ROW]},
    ],
    ids=["no map", "no items", "flat", "short item", "long item", "category twice", "descending"],
)
def test_open_frame__another_shape__is_refused(content: Any) -> None:
    with pytest.raises(RecordMalformed):
        open_frame(framed(content))


@pytest.mark.parametrize(
    ("position", "value"),
    [(2, "19000"), (6, "5000"), (8, 17), (8, b"C-17"), (8, "x" * 65), (2, 19_501)],
)
def test_open_frame__a_value_of_another_kind__is_refused(position: int, value: object) -> None:
    with pytest.raises(RecordMalformed):
        open_frame(changed(position, value))


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, 0),
        (0, 5),
        (1, 0),
        (1, 6),
        (3, 2**32),
        (4, 0),
        (4, 65_536),
        (5, 0),
        (5, 256),
        (6, 10_001),
        (7, 2**32),
    ],
)
def test_open_frame__a_code_out_of_range__is_refused(position: int, value: int) -> None:
    with pytest.raises(RecordCodeUnknown):
        open_frame(changed(position, value))


def test_encode_record__values_that_no_reader_accepts__are_refused() -> None:
    with pytest.raises(RecordCodeUnknown):
        encode_record(Record(items=(replace(ITEM, severity=9),)))
    with pytest.raises(RecordMalformed):
        encode_record(Record(items=()))


def test_frame_record__more_than_a_frame_holds__is_refused() -> None:
    wide = "\N{CJK UNIFIED IDEOGRAPH-20000}" * 64
    items = tuple(replace(ITEM, category=category, holder_reference=wide) for category in Category)
    with pytest.raises(RecordTooLarge):
        frame_record(Record(items=items))
    assert open_frame(frame_record(Record(items=items[:3]))).items == items[:3]
