"""Sealed messages: whole, for this member, from that sender, about this batch, or refused for one reason."""

from dataclasses import replace
from typing import Any

import pytest

from oracle.crypto.errors import SealBroken
from oracle.crypto.keccak import keccak256
from oracle.crypto.sealing import seal
from oracle.crypto.typed_data import digest
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId, KeyVersion, MemberId
from oracle.domain.messages import Header, MessageType, ReplyHead
from oracle.domain.settlement import Signed
from oracle.peer.errors import (
    BodyDigestWrong,
    HeaderSignatureWrong,
    MessageLengthWrong,
    MessageTypeUnknown,
    MessageVersionUnknown,
    NotForThisMember,
    SealingKeyUnknown,
    SenderKeyNotSeenYet,
    SenderUnknown,
    StatementLengthWrong,
    WireBroken,
)
from oracle.peer.frames import frame
from oracle.peer.headers import HEADER_SIZE, largest_message, pack_header, parse_header
from oracle.peer.sealed import INFO_PREFIX, open_message
from oracle.peer.statements import encode_reply_head

ENVELOPE, REPLY, RECEIPT = MessageType.QUERY_ENVELOPE, MessageType.REPLY, MessageType.RECEIPT


def opened(world: Any, raw: bytes, by: int) -> Any:
    return open_message(raw, world.member(by), world.registry, world.domain)


def sealed_by_hand(world: Any, kind: MessageType, header: Header, plaintext_tail: bytes) -> bytes:
    """What a member that ignores our code could send: any header, properly signed and sealed."""
    part = world.parts[kind]
    header_digest = digest(world.domain, header)
    signature = world.member(part.route.sender).signer.sign(header_digest)
    key = world.member(part.route.recipient).sealing.public
    return pack_header(header) + seal(key, signature + plaintext_tail, INFO_PREFIX + header_digest)


@pytest.mark.parametrize("kind", MessageType)
def test_message__of_each_kind__opens_for_its_recipient(world: Any, kind: MessageType) -> None:
    part = world.parts[kind]

    message = opened(world, world.seal(part), part.route.recipient)

    assert message.header.type is kind
    assert message.header.batch_id == part.route.batch_id
    assert message.header.body_digest == keccak256(part.frame)
    assert message.statement == part.statement
    assert message.frame == part.frame
    assert message.sender == part.route.sender
    assert message.operator == world.member(part.route.sender).signer.address


@pytest.mark.parametrize("kind", MessageType)
def test_message__shown__hides_what_was_sealed(world: Any, kind: MessageType) -> None:
    part = world.parts[kind]

    message = opened(world, world.seal(part), part.route.recipient)

    assert "frame" not in repr(message)
    assert "statement" not in repr(message)


@pytest.mark.parametrize("kind", MessageType)
def test_message__for_someone_else__is_refused(world: Any, kind: MessageType) -> None:
    raw = world.seal(world.parts[kind])

    with pytest.raises(NotForThisMember):
        opened(world, raw, 3)


@pytest.mark.parametrize("kind", MessageType)
def test_message__readdressed_to_someone_else__does_not_open(world: Any, kind: MessageType) -> None:
    raw = world.seal(world.parts[kind])
    header = replace(parse_header(raw), recipient=MemberId(3))

    with pytest.raises(SealBroken):
        opened(world, pack_header(header) + raw[HEADER_SIZE:], 3)


@pytest.mark.parametrize("kind", MessageType)
def test_message__sealed_to_another_members_key__does_not_open(world: Any, kind: MessageType) -> None:
    part = world.parts[kind]
    raw = world.seal(part, recipient_sealing_key=world.member(3).sealing.public)

    with pytest.raises(SealBroken):
        opened(world, raw, part.route.recipient)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"version": 2}, MessageVersionUnknown),
        ({"type": 0}, MessageTypeUnknown),
        ({"type": 10}, MessageTypeUnknown),
        ({"type": MessageType.DISCLOSURES}, MessageLengthWrong),
        ({"batch_id": BatchId(b"\x01" * 32)}, SealBroken),
        ({"sender": MemberId(0)}, SenderUnknown),
        ({"sender": MemberId(3)}, SealBroken),
        ({"sender": MemberId(99)}, SenderUnknown),
        ({"sender_key_version": KeyVersion(2)}, SenderKeyNotSeenYet),
        ({"sender_key_version": KeyVersion(0)}, SenderUnknown),
        ({"recipient": MemberId(3)}, NotForThisMember),
        ({"recipient_key_version": KeyVersion(2)}, SealingKeyUnknown),
        ({"body_digest": b"\x01" * 32}, SealBroken),
    ],
)
def test_header__with_one_field_changed__is_refused(
    world: Any, change: dict[str, Any], error: type[Refused]
) -> None:
    raw = world.seal(world.parts[REPLY])
    header = replace(parse_header(raw), **change)

    with pytest.raises(error):
        opened(world, pack_header(header) + raw[HEADER_SIZE:], 1)


@pytest.mark.parametrize("position", range(HEADER_SIZE))
def test_header__with_any_byte_changed__is_refused(world: Any, position: int) -> None:
    raw = bytearray(world.seal(world.parts[REPLY]))
    raw[position] ^= 1

    with pytest.raises(Refused):
        opened(world, bytes(raw), 1)


