"""A peer with the right certificate that answers strangely: the client keeps its bounds and its words."""

from typing import Any

import pytest

from oracle.domain.ids import BatchId, MemberId
from oracle.peer.errors import PeerBusy, PeerRefused, PeerUnreachable

SERVER, ALICE = MemberId(1), MemberId(2)
BATCH = BatchId(b"\xab" * 32)
TYPE = b"Content-Type: application/octet-stream\r\n"
JSON = b"Content-Type: application/problem+json\r\n"
END = b"Connection: close\r\n\r\n"


async def test_redirect__to_anywhere__is_not_followed(house: Any) -> None:
    requests = await house.stand_in(
        b"HTTP/1.1 307 Moved\r\nLocation: https://127.0.0.1:%d/\r\n" % 9 + b"Content-Length: 0\r\n" + END
    )

    with pytest.raises(PeerRefused) as refused:
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)

    assert (refused.value.status, refused.value.peer_code) == (307, "answer_status_wrong")
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            b"HTTP/1.1 200 OK\r\n" + TYPE + b"Content-Length: 9000000\r\n" + END + bytes(9_000_000),
            "answer_too_large",
        ),
        (b"HTTP/1.1 200 OK\r\n" + TYPE + END + bytes(9_000_000), "answer_too_large"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/html\r\n" + END + b"hi",
            "answer_type_wrong",
        ),
        (b"HTTP/1.1 200 OK\r\n" + TYPE + b"Content-Encoding: gzip\r\n" + END + b"\x1f\x8b", "answer_encoded"),
        (b"HTTP/1.1 304 Same\r\n" + END, "answer_status_wrong"),
        (b"HTTP/1.1 404 No\r\n" + JSON + END + b'{"code":"unknown_batch","message":"m"}', "unknown_batch"),
        (b"HTTP/1.1 404 No\r\n" + JSON + END + b'{"code":"<b>","message":"m"}', "unexplained"),
        (b"HTTP/1.1 404 No\r\n" + JSON + END + b'{"code":"' + b"x" * 65 + b'","message":"m"}', "unexplained"),
        (b"HTTP/1.1 404 No\r\n" + JSON + END + b'{"x":' + b"[" * 4000, "unexplained"),
        (b"HTTP/1.1 404 No\r\n" + JSON + END + b"x" * 5000, "unexplained"),
        (b"HTTP/1.1 404 No\r\n" + JSON + END + b'{"code":"\xff","message":"m"}', "unexplained"),
        (b"HTTP/1.1 404 No\r\n" + JSON + END, "unexplained"),
    ],
)
async def test_answer__not_as_agreed__is_refused_with_a_plain_code(
    house: Any, answer: bytes, code: str
) -> None:
    await house.stand_in(answer)

    with pytest.raises(PeerRefused) as refused:
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)

    assert refused.value.peer_code == code


async def test_delivery__answered_with_a_body__is_refused(house: Any) -> None:
    await house.stand_in(b"HTTP/1.1 200 OK\r\n" + TYPE + b"Content-Length: 1\r\n" + END + b"x")

    with pytest.raises(PeerRefused):
        await house.client(ALICE).deliver_reply(SERVER, bytes(100))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 500 Broken\r\n" + END,
        b"HTTP/1.1 408 Slow\r\n" + END,
        b"HTTP/1.1 200 OK\r\n" + TYPE + b"Content-Length: 10\r\n" + END + b"half",
        b"\x00\xff nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n" + END,
    ],
)
async def test_answer__broken_off_or_failed__is_tried_again_later(house: Any, answer: bytes) -> None:
    await house.stand_in(answer)

    with pytest.raises(PeerUnreachable):
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)


async def test_answer__that_never_comes__is_given_up(house: Any) -> None:
    await house.stand_in(None)

    with pytest.raises(PeerUnreachable):
        await house.client(ALICE, timeout_s=0.2).fetch_envelope(SERVER, BATCH)


@pytest.mark.parametrize(
    ("status", "said", "wait_s"),
    [
        (429, b"7", 7),
        (503, b"0", 0),
        (429, b"99999999", 300),
        (503, b"9" * 400, 1),
        (429, b"-5", 1),
        (429, b"Fri, 31 Dec 1999 23:59:59 GMT", 1),
    ],
)
async def test_busy_peer__that_asks_to_wait__is_believed_within_bounds(
    house: Any, status: int, said: bytes, wait_s: float
) -> None:
    await house.stand_in(b"HTTP/1.1 %d Busy\r\nRetry-After: %s\r\n" % (status, said) + END)

    with pytest.raises(PeerBusy) as busy:
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)

    assert busy.value.retry_after_s == wait_s
