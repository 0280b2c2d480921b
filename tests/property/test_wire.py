"""Hostile bytes: whatever a member sends, what comes back is one of our refusals and nothing else."""

import base64
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage.recorded import DOMAIN, RECORDS, Reader

from oracle.domain.errors import Refused
from oracle.domain.messages import MessageType
from oracle.peer import cbor
from oracle.peer.bodies.anchor_proofs import decode_anchor_proofs
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.elements import pack_elements, unpack_elements
from oracle.peer.bodies.envelope import decode_envelope
from oracle.peer.bodies.recall import decode_recall
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.bodies.refusal import decode_refusal
from oracle.peer.bodies.reply import decode_reply
from oracle.peer.bodies.voucher_state import decode_voucher_state, decode_voucher_state_request
from oracle.peer.endpoints import parse_endpoint
from oracle.peer.errors import CborRefused
from oracle.peer.frames import LARGEST_FRAME, frame, size_class_for, unframe
from oracle.peer.paths import parse_batch_id
from oracle.peer.reachable import ReachPolicy
from oracle.peer.sealed import open_message
from oracle.peer.statements import parse_receipt_statement, parse_reply_head, parse_request

DECODERS: dict[MessageType, Callable[[bytes], Any]] = {
    MessageType.QUERY_ENVELOPE: decode_envelope,
    MessageType.REPLY: decode_reply,
    MessageType.RECEIPT: lambda framed: decode_receipt(framed, count=2),
    MessageType.DISCLOSURES: decode_disclosures,
    MessageType.VOUCHER_STATE_REQUEST: decode_voucher_state_request,
    MessageType.VOUCHER_STATE: decode_voucher_state,
    MessageType.REFUSAL: decode_refusal,
    MessageType.ANCHOR_PROOFS: decode_anchor_proofs,
    MessageType.RECALL: decode_recall,
}

uints = st.integers(min_value=0, max_value=2**64 - 1)
values = st.recursive(
    uints | st.binary(max_size=80) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(uints, inner, max_size=5),
    max_leaves=12,
)
small_bodies = st.dictionaries(st.integers(min_value=0, max_value=5), values, max_size=6)
places = st.floats(min_value=0, max_value=1, exclude_max=True)


READERS = {1: Reader(1), 2: Reader(2)}


def mutated(data: bytes, place: float, change: int, how: str) -> bytes:
    at = int(place * len(data))
    match how:
        case "flip":
            return data[:at] + bytes([data[at] ^ change]) + data[at + 1 :]
        case "cut":
            return data[:at]
        case "repeat":
            return data[:at] + data[at:] * 2
        case _:
            return data[:at] + bytes([change]) + data[at:]


mutations = st.tuples(
    places, st.integers(min_value=1, max_value=255), st.sampled_from(["flip", "cut", "repeat", "add"])
)


@given(values)
def test_cbor__of_any_allowed_value__comes_back_the_same(value: Any) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(st.binary(max_size=200))
def test_cbor__of_any_bytes__is_canonical_or_refused(data: bytes) -> None:
    try:
        value: Any = cbor.decode(data)
    except CborRefused:
        return
    assert cbor.encode(value) == data


@given(values, mutations)
def test_cbor__with_one_byte_wrong__is_another_value_or_refused(
    value: Any, mutation: tuple[float, int, str]
) -> None:
    data = mutated(cbor.encode(value), *mutation)
    try:
        decoded: Any = cbor.decode(data)
    except CborRefused:
        return
    assert cbor.encode(decoded) == data


@given(st.binary(max_size=5000), st.integers(min_value=0, max_value=70_000))
def test_frame__of_any_content__comes_back_from_its_class(content: bytes, at_least: int) -> None:
    framed = frame(content, at_least=at_least)

    assert unframe(framed) == content
    assert at_least <= len(framed) <= LARGEST_FRAME
    assert len(framed) >= size_class_for(len(content))


@pytest.mark.parametrize("kind", MessageType)
@given(body=small_bodies)
def test_body__of_any_fields__is_read_or_refused(kind: MessageType, body: Any) -> None:
    with suppress(Refused):
        DECODERS[kind](frame(cbor.encode(body)))


@pytest.mark.parametrize("kind", MessageType)
@given(mutation=mutations)
def test_body__honest_with_one_byte_wrong__is_read_or_refused(
    kind: MessageType, mutation: tuple[float, int, str]
) -> None:
    content = mutated(bytes.fromhex(RECORDS[kind]["content"]), *mutation)

    with suppress(Refused):
        DECODERS[kind](frame(content, at_least=RECORDS[kind]["frameSize"]))


@pytest.mark.parametrize("parse", [parse_request, parse_reply_head, parse_receipt_statement])
@given(
    data=st.binary(min_size=216, max_size=216)
    | st.binary(min_size=230, max_size=230)
    | st.binary(max_size=300)
)
def test_statement__of_any_bytes__is_read_or_refused(parse: Callable[[bytes], Any], data: bytes) -> None:
    with suppress(Refused):
        parse(data)


@given(st.binary(max_size=200))
def test_elements__of_any_bytes__pack_to_the_same_or_are_refused(data: bytes) -> None:
    try:
        elements = unpack_elements(data)
    except Refused:
        return
    assert pack_elements(elements) == data


@pytest.mark.parametrize("kind", MessageType)
@settings(max_examples=150)
@given(mutation=mutations)
def test_message__with_one_byte_wrong__is_refused(
    kind: MessageType, mutation: tuple[float, int, str]
) -> None:
    record = RECORDS[kind]
    reader = READERS[record["recipient"]]
    raw = mutated(base64.b64decode(record["message"]), *mutation)

    with pytest.raises(Refused):
        open_message(raw, reader, reader, DOMAIN)


@given(st.binary(max_size=6000))
def test_message__of_any_bytes__is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        open_message(raw, READERS[1], READERS[1], DOMAIN)


@given(st.text() | st.text().map("https://".__add__))
def test_endpoint__of_any_text__is_a_clean_origin_or_refused(text: str) -> None:
    try:
        endpoint = parse_endpoint(text, ReachPolicy(private=True))
    except Refused:
        return
    assert parse_endpoint(endpoint.origin, ReachPolicy(private=True)) == endpoint


@given(st.text(max_size=70))
def test_batch_id__of_any_text__is_32_bytes_or_refused(text: str) -> None:
    try:
        batch_id = parse_batch_id(text)
    except Refused:
        return
    assert batch_id.hex() == text
