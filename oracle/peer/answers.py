"""Reads what a peer answered: bounded bytes when it served, its code when it did not."""

from http import HTTPStatus
from typing import Final

import aiohttp
import msgspec

from oracle.peer.errors import PeerBusy, PeerRefused, PeerUnreachable
from oracle.peer.paths import CONTENT_TYPE
from oracle.peer.problems import MAX_PROBLEM, Problem

_MAX_CODE: Final = 64
_CODE_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_MAX_DIGITS: Final = 9
_DEFAULT_RETRY_S: Final = 1.0


async def read_answer(response: aiohttp.ClientResponse, *, most: int) -> bytes:
    """The body, at most `most` bytes of the agreed type; 0 means that none is expected."""
    body = await _read(response, most=most)
    if most > 0 and response.content_type != CONTENT_TYPE:
        raise _not_as_agreed(response, "answer_type_wrong")
    if body is None or "Content-Encoding" in response.headers:
        raise _not_as_agreed(response, "answer_too_large" if body is None else "answer_encoded")
    return body


async def refusal_of(
    response: aiohttp.ClientResponse, retry_after_most_s: float
) -> PeerBusy | PeerRefused | PeerUnreachable:
    """What an answer without a message means for the caller."""
    status = response.status
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        wait_s = min(_retry_after(response), retry_after_most_s)
        code = _code_of(await _read(response, most=MAX_PROBLEM))
        return PeerBusy(
            f"the peer is busy ({code}) and asks to wait {wait_s:g} s", retry_after_s=wait_s, peer_code=code
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return PeerUnreachable(f"the peer answered {status}; trying again later")
    if status < HTTPStatus.BAD_REQUEST:
        # A redirect would lead to where nobody is pinned.
        return _not_as_agreed(response, "answer_status_wrong")
    code = _code_of(await _read(response, most=MAX_PROBLEM))
    return PeerRefused(f"the peer refused: {code}", peer_code=code, status=status)


def _not_as_agreed(response: aiohttp.ClientResponse, code: str) -> PeerRefused:
    response.close()
    return PeerRefused(f"the peer did not answer as agreed: {code}", peer_code=code, status=response.status)


async def _read(response: aiohttp.ClientResponse, *, most: int) -> bytes | None:
    """None, and a closed connection, when there are more bytes than that."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            response.close()
            return None
    return bytes(body)


def _retry_after(response: aiohttp.ClientResponse) -> float:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else _DEFAULT_RETRY_S


def _code_of(body: bytes | None) -> str:
    """A peer's code is shown to people and put in logs, so only what looks like one is."""
    try:
        code = msgspec.json.decode(body or b"", type=Problem).code
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "unexplained"
    plain = 0 < len(code) <= _MAX_CODE and _CODE_CHARACTERS.issuperset(code)
    return code if plain else "unexplained"
