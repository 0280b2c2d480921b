"""Exceptions for the log: types, places and our own texts; no foreign message, source line or variable."""

import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from traceback import walk_tb

from oracle.domain.errors import RiskmeshError

MAX_CHAIN = 8
"""Causes and members of groups that are followed down."""


def describe(error: BaseException) -> str:
    """Several lines: each exception of the chain, newest first, with the frames it passed, innermost last.

    The texts of our own errors hold no secret and no subject, by the rule of `oracle.domain.errors`; those of
    libraries quote what they were given, so only their type is shown.
    """
    return "\n".join(_lines(error, depth=0))


def describe_exception(
    _logger: object,
    _method: str,
    event: MutableMapping[str, object],
) -> MutableMapping[str, object]:
    """A structlog processor: turns `exc_info` into the text `exception`."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error is True:
        error = sys.exception()
    if isinstance(error, BaseException):
        event["exception"] = describe(error)
    return event


def _lines(error: BaseException, depth: int) -> Iterator[str]:
    yield f"{type(error).__module__}.{type(error).__qualname__}{_text(error)}"
    for frame, line in walk_tb(error.__traceback__):
        yield f"  {_short(frame.f_code.co_filename)}:{line} in {frame.f_code.co_name}"
    if depth == MAX_CHAIN:
        yield "and more"
        return
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield "together with"
            yield from _lines(member, depth + 1)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield "because of"
        yield from _lines(cause, depth + 1)


def _text(error: BaseException) -> str:
    return f" [{error.code}] {error}" if isinstance(error, RiskmeshError) else ""


def _short(file: str) -> str:
    """The last three parts say enough, and nothing about the machine."""
    return "/".join(Path(file).parts[-3:])
