"""Server and client together over real TLS: each path carries its message, each no keeps its meaning."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from oracle.domain.errors import Broken, Refused, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.peer.errors import PeerBusy, PeerRefused, PeerUnknown, PeerUnreachable, UnknownBatch
from oracle.peer.headers import largest_message

SERVER, ALICE, BOB = MemberId(1), MemberId(2), MemberId(3)
BATCH = BatchId(b"\xab" * 32)
SENDER_FIELD = slice(34, 42)


class OverTheLimit(Refused):
    code = "over_the_limit"


class StillReading(Transient):
    code = "still_reading"


def answering(result: Any) -> Any:
    async def answer(_said: Any, _peer: MemberId) -> Any:
        if isinstance(result, Exception):
            raise result
        return result

    return answer


@pytest.fixture
def mail(world: Any) -> Callable[[MessageType], bytes]:
    """Messages that say they are from Alice; the server reads no further than the header."""

    def sealed(kind: MessageType) -> bytes:
        raw = bytearray(world.seal(world.parts[kind]))
        raw[SENDER_FIELD] = ALICE.to_bytes(8)
        return bytes(raw)

    return sealed


async def test_fetch_envelope__of_a_known_batch__carries_the_bytes_and_names_the_caller(house: Any) -> None:
    house.handlers.envelope_answer = answering(b"sealed envelope")
    await house.open()

    assert await house.client(ALICE).fetch_envelope(SERVER, BATCH) == b"sealed envelope"
    assert await house.client(BOB).fetch_envelope(SERVER, BATCH) == b"sealed envelope"
    assert house.handlers.seen == [("envelope", BATCH, ALICE), ("envelope", BATCH, BOB)]


@pytest.mark.parametrize("kind", [MessageType.REPLY, MessageType.REFUSAL])
async def test_deliver_reply__or_a_refusal__carries_the_message(
    house: Any, mail: Any, kind: MessageType
) -> None:
    await house.open()
    message = mail(kind)

    await house.client(ALICE).deliver_reply(SERVER, message)

    assert house.handlers.seen == [("reply", message, ALICE)]


async def test_send_receipt__answered__returns_the_disclosures(house: Any, mail: Any) -> None:
    house.handlers.receipt_answer = answering(b"sealed disclosures")
    await house.open()
    receipt = mail(MessageType.RECEIPT)

    assert await house.client(ALICE).send_receipt(SERVER, receipt) == b"sealed disclosures"
    assert house.handlers.seen == [("receipt", receipt, ALICE)]


async def test_voucher_state__answered__returns_the_state(house: Any, mail: Any) -> None:
    house.handlers.voucher_state_answer = answering(b"sealed state")
    await house.open()
    request = mail(MessageType.VOUCHER_STATE_REQUEST)

    assert await house.client(ALICE).voucher_state(SERVER, request) == b"sealed state"
    assert house.handlers.seen == [("voucher_state", request, ALICE)]


async def test_message__of_the_greatest_length__is_carried_both_ways(house: Any, mail: Any) -> None:
    disclosures = bytes(largest_message(MessageType.DISCLOSURES))
    house.handlers.receipt_answer = answering(disclosures)
    await house.open()
    receipt = mail(MessageType.RECEIPT).ljust(largest_message(MessageType.RECEIPT), b"\1")

    assert await house.client(ALICE).send_receipt(SERVER, receipt) == disclosures
    assert house.handlers.seen == [("receipt", receipt, ALICE)]


async def test_calls__one_after_another__share_one_connection(house: Any) -> None:
    house.handlers.envelope_answer = answering(b"sealed envelope")
    await house.open()
    connections = await house.relay()
    client = house.client(ALICE)

    for _ in range(3):
        await client.fetch_envelope(SERVER, BATCH)

    assert len(connections) == 1


async def test_calls__after_the_peer_moved__go_to_its_new_address(house: Any) -> None:
    house.handlers.envelope_answer = answering(b"sealed envelope")
    await house.open()
    client = house.client(ALICE)
    await client.fetch_envelope(SERVER, BATCH)
    connections = await house.relay()

    await client.fetch_envelope(SERVER, BATCH)

    assert len(connections) == 1


async def test_call__to_a_member_that_the_registry_does_not_know__is_refused(house: Any) -> None:
    with pytest.raises(PeerUnknown):
        await house.client(ALICE).fetch_envelope(MemberId(9), BATCH)


async def test_call__to_a_port_where_nobody_listens__is_transient(house: Any) -> None:
    await house.open()
    house.register(SERVER, 1)

    with pytest.raises(PeerUnreachable):
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (UnknownBatch("batch of 4006001234567890"), 404, "unknown_batch"),
        (OverTheLimit("limit of 4006001234567890"), 422, "over_the_limit"),
    ],
)
async def test_handler__that_refuses__answers_its_code_and_not_its_text(
    house: Any, raised: Refused, status: int, code: str
) -> None:
    house.handlers.envelope_answer = answering(raised)
    await house.open()
    reader, writer = await house.raw(ALICE)

    with pytest.raises(PeerRefused) as refused:
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)
    writer.write(
        b"GET /peer/v1/envelopes/" + b"ab" * 32 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    answer = await reader.read()

    assert (refused.value.status, refused.value.peer_code) == (status, code)
    assert b"application/problem+json" in answer
    assert b"4006001234567890" not in answer


async def test_handler__that_cannot_yet__asks_to_come_again(house: Any) -> None:
    house.handlers.envelope_answer = answering(StillReading("behind by 3 blocks"))
    await house.open(retry_after_s=17)

    with pytest.raises(PeerBusy) as busy:
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)
    assert busy.value.retry_after_s == 17


async def test_handler__that_is_broken__is_reported_here_and_says_nothing_there(house: Any) -> None:
    bug = Broken("the journal contradicts itself")
    house.handlers.envelope_answer = answering(bug)
    await house.open()

    with pytest.raises(PeerUnreachable):
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)
    assert house.broken == [bug]


async def test_handler__slower_than_its_limit__asks_to_come_again(house: Any) -> None:
    async def never(_said: Any, _peer: MemberId) -> Any:
        await asyncio.Event().wait()

    house.handlers.envelope_answer = never
    await house.open(handle_timeout_s=0.05)

    with pytest.raises(PeerBusy):
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)
