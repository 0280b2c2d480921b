"""What the interface itself refuses, and how any error of ours reads as a problem document (RFC 9457)."""

from typing import ClassVar

from oracle.api.schema import Problem
from oracle.domain.errors import Broken, Misconfigured, Refused, RiskmeshError, Transient
from oracle.domain.reports import UnknownReference


class RequestRefused(Refused):
    """A request that the interface does not take, whatever the rooms behind it would say."""

    code: ClassVar[str] = "request_refused"
    kind: ClassVar[str] = "usage"
    status: ClassVar[int] = 400
    action: ClassVar[str] = "Correct the request; the interface describes itself at /v1/openapi.json."


class InvalidRequest(RequestRefused):
    """A parameter or the body does not have the documented shape."""

    code: ClassVar[str] = "invalid_request"


class Unauthenticated(RequestRefused):
    code: ClassVar[str] = "unauthenticated"
    kind: ClassVar[str] = "misconfigured"
    status: ClassVar[int] = 401
    action: ClassVar[str] = (
        "Send 'Authorization: Bearer' with the content of the file that api.token_file names."
    )


class NoSuchRoute(RequestRefused):
    code: ClassVar[str] = "no_such_route"
    status: ClassVar[int] = 404


class MethodNotAllowed(RequestRefused):
    code: ClassVar[str] = "method_not_allowed"
    status: ClassVar[int] = 405


class BodyTooLarge(RequestRefused):
    code: ClassVar[str] = "body_too_large"
    status: ClassVar[int] = 413
    action: ClassVar[str] = "Split the request into smaller ones."


class RequestTooSlow(RequestRefused):
    """The body, or the next part of a file, did not arrive in time."""

    code: ClassVar[str] = "request_too_slow"
    status: ClassVar[int] = 408
    action: ClassVar[str] = "Send the request again, without pauses."


class WrongContentType(RequestRefused):
    code: ClassVar[str] = "wrong_content_type"
    status: ClassVar[int] = 415


class WrongHost(RequestRefused):
    """The Host header names another machine: a web page may be trying to reach us through a browser."""

    code: ClassVar[str] = "wrong_host"
    status: ClassVar[int] = 421
    action: ClassVar[str] = "Address the interface as 127.0.0.1, [::1] or localhost with its port."


class Stopping(Transient):
    code: ClassVar[str] = "daemon_stopping"


class NotReady(Transient):
    """The daemon runs and cannot do its work now; the text says why."""

    code: ClassVar[str] = "not_ready"


# What to do when the message alone does not say it.
_REFUSED = "Change what the message names and try again; docs/errors.md explains the code."
_TRANSIENT = "Try again in a moment; 'riskmesh status' shows what is not reachable."
_MISCONFIGURED = "Change what the message names, then restart the daemon."
_BROKEN = "Stop the daemon, keep its folder as it is, and report this with the daemon's log."
_UNKNOWN = "Check the identifier; the listing command or route of its kind shows those that exist."


def problem_of(error: RiskmeshError) -> Problem:
    """The problem document of an error."""
    text = str(error) or error.code.replace("_", " ")
    match error:
        case RequestRefused():
            kind, status, action = error.kind, error.status, error.action
        case UnknownReference():
            kind, status, action = "refused", 404, _UNKNOWN
        case Refused():
            kind, status, action = "refused", 409, _REFUSED
        case Transient():
            kind, status, action = "transient", 503, _TRANSIENT
        case Misconfigured():
            kind, status, action = "misconfigured", 503, _MISCONFIGURED
        case Broken() | RiskmeshError():
            kind, status, action = "broken", 500, _BROKEN
    message, own_action = _parted(text)
    return Problem(code=error.code, message=message, action=own_action or action, kind=kind, status=status)


def _parted(text: str) -> tuple[str, str]:
    """Our messages end with a sentence that says what to do; one of a single sentence does not say it."""
    why, stop, what_to_do = text.rpartition(". ")
    return (f"{why}.", what_to_do) if stop else (text, "")
