"""What one peer can cost: bytes, places, time. Nothing it sends makes the server fail."""

import asyncio
from typing import Any

import pytest

from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.peer.errors import PeerBusy, PeerRefused
from oracle.peer.headers import largest_message

SERVER, ALICE, BOB = MemberId(1), MemberId(2), MemberId(3)
BATCH = BatchId(b"\xab" * 32)
GET = b"GET /peer/v1/envelopes/" + b"ab" * 32 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
BARE_POST = b"POST /peer/v1/receipts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
POST = BARE_POST + b"Content-Type: application/octet-stream\r\n"


class Gate:
    """A handler that waits until it is let go, and says when somebody stands before it."""

    def __init__(self) -> None:
        self.reached = asyncio.Semaphore(0)
        self.opened = asyncio.Event()

    async def __call__(self, _said: Any, _peer: MemberId) -> bytes:
        self.reached.release()
        await self.opened.wait()
        return b"through"


async def test_peer__with_too_many_requests__waits_while_others_are_served(house: Any) -> None:
    gate = Gate()
    house.handlers.envelope_answer = gate
    await house.open(concurrent_per_peer=2, waiting_per_peer=0, retry_after_s=3)
    alice, bob = house.client(ALICE), house.client(BOB)
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(alice.fetch_envelope(SERVER, BATCH)) for _ in range(2)]
        for _ in running:
            await gate.reached.acquire()

        with pytest.raises(PeerBusy) as busy:
            await alice.fetch_envelope(SERVER, BATCH)
        running.append(group.create_task(bob.fetch_envelope(SERVER, BATCH)))
        await gate.reached.acquire()
        gate.opened.set()

    assert busy.value.retry_after_s == 3
    assert [task.result() for task in running] == [b"through"] * 3
    assert await house.client(ALICE).fetch_envelope(SERVER, BATCH) == b"through"


async def test_peers__together_with_too_many_requests__wait(house: Any) -> None:
    gate = Gate()
    house.handlers.envelope_answer = gate
    await house.open(concurrent=1, waiting=0, retry_after_s=5)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(house.client(ALICE).fetch_envelope(SERVER, BATCH))
        await gate.reached.acquire()

        with pytest.raises(PeerBusy) as busy:
            await house.client(BOB).fetch_envelope(SERVER, BATCH)
        gate.opened.set()

    assert busy.value.retry_after_s == 5
    assert running.result() == b"through"


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (MessageType.REPLY, "deliver_reply"),
        (MessageType.RECEIPT, "send_receipt"),
        (MessageType.VOUCHER_STATE_REQUEST, "voucher_state"),
        (MessageType.QUERY_ENVELOPE, "ask_express"),
        (MessageType.ANCHOR_PROOFS, "prove_anchor"),
        (MessageType.RECALL, "recall"),
    ],
)
async def test_body__longer_than_any_message_of_its_path__is_refused(
    house: Any, kind: MessageType, call: str
) -> None:
    await house.open()

    with pytest.raises(PeerRefused) as refused:
        await getattr(house.client(ALICE), call)(SERVER, bytes(largest_message(kind) + 1))

    assert (refused.value.status, refused.value.peer_code) == (413, "body_too_large")
    assert house.handlers.seen == []


async def test_body__of_unsaid_length__is_refused_when_it_gets_too_long(house: Any) -> None:
    await house.open()
    reader, writer = await house.raw(ALICE)
    writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n")

    start = b"\1" + bytes([MessageType.RECEIPT]) + bytes(32) + ALICE.to_bytes(8) + bytes(48)
    writer.write(b"5a\r\n" + start + b"\r\n")
    chunk = b"100000\r\n" + bytes(0x100000) + b"\r\n"
    writer.write(chunk * 2)

    assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    assert house.handlers.seen == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "message_length_wrong"),
        (b"\x01" * 4301, 400, "message_length_wrong"),
        (b"\x02" * 4441, 400, "message_version_unknown"),
        (b"\x01\x63" * 2220 + b"\x01", 400, "message_type_unknown"),
    ],
)
async def test_body__that_is_no_message__is_refused_with_its_reason(
    house: Any, body: bytes, status: int, code: str
) -> None:
    await house.open()

    with pytest.raises(PeerRefused) as refused:
        await house.client(ALICE).send_receipt(SERVER, body)

    assert (refused.value.status, refused.value.peer_code) == (status, code)
    assert house.handlers.seen == []


