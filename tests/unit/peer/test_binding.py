"""A signed statement inside a message must say the same as its header: batch, parties, body."""

from dataclasses import replace
from typing import Any

import pytest

from oracle.crypto.typed_data import digest
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType, Mode, Outcome, Receipt, ReplyHead, Request
from oracle.domain.settlement import Signed
from oracle.peer.errors import StatementFieldWrong, StatementNotBound
from oracle.peer.sealed import open_message
from oracle.peer.statements import encode_receipt_statement, encode_reply_head, encode_request

ENVELOPE, REPLY, RECEIPT = MessageType.QUERY_ENVELOPE, MessageType.REPLY, MessageType.RECEIPT


def opened(world: Any, raw: bytes, by: int) -> Any:
    return open_message(raw, world.member(by), world.registry, world.domain)


def test_envelope__whose_request_makes_another_batch__is_refused(world: Any) -> None:
    part = world.parts[ENVELOPE]

    with pytest.raises(StatementNotBound):
        opened(world, world.seal(part, batch_id=BatchId(b"\x07" * 32)), 2)


def test_envelope__with_the_request_of_another_member__is_refused(world: Any) -> None:
    part = world.parts[ENVELOPE]
    signed = part.value[0]
    request: Request = replace(signed.value, requester=MemberId(3))
    raw = world.seal(
        part,
        statement=encode_request(Signed(value=request, signature=signed.signature)),
        batch_id=BatchId(digest(world.domain, request)),
    )

    with pytest.raises(StatementNotBound):
        opened(world, raw, 2)


def test_envelope__whose_request_is_in_no_form__is_refused(world: Any) -> None:
    part = world.parts[ENVELOPE]
    assert Mode(part.statement[0]) is Mode.COMMITTED

    with pytest.raises(StatementFieldWrong):
        opened(world, world.seal(part, statement=b"\x09" + part.statement[1:]), 2)


@pytest.mark.parametrize(
    "change",
    [
        {"batch_id": BatchId(b"\x07" * 32)},
        {"holder": MemberId(3)},
        {"body_digest": b"\x07" * 32},
    ],
)
def test_reply__whose_head_is_about_something_else__is_refused(world: Any, change: dict[str, Any]) -> None:
    part = world.parts[REPLY]
    head: ReplyHead = replace(part.value[0].value, **change)
    statement = encode_reply_head(Signed(value=head, signature=part.value[0].signature))

    with pytest.raises(StatementNotBound):
        opened(world, world.seal(part, statement=statement), 1)


@pytest.mark.parametrize(
    "change",
    [
        {"batch_id": BatchId(b"\x07" * 32)},
        {"holder": MemberId(3)},
        {"body_digest": b"\x07" * 32},
    ],
)
def test_receipt__that_is_about_something_else__is_refused(world: Any, change: dict[str, Any]) -> None:
    part = world.parts[RECEIPT]
    receipt: Receipt = replace(part.value[0].value, **change)
    assert receipt.outcome is Outcome.ACCEPTED
    statement = encode_receipt_statement(Signed(value=receipt, signature=part.value[0].signature))

    with pytest.raises(StatementNotBound):
        opened(world, world.seal(part, statement=statement), 2)


def test_reply__moved_to_another_batch_by_its_sender__is_refused(world: Any) -> None:
    with pytest.raises(StatementNotBound):
        opened(world, world.seal(world.parts[REPLY], batch_id=BatchId(b"\x07" * 32)), 1)
