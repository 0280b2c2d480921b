"""Bodies: what one member encodes another reads back, and every field is checked."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from oracle.domain.errors import Refused
from oracle.domain.messages import MessageType
from oracle.domain.query import Element
from oracle.peer import cbor
from oracle.peer.bodies.anchor_proofs import decode_anchor_proofs
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.elements import elements_hash, pack_elements, unpack_elements
from oracle.peer.bodies.envelope import decode_envelope
from oracle.peer.bodies.recall import decode_recall
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.bodies.refusal import decode_refusal, encode_refusal
from oracle.peer.bodies.reply import decode_reply, encode_reply
from oracle.peer.bodies.voucher_state import decode_voucher_state, decode_voucher_state_request
from oracle.peer.errors import (
    BodyFieldBounds,
    BodyFieldMissing,
    BodyFieldType,
    BodyFieldUnknown,
    WireBroken,
)
from oracle.peer.frames import frame, unframe

KINDS = MessageType
DECODERS: dict[MessageType, Callable[[bytes], Any]] = {
    KINDS.QUERY_ENVELOPE: decode_envelope,
    KINDS.REPLY: decode_reply,
    KINDS.RECEIPT: lambda framed: decode_receipt(framed, count=2),
    KINDS.DISCLOSURES: decode_disclosures,
    KINDS.VOUCHER_STATE_REQUEST: decode_voucher_state_request,
    KINDS.VOUCHER_STATE: decode_voucher_state,
    KINDS.ANCHOR_PROOFS: decode_anchor_proofs,
    KINDS.RECALL: decode_recall,
    KINDS.REFUSAL: decode_refusal,
}
TOO_MANY_BITS = 33
PART = bytes(32)
SIGNED = bytes(65)
VOUCHER = [1, 2, 3, 4, 5, 1, 1]
SERVED = [0, 1, 0, bytes(1024), bytes(16), PART, [[1, SIGNED]]]

# What replaces one field of an honest body, where, and how it is refused.
DAMAGE: list[tuple[MessageType, int, object, type[Refused]]] = [
    (KINDS.QUERY_ENVELOPE, 1, b"", BodyFieldBounds),
    (KINDS.QUERY_ENVELOPE, 1, bytes(36), BodyFieldBounds),
    (KINDS.QUERY_ENVELOPE, 1, bytes(37 * 1001), BodyFieldBounds),
    (KINDS.QUERY_ENVELOPE, 1, "text", BodyFieldType),
    (KINDS.QUERY_ENVELOPE, 1, PART + bytes([TOO_MANY_BITS]) + bytes(4), BodyFieldBounds),
    (KINDS.QUERY_ENVELOPE, 1, PART + bytes([3, 0, 0, 0, 8]), BodyFieldBounds),
    (KINDS.REPLY, 0, bytes(15), BodyFieldBounds),
    (KINDS.REPLY, 1, bytes(63), BodyFieldBounds),
    (KINDS.REPLY, 2, [], BodyFieldBounds),
    (KINDS.REPLY, 2, {}, BodyFieldType),
    (KINDS.REPLY, 2, [[PART, [[b"", PART]]]], BodyFieldBounds),
    (KINDS.REPLY, 2, [[bytes(33), [[b"", PART]], b""]], BodyFieldBounds),
    (KINDS.REPLY, 2, [[PART, [], b""]], BodyFieldBounds),
    (KINDS.REPLY, 2, [[PART, [[bytes(15), PART]], b""]], BodyFieldBounds),
    (KINDS.REPLY, 2, [[PART, [[b"", bytes(31)]], b""]], BodyFieldBounds),
    (KINDS.REPLY, 2, [[PART, [[b"", PART]], bytes(31)]], BodyFieldBounds),
    (KINDS.REPLY, 2, [[PART, [[b"", PART]], bytes(33 * 32)]], BodyFieldBounds),
    (KINDS.REPLY, 2, [[PART, [[b"", PART]], b""]] * 1001, BodyFieldBounds),
    (KINDS.RECEIPT, 1, [[2, b"s", PART, SIGNED]], BodyFieldBounds),
    (KINDS.RECEIPT, 1, [[0, bytes(301), PART, SIGNED]], BodyFieldBounds),
    (KINDS.RECEIPT, 1, [[0, b"s", bytes(31), SIGNED]], BodyFieldBounds),
    (KINDS.RECEIPT, 1, [[0, b"s", PART, bytes(64)]], BodyFieldBounds),
    (KINDS.RECEIPT, 1, [[0, b"s", PART, SIGNED]] * 2, BodyFieldBounds),
    (KINDS.RECEIPT, 1, [[1, b"s", PART, SIGNED], [0, b"s", PART, SIGNED]], BodyFieldBounds),
    (KINDS.RECEIPT, 2, [], BodyFieldBounds),
    (KINDS.RECEIPT, 2, VOUCHER[:6], BodyFieldBounds),
    (KINDS.RECEIPT, 2, [0, *VOUCHER[1:]], BodyFieldBounds),
    (KINDS.RECEIPT, 2, [*VOUCHER[:5], 2**32, 1], BodyFieldBounds),
    (KINDS.RECEIPT, 2, [*VOUCHER[:6], b""], BodyFieldType),
    (KINDS.RECEIPT, 3, b"", BodyFieldBounds),
    (KINDS.RECEIPT, 3, bytes(64), BodyFieldBounds),
    (KINDS.DISCLOSURES, 1, 3, BodyFieldBounds),
    (KINDS.DISCLOSURES, 1, 2, BodyFieldBounds),
    (KINDS.DISCLOSURES, 2, 1, BodyFieldBounds),
    (KINDS.DISCLOSURES, 2, 2**16, BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [SERVED[:6]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [SERVED, SERVED], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[1000, *SERVED[1:]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[0, 4, *SERVED[2:]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[0, 1, 5, *SERVED[3:]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[0, 3, 0, b"", b"", b"", []]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[0, 2, *SERVED[2:]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[0, 1, 0, bytes(1023), *SERVED[4:]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[*SERVED[:4], bytes(15), *SERVED[5:]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[*SERVED[:5], b"", SERVED[6]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[*SERVED[:5], bytes(31), SERVED[6]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[*SERVED[:6], []]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[*SERVED[:6], [[1, SIGNED], [1, SIGNED]]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 3, [[*SERVED[:6], [[0, SIGNED]]]], BodyFieldBounds),
    (KINDS.DISCLOSURES, 4, [1, 2], BodyFieldBounds),
    (KINDS.VOUCHER_STATE_REQUEST, 1, bytes(15), BodyFieldBounds),
    (KINDS.VOUCHER_STATE, 1, bytes(17), BodyFieldBounds),
    (KINDS.VOUCHER_STATE, 2, [], BodyFieldBounds),
    (KINDS.VOUCHER_STATE, 4, [1, 2, "3"], BodyFieldType),
    (KINDS.REFUSAL, 1, 0, BodyFieldBounds),
    (KINDS.REFUSAL, 1, b"1", BodyFieldType),
    (KINDS.REFUSAL, 2, "x" * 201, BodyFieldBounds),
    (KINDS.REFUSAL, 2, b"x", BodyFieldType),
    (KINDS.RECALL, 1, 0, BodyFieldBounds),
    (KINDS.RECALL, 1, 3, BodyFieldBounds),
    (KINDS.RECALL, 2, [], BodyFieldBounds),
    (KINDS.RECALL, 2, [[PART, 0, PART]] * 501, BodyFieldBounds),
    (KINDS.RECALL, 2, [[PART, 1000, PART]], BodyFieldBounds),
    (KINDS.RECALL, 2, [[PART, 0, bytes(31)]], BodyFieldBounds),
    (KINDS.RECALL, 2, [[PART, 0]], BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 1, bytes(31), BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 2, 0, BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 3, 2**63, BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 4, [], BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 4, [[PART, 0, []]] * 501, BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 4, [[bytes(31), 0, []]], BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 4, [[PART, 2**32, []]], BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 4, [[PART, 0, [[PART, 1]] * 33]], BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 4, [[PART, 0, [[PART]]]], BodyFieldBounds),
    (KINDS.ANCHOR_PROOFS, 4, [[PART, 0, [[PART, b"1"]]]], BodyFieldType),
]


def fields_of(framed: bytes) -> Any:
    return cbor.decode(unframe(framed))


@pytest.mark.parametrize("kind", MessageType)
def test_body__of_each_kind__reads_back_as_it_was_written(world: Any, kind: MessageType) -> None:
    part = world.parts[kind]
    written = part.value[1] if part.statement else part.value

    assert DECODERS[kind](part.frame) == written


@pytest.mark.parametrize("kind", MessageType)
def test_body__with_a_field_too_many_or_too_few__is_refused(world: Any, kind: MessageType) -> None:
    fields = fields_of(world.parts[kind].frame)
    size = len(world.parts[kind].frame)

    for key in fields:
        fewer = {other: value for other, value in fields.items() if other != key}
        with pytest.raises(BodyFieldMissing):
            DECODERS[kind](frame(cbor.encode(fewer), at_least=size))
    with pytest.raises(BodyFieldUnknown):
        DECODERS[kind](frame(cbor.encode({**fields, 9: 0}), at_least=size))


@pytest.mark.parametrize("kind", MessageType)
@pytest.mark.parametrize("content", [[], 0, b"", "text"])
def test_body__that_is_no_map__is_refused(kind: MessageType, content: cbor.Encodable) -> None:
    with pytest.raises(BodyFieldType):
        DECODERS[kind](frame(cbor.encode(content)))


@pytest.mark.parametrize(("kind", "key", "value", "error"), DAMAGE)
def test_body__with_one_wrong_field__is_refused(
    world: Any, kind: MessageType, key: int, value: Any, error: type[Refused]
) -> None:
    part = world.parts[kind]
    fields = fields_of(part.frame)
    assert fields[key] != value

    with pytest.raises(error):
        DECODERS[kind](frame(cbor.encode({**fields, key: value}), at_least=len(part.frame)))


def test_elements__packed__are_37_bytes_each_in_order() -> None:
    element = Element(blinded=b"\xab" * 32, prefix_bits=17, prefix=0x1_0203)

    packed = pack_elements([element, element])

    assert packed.hex() == ("ab" * 32 + "11" + "00010203") * 2
    assert unpack_elements(packed) == (element, element)


def test_elements_hash__of_the_empty_string__is_keccak256() -> None:
    assert elements_hash(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_elements__with_a_32_bit_prefix__are_accepted() -> None:
    element = Element(blinded=bytes(32), prefix_bits=32, prefix=0xFFFF_FFFF)

    assert unpack_elements(pack_elements([element])) == (element,)


def test_reply__with_fewer_cuts_than_evaluations__is_our_own_bug(world: Any) -> None:
    body = world.parts[MessageType.REPLY].value[1]

    with pytest.raises(WireBroken):
        encode_reply(replace(body, cuts=body.cuts[:1]), salt=bytes(16))


def test_refusal__with_a_long_detail__is_cut_to_what_fits(world: Any) -> None:
    refusal = replace(world.parts[MessageType.REFUSAL].value, detail="x" * 300)

    assert decode_refusal(encode_refusal(refusal, salt=bytes(16))).detail == "x" * 200


def test_refusal__with_a_reason_of_a_later_list__keeps_its_number(world: Any) -> None:
    refusal = replace(world.parts[MessageType.REFUSAL].value, reason=40_000)

    assert decode_refusal(encode_refusal(refusal, salt=bytes(16))).reason == 40_000
