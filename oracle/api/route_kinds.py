"""The three kinds of route: JSON, a stream of lines, and an upload answered line by line."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct

from oracle.api.ports import Services
from oracle.api.schema import Body, Parameters

P = TypeVar("P", bound=Parameters)
B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonRoute(Generic[P, B]):
    """JSON in, JSON out. `body` is `Body` itself where the request has none."""

    method: str
    path: str
    summary: str
    parameters: type[P]
    body: type[B]
    answer: type
    handler: Callable[[Services, P, B], Awaitable[object]]
    status: int = 200
    may_be_unknown: bool = False
    """An identifier in the path may name nothing: 404."""
    without_token: bool = False
    """Served without a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRoute(Generic[P]):
    """Answers line by line (NDJSON) until there is nothing more to say."""

    method: str
    path: str
    summary: str
    parameters: type[P]
    line: type[Struct]
    handler: Callable[[Services, P], AsyncGenerator[Struct, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRoute(Generic[P]):
    """Takes a file as it arrives, of any size, and answers line by line meanwhile."""

    method: str
    path: str
    summary: str
    parameters: type[P]
    line: type[Struct]
    handler: Callable[[Services, P, AsyncIterator[bytes]], AsyncGenerator[Struct, None]]


# `Any`: each route's own parameter types are tied to its handler above; the table holds them side by side.
Route = JsonRoute[Any, Any] | StreamRoute[Any] | UploadRoute[Any]


def get_json(
    path: str,
    parameters: type[P],
    answer: type,
    handler: Callable[[Services, P, Body], Awaitable[object]],
    *,
    summary: str,
    without_token: bool = False,
) -> Route:
    return JsonRoute(
        method="GET",
        path=path,
        summary=summary,
        parameters=parameters,
        body=Body,
        answer=answer,
        handler=handler,
        may_be_unknown="{" in path,
        without_token=without_token,
    )


def post_json(
    path: str,
    parameters: type[P],
    body: type[B],
    answer: type,
    handler: Callable[[Services, P, B], Awaitable[object]],
    *,
    summary: str,
    status: int = 200,
) -> Route:
    return JsonRoute(
        method="POST",
        path=path,
        summary=summary,
        parameters=parameters,
        body=body,
        answer=answer,
        handler=handler,
        status=status,
        may_be_unknown="{" in path or "query_id" in body.__struct_fields__,
    )
