"""Reads the body of a request: as it is, no longer than allowed, and within its time."""

import asyncio

from aiohttp import web

from oracle.peer.paths import CONTENT_TYPE
from oracle.peer.problems import BodyTooLarge, BodyTooSlow, BodyUnreadable, EncodingRefused


async def read_body(request: web.Request, *, most: int, timeout_s: float) -> bytes:
    """The whole body; nothing of a longer one is kept."""
    if request.content_type != CONTENT_TYPE or "Content-Encoding" in request.headers:
        raise EncodingRefused("a message is sent as it is, as application/octet-stream")
    if request.content_length is not None and request.content_length > most:
        raise BodyTooLarge(f"a message here has at most {most} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise BodyTooLarge(f"a message here has at most {most} bytes")
    except TimeoutError as error:
        raise BodyTooSlow(f"the message did not arrive within {timeout_s} seconds") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise BodyUnreadable("the message broke off or its transfer coding is wrong") from error
    return bytes(body)
