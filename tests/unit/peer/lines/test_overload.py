"""Who sends too much is told to wait, or dropped; everybody else is served meanwhile."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Header, MessageType
from oracle.peer.errors import PeerBusy, PeerRefused, UnknownBatch
from oracle.peer.limits import ServerLimits

SERVER, ALICE, BOB = MemberId(1), MemberId(2), MemberId(3)
BATCH = BatchId(b"\xab" * 32)
POST = b"POST /peer/v1/receipts HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"


class Turnstile:
    """A handler that lets one caller through at a time, and notes in which order they came to it."""

    def __init__(self) -> None:
        self.came: list[MemberId] = []
        self.reached = asyncio.Semaphore(0)
        self.opened = asyncio.Semaphore(0)

    async def __call__(self, _said: Any, peer: MemberId) -> bytes:
        self.came.append(peer)
        self.reached.release()
        await self.opened.acquire()
        return b"through"


async def _closed(reader: asyncio.StreamReader) -> bool:
    with suppress(ConnectionError):
        return await reader.read() == b""
    return True


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - the server has no event for what only a test waits for
            await asyncio.sleep(0.01)


async def test_flood__of_one_peer__waits_in_its_own_queue_and_another_is_next(house: Any) -> None:
    turnstile = Turnstile()
    house.handlers.envelope_answer = turnstile
    await house.open(concurrent=1, wait_timeout_s=60)
    flooder = house.client(ALICE, connections_per_peer=8)
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(flooder.fetch_envelope(SERVER, BATCH)) for _ in range(6)]
        await turnstile.reached.acquire()
        calls.append(group.create_task(house.client(BOB).fetch_envelope(SERVER, BATCH)))
        await _until(lambda: house.server.waiting == 6)
        for _ in calls:
            turnstile.opened.release()

    # One of Alice's ran, one of hers was next already when Bob came into the circle.
    assert BOB in turnstile.came[:3]
    assert sorted(turnstile.came) == [ALICE] * 6 + [BOB]


async def test_flood__longer_than_the_queue__is_told_to_wait(house: Any) -> None:
    turnstile = Turnstile()
    house.handlers.envelope_answer = turnstile
    await house.open(concurrent_per_peer=1, waiting_per_peer=1, wait_timeout_s=60)
    client = house.client(ALICE)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(client.fetch_envelope(SERVER, BATCH))
        await turnstile.reached.acquire()
        waiting = group.create_task(client.fetch_envelope(SERVER, BATCH))
        await _until(lambda: house.server.waiting == 1)

        with pytest.raises(PeerBusy) as busy:
            await client.fetch_envelope(SERVER, BATCH)
        turnstile.opened.release()
        turnstile.opened.release()

    assert busy.value.peer_code == "peer_too_busy"
    assert running.result() == waiting.result() == b"through"


async def test_request__whose_turn_does_not_come__is_told_to_wait(house: Any) -> None:
    turnstile = Turnstile()
    house.handlers.envelope_answer = turnstile
    await house.open(concurrent=1, wait_timeout_s=0.05)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(house.client(ALICE).fetch_envelope(SERVER, BATCH))
        await turnstile.reached.acquire()

        with pytest.raises(PeerBusy) as busy:
            await house.client(BOB).fetch_envelope(SERVER, BATCH)
        turnstile.opened.release()

    assert busy.value.peer_code == "server_too_busy"
    assert running.result() == b"through"


async def test_peer__faster_than_its_rate__is_told_to_wait_and_another_is_served(house: Any) -> None:
    await house.open(requests_per_s_per_peer=0.01 * 50, penalty_s=0.0)
    client = house.client(ALICE)
    await client.fetch_envelope(SERVER, BATCH)

    with pytest.raises(PeerBusy) as busy:
        await client.fetch_envelope(SERVER, BATCH)

    assert busy.value.peer_code == "peer_too_often"
    assert await house.client(BOB).fetch_envelope(SERVER, BATCH) == b""
    assert [seen[2] for seen in house.handlers.seen] == [ALICE, BOB]


async def test_body__with_more_bytes_than_there_is_room_for__is_not_read(house: Any, world: Any) -> None:
    receipt = world.seal(world.parts[MessageType.RECEIPT])
    await house.open(body_bytes_per_peer=len(receipt) - 1)

    with pytest.raises(PeerBusy) as busy:
        await house.client(ALICE).send_receipt(SERVER, receipt)

    assert busy.value.peer_code == "peer_too_busy"
    assert house.handlers.expected == []


async def test_bodies__of_several_peers_beyond_all_room__wait(house: Any, world: Any) -> None:
    receipt = world.seal(world.parts[MessageType.RECEIPT])
    await house.open(body_bytes=len(receipt) - 1)

    with pytest.raises(PeerBusy) as busy:
        await house.client(ALICE).send_receipt(SERVER, receipt)

    assert busy.value.peer_code == "server_too_busy"


def _start_of_a_body(kind: MessageType, sender: MemberId, announced: int) -> bytes:
    header = b"\1" + bytes([kind]) + BATCH + sender.to_bytes(8) + SERVER.to_bytes(8) + bytes(40)
    return POST + b"Content-Length: %d\r\n\r\n" % announced + header


@pytest.mark.parametrize(
    ("kind", "sender", "longer", "answer"),
    [
        (MessageType.RECEIPT, BOB, 0, b"caller_not_sender"),
        (MessageType.RECEIPT, ALICE, 1, b"message_length_wrong"),
        (MessageType.VOUCHER_STATE_REQUEST, ALICE, 0, b"message_type_unexpected"),
        (MessageType.RECEIPT, ALICE, 0, b"unknown_batch"),
    ],
)
async def test_message__refused_by_its_header__is_refused_before_the_rest_is_sent(
    house: Any, world: Any, *, kind: MessageType, sender: MemberId, longer: int, answer: bytes
) -> None:
    async def unknown(_header: Header) -> None:
        raise UnknownBatch("no such batch")

    announced = len(world.seal(world.parts[kind])) + longer
    house.handlers.expect_answer = unknown
    await house.open(linger_s=0.05)
    reader, writer = await house.raw(ALICE)
    writer.write(_start_of_a_body(kind, sender, announced))

    assert answer in await reader.read()
    assert house.handlers.seen == []


async def test_header__of_a_message_that_is_expected__is_shown_once_before_the_message(
    house: Any, world: Any
) -> None:
    await house.open()
    receipt = bytearray(world.seal(world.parts[MessageType.RECEIPT]))
    receipt[34:42] = ALICE.to_bytes(8)

    await house.client(ALICE).send_receipt(SERVER, bytes(receipt))

    (header,) = house.handlers.expected
    assert (header.type, header.sender) == (MessageType.RECEIPT, ALICE)
    assert header.batch_id == world.parts[MessageType.RECEIPT].route.batch_id


async def test_connections__that_prove_nothing__leave_room_for_members(house: Any) -> None:
    await house.open(handshakes=3, handshakes_per_address=2, handshake_timeout_s=0.5)
    silent = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(6)]

    ended = [asyncio.create_task(_closed(reader)) for reader, _ in silent]
    done, _ = await asyncio.wait(ended, return_when=asyncio.ALL_COMPLETED)

    assert all(task.result() for task in done)
    # Those that held the places have been given up by now.
    assert await house.client(ALICE).fetch_envelope(SERVER, BATCH) == b""
    for _, writer in silent:
        writer.transport.abort()
    await asyncio.sleep(0)


async def test_peer__with_too_many_connections__loses_the_newest_and_another_gets_through(house: Any) -> None:
    await house.open(connections_per_peer=2)
    first = [await house.raw(ALICE) for _ in range(2)]
    third, _ = await house.raw(ALICE)

    assert await _closed(third)
    assert await house.client(BOB).fetch_envelope(SERVER, BATCH) == b""
    reader, writer = first[0]
    writer.write(b"GET /peer/v1/envelopes/" + b"ab" * 32 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")


async def test_peers__with_too_many_connections_in_all__lose_the_newest(house: Any) -> None:
    await house.open(connections=1)
    await house.raw(ALICE)
    second, _ = await house.raw(BOB)

    assert await _closed(second)


async def test_peer__that_closed_a_connection__may_open_another(house: Any) -> None:
    await house.open(connections_per_peer=1)
    for _ in range(3):
        reader, writer = await house.raw(ALICE)
        writer.write(
            b"GET /peer/v1/envelopes/" + b"ab" * 32 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"b" * 5000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 40 + b"\r\n",
    ],
)
async def test_head__longer_than_any_of_ours__is_refused(house: Any, head: bytes) -> None:
    await house.open()
    reader, writer = await house.raw(ALICE)
    writer.write(head)

    assert (await reader.readline()).split()[1] == b"400"
    assert house.handlers.seen == []


def test_time__for_a_long_body__is_longer() -> None:
    limits = ServerLimits(least_bytes_per_s=1000)

    assert limits.time_for(0, 10.0) == 10.0
    assert limits.time_for(5000, 10.0) == 15.0


async def test_busy_peer__that_asked_for_time__is_left_alone_until_then(house: Any) -> None:
    requests = await house.stand_in(
        b"HTTP/1.1 429 Busy\r\nRetry-After: 100\r\nContent-Length: 38\r\nConnection: close\r\n\r\n"
        b'{"code":"peer_too_often","message":""}'
    )
    client = house.client(ALICE)
    with pytest.raises(PeerBusy):
        await client.fetch_envelope(SERVER, BATCH)

    with pytest.raises(PeerBusy) as held:
        await client.send_receipt(SERVER, bytes(10))

    assert len(requests) == 1
    assert 0 < held.value.retry_after_s <= 100


async def test_peer__that_cannot_say_yet__is_asked_about_other_batches(house: Any) -> None:
    requests = await house.stand_in(
        b"HTTP/1.1 503 Wait\r\nRetry-After: 100\r\nContent-Length: 41\r\nConnection: close\r\n\r\n"
        b'{"code":"not_yet_committed","message":""}'
    )
    client = house.client(ALICE)
    for batch_id in (BATCH, BatchId(bytes(32))):
        with pytest.raises(PeerBusy):
            await client.fetch_envelope(SERVER, batch_id)

    assert len(requests) == 2


async def test_busy_peer__after_its_time__is_asked_again(house: Any) -> None:
    await house.open(requests_per_s_per_peer=0.5, penalty_s=0.0, retry_after_s=0)
    client = house.client(ALICE)
    await client.fetch_envelope(SERVER, BATCH)
    codes = set()
    for _ in range(3):
        try:
            await client.fetch_envelope(SERVER, BATCH)
        except PeerBusy as busy:
            codes.add(busy.peer_code)

    assert codes == {"peer_too_often"}


def test_refusals__of_a_busy_peer__are_no_refusals_of_the_message() -> None:
    assert not issubclass(PeerBusy, Refused)
    assert not issubclass(PeerBusy, PeerRefused)
