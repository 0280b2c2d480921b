"""Members of adjacent releases: each says which wire versions it understands, and both speak a shared one."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.peer.courier import Courier
from oracle.peer.errors import MessageVersionUnknown, PeerRefused
from oracle.peer.post import Post
from oracle.peer.versions import VersionNotShared, VersionsUnreadable, read_versions, say_versions
from oracle.rules.versions import shared_version

SERVER, ALICE = MemberId(1), MemberId(2)
BATCH = BatchId(b"\xab" * 32)
RECORDED = Path(__file__).resolve().parents[3] / "vectors" / "wire"
GET = b"GET /peer/v1/envelopes/" + b"ab" * 32 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
TYPE = b"Content-Type: application/octet-stream\r\n"


def _answer(status: bytes, versions: bytes | None, body: bytes = b"") -> bytes:
    said = b"" if versions is None else b"Riskmesh-Wire-Versions: " + versions + b"\r\n"
    length = b"" if status.startswith(b"204") else b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\n" + said + TYPE + length + b"Connection: close\r\n\r\n" + body


@pytest.mark.parametrize(
    ("ours", "theirs", "shared"),
    [
        ({1}, {1}, 1),
        ({1}, {1, 2}, 1),
        ({1, 2}, {1}, 1),
        ({1, 2}, {1, 2}, 2),
        ({2, 3}, {1, 2}, 2),
        ({1}, {2}, None),
    ],
)
def test_version__of_two_members__is_the_newest_that_both_understand(
    ours: set[int], theirs: set[int], shared: int | None
) -> None:
    assert shared_version(ours, theirs) == shared
    assert shared_version(theirs, ours) == shared


@pytest.mark.parametrize("said", [b"1", b"1,2", None])
async def test_peer__that_understands_version_1__is_spoken_to_in_it(house: Any, said: bytes | None) -> None:
    await house.stand_in(_answer(b"204 No Content", said))

    assert await house.client(ALICE).wire_version(SERVER) == 1


async def test_peer__of_a_release_without_the_question__is_spoken_to_in_version_1(house: Any) -> None:
    await house.stand_in(_answer(b"404 Not Found", None))

    assert await house.client(ALICE).wire_version(SERVER) == 1


async def test_peer__that_understands_only_version_2__is_told_apart_by_an_error_that_names_both(
    house: Any,
) -> None:
    await house.stand_in(_answer(b"204 No Content", b"2"))

    with pytest.raises(VersionNotShared, match=r"member 1 understands wire versions 2, this member 1\."):
        await house.client(ALICE).wire_version(SERVER)


async def test_peer__that_refuses_our_version__is_told_apart_by_the_same_error(house: Any) -> None:
    await house.stand_in(
        _answer(b"400 Bad Request", b"2", b'{"code":"message_version_unknown","message":""}')
    )

    with pytest.raises(VersionNotShared, match=r"versions 2, this member 1\."):
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)


@pytest.mark.parametrize("said", [b"one", b"1;2", b"", b"1," * 40 + b"1", b"99999"])
async def test_peer__that_says_nothing_readable__is_refused(house: Any, said: bytes) -> None:
    await house.stand_in(_answer(b"204 No Content", said))

    with pytest.raises(PeerRefused) as refused:
        await house.client(ALICE).wire_version(SERVER)
    assert refused.value.peer_code == "versions_unreadable"


async def test_versions__asked_for_once__are_learnt_from_each_answer_after(house: Any) -> None:
    await house.open()
    client = house.client(ALICE)

    assert client.versions_of(SERVER) is None
    assert await client.wire_version(SERVER) == 1
    assert await client.wire_version(SERVER) == 1
    assert client.versions_of(SERVER) == {1}
    assert house.handlers.seen == []


@pytest.mark.parametrize(
    ("said", "status", "answer"),
    [
        (b"", b"200", b""),
        (b"Riskmesh-Wire-Versions: 1\r\n", b"200", b""),
        (b"Riskmesh-Wire-Versions: 1,2\r\n", b"200", b""),
        (b"Riskmesh-Wire-Versions: 2\r\n", b"400", b"message_version_unknown"),
        (b"Riskmesh-Wire-Versions: 2,3\r\n", b"400", b"message_version_unknown"),
        (b"Riskmesh-Wire-Versions: two\r\n", b"400", b"versions_unreadable"),
    ],
)
async def test_caller__that_says_its_versions__is_answered_in_a_shared_one_or_refused(
    house: Any, said: bytes, status: bytes, answer: bytes
) -> None:
    await house.open()
    reader, writer = await house.raw(ALICE)
    writer.write(GET + said + b"\r\n")
    got = await reader.read()

    assert got.split()[1] == status
    assert answer in got
    assert b"Riskmesh-Wire-Versions: 1\r\n" in got
    assert house.handlers.versions == ([1] if status == b"200" else [])


async def test_message__of_the_next_version__is_refused_naming_both_and_our_versions_are_said(
    house: Any, world: Any
) -> None:
    await house.open()
    raw = b"\2" + world.seal(world.parts[MessageType.RECEIPT])[1:]
    client = house.client(ALICE)

    with pytest.raises(PeerRefused) as refused:
        await client.send_receipt(SERVER, raw)

    assert refused.value.peer_code == MessageVersionUnknown.code
    assert client.versions_of(SERVER) == {1}


class Upgraded:
    """A line to a peer that has become another release between our question and our message."""

    def __init__(self, *, refusals: int) -> None:
        self.refusals = refusals
        self.asked = 0
        self.sent: list[bytes] = []

    async def wire_version(self, _peer: MemberId) -> int:
        self.asked += 1
        return 1

    async def deliver_reply(self, _peer: MemberId, message: bytes) -> None:
        self.sent.append(message)
        if len(self.sent) <= self.refusals:
            raise PeerRefused("refused", peer_code="message_version_unknown", status=400)


@pytest.fixture
def letter(world: Any) -> dict[str, Any]:
    part = world.parts[MessageType.REPLY]
    return {"statement": part.statement, "frame": part.frame}


def _courier(world: Any, line: Any) -> Courier:
    class Directory:
        newest_operator_version = newest_sealing_version = staticmethod(lambda _member: 1)
        operator_address = world.registry.operator_address
        sealing_key = world.registry.sealing_key

    member = world.member(2)
    post = Post(
        me=MemberId(2), signer=member.signer, opener=member, directory=Directory(), domain=world.domain
    )
    return Courier(post, line)


async def test_message__refused_for_its_version__is_sealed_again_once_and_sent(
    world: Any, letter: dict[str, Any]
) -> None:
    batch_id = world.parts[MessageType.REPLY].route.batch_id
    line = Upgraded(refusals=1)
    await _courier(world, line).deliver_reply(MemberId(1), batch_id, **letter)
    assert (line.asked, len(line.sent)) == (2, 2)

    line = Upgraded(refusals=2)
    with pytest.raises(PeerRefused):
        await _courier(world, line).deliver_reply(MemberId(1), batch_id, **letter)
    assert len(line.sent) == 2


PATHS = {
    MessageType.REPLY: b"/peer/v1/replies",
    MessageType.REFUSAL: b"/peer/v1/replies",
    MessageType.RECEIPT: b"/peer/v1/receipts",
    MessageType.VOUCHER_STATE_REQUEST: b"/peer/v1/voucher-state",
    MessageType.QUERY_ENVELOPE: b"/peer/v1/express",
    MessageType.ANCHOR_PROOFS: b"/peer/v1/anchor-proofs",
    MessageType.RECALL: b"/peer/v1/recalls",
}


@pytest.mark.parametrize("kind", PATHS)
async def test_recorded_message__of_a_release_that_says_no_version__is_taken(
    house: Any, kind: MessageType
) -> None:
    record = json.loads((RECORDED / f"v1_{kind.name.lower()}.json").read_text())
    message, sender = base64.b64decode(record["message"]), MemberId(record["sender"])
    await house.open()
    house.trust(SERVER, ALICE)
    reader, writer = await house.raw(sender)
    writer.write(
        b"POST "
        + PATHS[kind]
        + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        + TYPE
        + b"Content-Length: %d\r\n\r\n" % len(message)
        + message
    )

    assert (await reader.read()).split()[1] in {b"200", b"204"}
    assert [seen[1:] for seen in house.handlers.seen] == [(message, sender)]


def test_versions__said_and_read__are_the_same() -> None:
    assert read_versions(say_versions({2, 1, 10})) == {1, 2, 10}
    assert say_versions({2, 1}) == "1,2"
    with pytest.raises(VersionsUnreadable):
        read_versions("-1")
