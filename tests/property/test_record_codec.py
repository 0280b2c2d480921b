"""Frames of records: one value has one spelling, and nothing else is read."""

from hypothesis import given
from hypothesis import strategies as st

from oracle.domain.record import Category, Record, RecordItem
from oracle.peer.record_codec import FRAME_SIZE, decode_record, encode_record, frame_record, open_frame
from oracle.peer.record_errors import RecordRefused

days = st.integers(0, 2**32 - 1)


@st.composite
def items(draw: st.DrawFn, category: Category) -> RecordItem:
    first_seen, last_seen = sorted((draw(days), draw(days)))
    return RecordItem(
        category=category,
        severity=draw(st.integers(1, 5)),
        first_seen_day=first_seen,
        last_seen_day=last_seen,
        reason_code=draw(st.integers(1, 0xFFFF)),
        evidence_class=draw(st.integers(1, 0xFF)),
        confidence_bps=draw(st.integers(0, 10_000)),
        expires_day=draw(days),
        holder_reference=draw(st.text(st.characters(codec="utf-8"), max_size=48)),
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    categories = draw(st.sets(st.sampled_from(Category), min_size=1))
    return Record(items=tuple(draw(items(category)) for category in sorted(categories)))


@given(records())
def test_frame__any_record__is_read_back(record: Record) -> None:
    frame = frame_record(record)
    assert len(frame) == FRAME_SIZE
    assert open_frame(frame) == record


@given(records(), st.data())
def test_frame__any_changed_byte__is_refused_or_another_record(record: Record, data: st.DataObject) -> None:
    frame = bytearray(frame_record(record))
    position = data.draw(st.integers(0, FRAME_SIZE - 1))
    frame[position] ^= data.draw(st.integers(1, 255))
    try:
        other = open_frame(bytes(frame))
    except RecordRefused:
        return
    assert other != record
    assert frame_record(other) == bytes(frame)


@given(st.binary(max_size=200))
def test_decode__any_bytes__are_refused_or_their_own_only_spelling(content: bytes) -> None:
    try:
        record = decode_record(content)
    except RecordRefused:
        return
    assert encode_record(record) == content
