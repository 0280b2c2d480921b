"""Statements: fixed widths in the order of the struct, and nothing else is read as one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from oracle.domain.messages import MessageType
from oracle.domain.settlement import Signed
from oracle.peer.errors import StatementFieldWrong, StatementLengthWrong, WireBroken
from oracle.peer.statements import (
    RECEIPT_SIZE,
    REPLY_HEAD_SIZE,
    REQUEST_SIZE,
    encode_receipt_statement,
    encode_reply_head,
    encode_request,
    parse_receipt_statement,
    parse_reply_head,
    parse_request,
)

KINDS = (MessageType.QUERY_ENVELOPE, MessageType.REPLY, MessageType.RECEIPT)
PARSERS: dict[MessageType, Callable[[bytes], Any]] = {
    MessageType.QUERY_ENVELOPE: parse_request,
    MessageType.REPLY: parse_reply_head,
    MessageType.RECEIPT: parse_receipt_statement,
}
ENCODERS: dict[MessageType, Callable[[Any], bytes]] = {
    MessageType.QUERY_ENVELOPE: encode_request,
    MessageType.REPLY: encode_reply_head,
    MessageType.RECEIPT: encode_receipt_statement,
}
OFFSETS_OF_WRONG_BYTES = [
    (MessageType.QUERY_ENVELOPE, 0, b"\x00"),  # mode
    (MessageType.QUERY_ENVELOPE, 0, b"\x03"),
    (MessageType.QUERY_ENVELOPE, 1, bytes(8)),  # requester
    (MessageType.QUERY_ENVELOPE, 57, bytes(4)),  # count
    (MessageType.QUERY_ENVELOPE, 57, (1001).to_bytes(4)),
    (MessageType.QUERY_ENVELOPE, 118, b"\x01"),  # reference block of a committed request
    (MessageType.QUERY_ENVELOPE, 150, b"\x01"),  # and its hash
    (MessageType.REPLY, 32, bytes(8)),  # holder
    (MessageType.REPLY, 120, b"\x21"),  # bits
    (MessageType.REPLY, 121, bytes(4)),  # OPRF key version
    (MessageType.RECEIPT, 32, bytes(8)),  # holder
    (MessageType.RECEIPT, 40, b"\x00"),  # outcome
    (MessageType.RECEIPT, 40, b"\x03"),
    (MessageType.RECEIPT, 40, b"\x02"),  # refused without a reason
    (MessageType.RECEIPT, 41, b"\x00\x60"),  # accepted with a reason
]


def test_statements__of_version_1__have_the_published_sizes() -> None:
    assert (REQUEST_SIZE, REPLY_HEAD_SIZE, RECEIPT_SIZE) == (151 + 65, 165 + 65, 75 + 65)


@pytest.mark.parametrize("kind", KINDS)
def test_statement__of_each_kind__reads_back_as_it_was_written(world: Any, kind: MessageType) -> None:
    part = world.parts[kind]

    assert PARSERS[kind](part.statement) == part.value[0]


def test_request__encoded__is_its_fields_big_endian_in_struct_order(world: Any) -> None:
    signed = world.parts[MessageType.QUERY_ENVELOPE].value[0]
    request = signed.value

    assert encode_request(signed) == b"".join(
        (
            b"\x01",
            (1).to_bytes(8),
            request.nonce.to_bytes(16),
            request.elements_hash,
            (2).to_bytes(4),
            (3).to_bytes(2),
            request.case_commitment,
            request.issued_at.to_bytes(8),
            request.deadline.to_bytes(8),
            bytes(8),
            bytes(32),
            signed.signature,
        )
    )


@pytest.mark.parametrize("kind", KINDS)
def test_statement__of_another_length__is_refused(world: Any, kind: MessageType) -> None:
    data = world.parts[kind].statement

    for wrong in (b"", data[:-1], data + b"\0"):
        with pytest.raises(StatementLengthWrong):
            PARSERS[kind](wrong)


@pytest.mark.parametrize(("kind", "offset", "wrong"), OFFSETS_OF_WRONG_BYTES)
def test_statement__with_a_field_out_of_bounds__is_refused(
    world: Any, kind: MessageType, offset: int, wrong: bytes
) -> None:
    data = world.parts[kind].statement
    damaged = data[:offset] + wrong + data[offset + len(wrong) :]
    assert damaged != data

    with pytest.raises(StatementFieldWrong):
        PARSERS[kind](damaged)


@pytest.mark.parametrize(
    ("kind", "field", "wrong"),
    [
        (MessageType.QUERY_ENVELOPE, "nonce", 2**128),
        (MessageType.QUERY_ENVELOPE, "purpose", 2**16),
        (MessageType.QUERY_ENVELOPE, "elements_hash", bytes(31)),
        (MessageType.REPLY, "root", bytes(33)),
        (MessageType.RECEIPT, "reason", -1),
    ],
)
def test_statement__of_ours_that_does_not_fit__is_our_own_bug(
    world: Any, kind: MessageType, field: str, wrong: object
) -> None:
    signed = world.parts[kind].value[0]

    with pytest.raises(WireBroken):
        ENCODERS[kind](Signed(value=replace(signed.value, **{field: wrong}), signature=signed.signature))


@pytest.mark.parametrize("kind", KINDS)
def test_statement__of_ours_with_a_short_signature__is_our_own_bug(world: Any, kind: MessageType) -> None:
    signed = world.parts[kind].value[0]

    with pytest.raises(WireBroken):
        ENCODERS[kind](Signed(value=signed.value, signature=bytes(64)))