async def test_message__on_the_path_of_another__is_refused(house: Any, world: Any) -> None:
    await house.open()
    reply = world.seal(world.parts[MessageType.REPLY])

    with pytest.raises(PeerRefused) as refused:
        await house.client(ALICE).send_receipt(SERVER, reply)

    assert (refused.value.status, refused.value.peer_code) == (400, "message_type_unexpected")
    assert house.handlers.seen == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /peer/v1/envelopes/" + b"AB" * 32 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        (b"GET /peer/v1/envelopes/ab HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        (b"GET /peer/v1/envelopes/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        (b"GET /peer/v1/envelopes/../../x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        (b"PUT /peer/v1/receipts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 405),
        (POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", 415),
        (
            BARE_POST + b"Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n",
            415,
        ),
        (POST + b"Content-Length: 999999999999\r\n\r\n", 413),
        (POST + b"Content-Length: -1\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
        (b"\x16\x03\x01\x00\x00 nonsense\r\n\r\n", 400),
        (b"GET " + b"/x" * 9000 + b" HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n", 400),
    ],
)
async def test_request__of_a_strange_form__gets_a_no_and_never_a_failure(
    house: Any, sent: bytes, status: int
) -> None:
    await house.open(linger_s=0.1)
    reader, writer = await house.raw(ALICE)

    writer.write(sent)

    assert (await reader.readline()).split()[1] == b"%d" % status
    assert house.handlers.seen == []


async def test_body__that_breaks_off__leaves_the_server_well(house: Any) -> None:
    await house.open()
    _, writer = await house.raw(ALICE)
    writer.write(POST + b"Content-Length: 4441\r\n\r\n\x01\x03")
    await writer.drain()
    writer.transport.abort()

    assert await house.client(ALICE).fetch_envelope(SERVER, BATCH) == b""
    assert [seen[0] for seen in house.handlers.seen] == ["envelope"]


async def test_body__that_comes_too_slowly__is_given_up(house: Any) -> None:
    await house.open(read_timeout_s=0.05, linger_s=0.05)
    reader, writer = await house.raw(ALICE)
    writer.write(POST + b"Content-Length: 4441\r\n\r\n\x01\x03")

    answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body_too_slow" in answer
    assert house.handlers.seen == []


@pytest.mark.parametrize("sent", [b"", b"GET /peer/v1/env"])
async def test_connection__that_never_completes_a_request__is_closed(house: Any, sent: bytes) -> None:
    await house.open(idle_timeout_s=0.05)
    reader, writer = await house.raw(ALICE)
    writer.write(sent)

    assert await reader.read() == b""


async def test_connection__that_never_shakes_hands__is_closed(house: Any) -> None:
    await house.open(handshake_timeout_s=0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)

    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_answer__that_is_not_read__costs_the_caller_its_connection(house: Any) -> None:
    async def large(_said: Any, _peer: MemberId) -> bytes:
        return bytes(largest_message(MessageType.DISCLOSURES))

    house.handlers.envelope_answer = large
    await house.open(write_timeout_s=0.05, least_bytes_per_s=2**40, waiting_per_peer=0, concurrent_per_peer=1)
    reader, writer = await house.raw(ALICE, limit=1024)
    writer.write(GET)
    await reader.readline()

    # The place is free again only because the answer was given up.
    house.handlers.envelope_answer = Gate()
    house.handlers.envelope_answer.opened.set()
    client = house.client(ALICE)
    while True:
        try:
            assert await client.fetch_envelope(SERVER, BATCH) == b"through"
            break
        except PeerBusy:
            await asyncio.sleep(0.01)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(largest_message(MessageType.DISCLOSURES))
