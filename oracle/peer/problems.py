"""Refusals as HTTP answers: a status, the stable code, and a fixed sentence that gives nothing away."""

from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web

from oracle.domain.errors import Refused, RiskmeshError, Transient
from oracle.peer.admission import PeerTooBusy, PeerTooOften
from oracle.peer.errors import (
    CallerNotSender,
    CallerUnknown,
    MessageLengthWrong,
    UnknownBatch,
    WireRefused,
)

PROBLEM_TYPE: Final = "application/problem+json"
MAX_PROBLEM: Final = 4096


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is not a sealed message."""

    code: str
    message: str


class BodyTooLarge(MessageLengthWrong):
    """More bytes than any message of this kind has."""

    code = "body_too_large"


class BodyTooSlow(Transient):
    """The rest of the body did not come in time."""

    code = "body_too_slow"


class BodyUnreadable(WireRefused):
    """The HTTP transfer coding is broken."""

    code = "body_unreadable"


class EncodingRefused(Refused):
    """Bodies travel as they are: a compressed one could be larger than its length says."""

    code = "content_encoding_refused"


_SENTENCES: Final = {
    HTTPStatus.BAD_REQUEST: "The message is not one of this protocol version; see docs/errors.md.",
    HTTPStatus.FORBIDDEN: "This certificate does not speak for that member.",
    HTTPStatus.NOT_FOUND: "There is nothing here for this member.",
    HTTPStatus.REQUEST_TIMEOUT: "The message did not arrive in time.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The message is longer than any of its kind.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send application/octet-stream without a content encoding.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The message is refused for the reason that the code names.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too much of this member at once; wait and try again.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now; wait and try again.",
}

# The first match counts.
_STATUSES: Final[tuple[tuple[type[RiskmeshError], HTTPStatus], ...]] = (
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (WireRefused, HTTPStatus.BAD_REQUEST),
    (CallerUnknown, HTTPStatus.FORBIDDEN),
    (CallerNotSender, HTTPStatus.FORBIDDEN),
    (UnknownBatch, HTTPStatus.NOT_FOUND),
    (EncodingRefused, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (Refused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (PeerTooBusy, HTTPStatus.TOO_MANY_REQUESTS),
    (PeerTooOften, HTTPStatus.TOO_MANY_REQUESTS),
    (BodyTooSlow, HTTPStatus.REQUEST_TIMEOUT),
    (Transient, HTTPStatus.SERVICE_UNAVAILABLE),
)
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_CLOSING: Final = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT})


def problem_for(error: Refused | Transient, *, retry_after_s: int) -> web.Response:
    """Says the code and nothing of the error's own text, which is for this member's log."""
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    return problem(status, error.code, retry_after_s=retry_after_s)


def problem(status: HTTPStatus, code: str, *, retry_after_s: int) -> web.Response:
    sentence = _SENTENCES.get(status, status.phrase)
    response = web.Response(
        status=status,
        body=msgspec.json.encode(Problem(code=code, message=sentence)),
        content_type=PROBLEM_TYPE,
    )
    if status in _BUSY:
        response.headers["Retry-After"] = str(retry_after_s)
    if status in _CLOSING:
        # What is left of the body would be read as the next request.
        response.force_close()
    return response