def test_message__type_changed_to_one_of_equal_length__does_not_open(world: Any) -> None:
    part = world.parts[MessageType.VOUCHER_STATE]
    raw = bytearray(world.seal(part))
    raw[1] = MessageType.REFUSAL

    with pytest.raises(SealBroken):
        opened(world, bytes(raw), 1)


@pytest.mark.parametrize("position", [HEADER_SIZE, HEADER_SIZE + 31, HEADER_SIZE + 32, 2000, -1])
def test_seal__with_any_byte_changed__is_refused(world: Any, position: int) -> None:
    raw = bytearray(world.seal(world.parts[REPLY]))
    raw[position] ^= 1

    with pytest.raises(SealBroken):
        opened(world, bytes(raw), 1)


def test_message__with_the_seal_of_another__does_not_open(world: Any) -> None:
    reply = world.seal(world.parts[REPLY])
    other = world.seal(world.parts[REPLY], frame=frame(b"\x00"), statement=_head_over(world, frame(b"\x00")))

    with pytest.raises(SealBroken):
        opened(world, reply[:HEADER_SIZE] + other[HEADER_SIZE:], 1)


def _head_over(world: Any, framed: bytes) -> bytes:
    head: ReplyHead = world.parts[REPLY].value[0].value
    named = replace(head, body_digest=keccak256(framed))
    return encode_reply_head(Signed(value=named, signature=bytes(65)))


@pytest.mark.parametrize("size", [0, 1, HEADER_SIZE, 4300, 17 * 1024 * 1024])
def test_message__of_a_length_no_message_has__is_refused(world: Any, size: int) -> None:
    with pytest.raises(MessageLengthWrong):
        opened(world, bytes(size), 1)


@pytest.mark.parametrize("kind", MessageType)
def test_message__cut_or_lengthened_by_a_byte__is_refused(world: Any, kind: MessageType) -> None:
    part = world.parts[kind]
    raw = world.seal(part)

    for wrong in (raw[:-1], raw + b"\0"):
        with pytest.raises(MessageLengthWrong):
            opened(world, wrong, part.route.recipient)


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (MessageType.QUERY_ENVELOPE, 64),
        (MessageType.REPLY, 16384),
        (MessageType.RECEIPT, 1024),
        (MessageType.VOUCHER_STATE_REQUEST, 4),
        (MessageType.REFUSAL, 4),
        (MessageType.ANCHOR_PROOFS, 1024),
        (MessageType.RECALL, 64),
    ],
)
def test_message__of_each_kind__has_a_greatest_length(world: Any, kind: MessageType, size: int) -> None:
    raw = world.seal(world.parts[kind])
    most = largest_message(kind)
    assert size * 1024 < most < size * 1024 + 512

    with pytest.raises(MessageLengthWrong):
        parse_header(raw[:HEADER_SIZE] + bytes(4 * size * 1024 + most - size * 1024 - HEADER_SIZE))


def test_message__whose_frame_is_not_the_one_in_the_header__is_refused(world: Any) -> None:
    part = world.parts[MessageType.REFUSAL]
    header = parse_header(world.seal(part))

    with pytest.raises(BodyDigestWrong):
        opened(world, sealed_by_hand(world, part.kind, header, bytes(2) + frame(b"\x00")), 1)


def test_message__signed_by_another_members_key__is_refused(world: Any) -> None:
    raw = world.seal(world.parts[REPLY], signer=world.member(3).signer)

    with pytest.raises(HeaderSignatureWrong):
        opened(world, raw, 1)


class Scribble:
    """Signs nothing: its bytes are no signature at all, or a second form of one."""

    def __init__(self, signature: bytes) -> None:
        self._signature = signature

    def sign(self, digest: bytes) -> bytes:  # noqa: ARG002 - the digest is what it ignores
        return self._signature


@pytest.mark.parametrize("signature", [bytes(65), b"\xff" * 65, bytes(64) + b"\x1b", b"\x01" * 64 + b"\x00"])
def test_message__with_bytes_that_are_no_signature__is_refused(world: Any, signature: bytes) -> None:
    raw = world.seal(world.parts[REPLY], signer=Scribble(signature))

    with pytest.raises(HeaderSignatureWrong):
        opened(world, raw, 1)


@pytest.mark.parametrize("kind", MessageType)
def test_message__with_a_statement_of_another_length__is_refused(world: Any, kind: MessageType) -> None:
    part = world.parts[kind]
    header = parse_header(world.seal(part))
    length = len(part.statement)
    tail = part.statement + part.frame

    # The seal is as long as the type wants; only what is said about the statement differs.
    raw = sealed_by_hand(world, kind, header, (length + 1).to_bytes(2) + tail)
    with pytest.raises(StatementLengthWrong):
        opened(world, raw, part.route.recipient)


@pytest.mark.parametrize(
    "damage",
    [{"statement": b"x"}, {"frame": bytes(100)}, {"frame": frame(bytes(5000))}, {"sender": MemberId(0)}],
)
def test_seal_message__that_no_member_would_accept__is_our_own_bug(
    world: Any, damage: dict[str, Any]
) -> None:
    with pytest.raises(WireBroken):
        world.seal(world.parts[MessageType.REFUSAL], **damage)
