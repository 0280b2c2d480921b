"""Reads the message in the body of a request: its header first, no more than allowed, within its time."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from oracle.domain.messages import Header
from oracle.peer.headers import HEADER_SIZE, parse_header, parse_start
from oracle.peer.paths import CONTENT_TYPE
from oracle.peer.problems import BodyTooLarge, BodyTooSlow, BodyUnreadable, EncodingRefused


def announced_size(request: web.Request, *, most: int) -> int:
    """How much room the body takes: what it says, or the most that it may have. Reads nothing."""
    if request.content_type != CONTENT_TYPE or "Content-Encoding" in request.headers:
        raise EncodingRefused("a message is sent as it is, as application/octet-stream")
    length = request.content_length
    if length is None:
        return most
    if length > most:
        raise BodyTooLarge(f"a message here has at most {most} bytes")
    return length


async def read_body(request: web.Request, *, most: int, timeout_s: float) -> bytes:
    """The whole body; nothing of a longer one is kept."""
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise BodyTooLarge(f"a message here has at most {most} bytes")
    except TimeoutError as error:
        raise BodyTooSlow(f"the message did not arrive within {timeout_s:g} seconds") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise BodyUnreadable("the message broke off or its transfer coding is wrong") from error
    return bytes(body)


async def read_message(
    request: web.Request, *, most: int, timeout_s: float, expect: Callable[[Header], Awaitable[None]]
) -> bytes:
    """The whole body, once `expect` has let its header pass; nothing of a longer one is kept."""
    body, known = bytearray(), False
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise BodyTooLarge(f"a message here has at most {most} bytes")
                if not known and len(body) >= HEADER_SIZE:
                    known = True
                    await expect(parse_start(bytes(body[:HEADER_SIZE]), length=request.content_length))
    except TimeoutError as error:
        raise BodyTooSlow(f"the message did not arrive within {timeout_s:g} seconds") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise BodyUnreadable("the message broke off or its transfer coding is wrong") from error
    raw = bytes(body)
    parse_header(raw)
    return raw
