"""A member that speaks no HTTP, or too slowly: each connection ends with a no; store and log do not grow."""

import asyncio
import io
import logging
import random
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import urlsplit

import pytest
import structlog
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess
from attacks.remains import contents

from oracle.peer.limits import ServerLimits
from oracle.telemetry.logs import LINES_A_MINUTE, configure

MARK = "carries-a-mark"
A_SAMPLE, MANY = 120, 6_000
AT_ONCE = 6
MESSAGE = b"Content-Type: application/octet-stream\r\n"
PLACES = 8
"""In the server that may say something about a request, at the very most."""


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the daemon would write to its log."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure(level=logging.INFO, as_json=True, stream=stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def talk(members: Callable[..., Awaitable[InProcess]]) -> Conversation:
    """With a holder that waits for nobody as long as it otherwise would."""
    hasty = ServerLimits(read_timeout_s=0.5, idle_timeout_s=0.5)
    return Conversation(bank=await members(1), holder=await members(2, hasty))


def _malformed(dice: random.Random) -> bytes:
    mark, path = MARK.encode(), b"/peer/v1/replies"
    start = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n"
    return dice.choice(
        (
            mark + dice.randbytes(dice.randrange(200)) + b"\r\n\r\n",
            b"GET " + path + b" " + mark + b"\r\n\r\n",
            b"GET http://[" + mark + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"\x00" * dice.randrange(1, 300) + mark + b"\r\n\r\n",
            start + mark + b"\r\n\r\n",
            start + b"X: " + mark * dice.randrange(2_000, 9_000) + b"\r\n\r\n",
            start + b"X-" + bytes([dice.randrange(32)]) + mark + b": \x00\r\n\r\n",
            start + b"Content-Length: " + mark + b"\r\n\r\n",
            start + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + mark,
            start + b"Transfer-Encoding: chunked\r\n\r\n" + mark + b"\r\n",
            start + MESSAGE + b"Content-Length: %d\r\n\r\n" % 10 ** dice.randrange(9, 18) + mark,
            start + MESSAGE + b"Content-Length: 5000\r\n\r\n" + mark,  # and nothing more: it is slow
            start[: dice.randrange(1, len(start))],
        )
    )


async def _answered(host: str, port: int, context: ssl.SSLContext, request: bytes) -> str:
    """The status of the answer; nothing where the connection ended without one."""
    try:
        reader, writer = await asyncio.open_connection(host, port, ssl=context)
        try:
            writer.write(request)
            await writer.drain()
            async with asyncio.timeout(60):
                answer = await reader.read(65_536)
        finally:
            writer.transport.abort()
    except ConnectionError:
        return ""
    return answer.split(b" ", 2)[1].decode() if answer.startswith(b"HTTP/1.") else ""


async def _assault(attacker: InProcess, victim: InProcess, count: int) -> Counter[str]:
    endpoint, context = attacker.door_to(victim)
    door = urlsplit(endpoint)
    dice = random.Random(20_261_129)  # noqa: S311 - the same requests each time
    requests = iter([_malformed(dice) for _ in range(count)])
    statuses: Counter[str] = Counter()

    async def one_line() -> None:
        for request in requests:
            statuses[await _answered(door.hostname or "", door.port or 0, context, request)] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_line())
    return statuses


@pytest.mark.parametrize(
    "count", [A_SAMPLE, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)])]
)
async def test_member__spoken_to_in_no_http__says_no_and_keeps_log_and_store_as_they_were(
    talk: Conversation, written: io.StringIO, count: int
) -> None:
    before = contents(talk.holder)
    already = len(written.getvalue().splitlines())

    statuses = await _assault(talk.bank, talk.holder, count)

    assert statuses.total() == count
    assert all(status == "" or status.startswith("4") for status in statuses), statuses
    assert statuses["400"] > count // 2
    assert contents(talk.holder) == before
    lines = written.getvalue().splitlines()[already:]
    minutes = 1 + count // 300
    assert len(lines) <= PLACES * LINES_A_MINUTE * minutes, lines[:3]
    assert MARK not in written.getvalue()
    await talk.whole(HELD, MISSED)
