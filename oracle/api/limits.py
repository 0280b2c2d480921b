"""How much the institution's own systems may ask of the interface at once, and how long it waits for them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from oracle.config.limits import LimitSettings
from oracle.domain.errors import Transient

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiLimits:
    """A request is counted until its answer is made, a stream until it ends."""

    concurrent: int = 64
    streams: int = 256
    read_timeout_s: float = 120.0
    """For a request's JSON, and for the next part of an uploaded file."""
    write_timeout_s: float = 60.0
    """For a line of a stream to be taken; who does not read is disconnected."""
    idle_timeout_s: float = 75.0
    """For the next request head on a connection."""
    body_bytes: int = 4096 * KIB
    """Of a JSON body; an import has no limit, it is read as it arrives."""


def api_limits(limits: LimitSettings) -> ApiLimits:
    """As the configuration has them."""
    return ApiLimits(
        concurrent=limits.api_concurrent,
        streams=limits.api_streams,
        read_timeout_s=limits.api_read_timeout_s,
        write_timeout_s=limits.api_write_timeout_s,
        idle_timeout_s=limits.idle_timeout_s,
        body_bytes=limits.api_body_kib * KIB,
    )


class InterfaceBusy(Transient):
    """As many requests or streams are open as this daemon serves at once."""

    code: ClassVar[str] = "interface_busy"


class Places:
    """So many at once; whoever finds none free is told so at once."""

    def __init__(self, places: int, *, of: str) -> None:
        self._free = places
        self._of = of

    @contextmanager
    def place(self) -> Iterator[None]:
        if self._free == 0:
            raise InterfaceBusy(
                f"The daemon has as many {self._of} open as it serves at once. Try again in a moment."
            )
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


def crowd_guard(limits: ApiLimits, *, always: frozenset[str], streams: frozenset[str]) -> Middleware:
    """Bounds what is in flight. `always` are paths served in any case; `streams` have their own places."""
    requests, lasting = Places(limits.concurrent, of="requests"), Places(limits.streams, of="streams")

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = "" if resource is None else resource.canonical
        if path in always:
            return await handler(request)
        with (lasting if path in streams else requests).place():
            return await handler(request)

    return middleware


async def write_in_time(
    request: web.Request, response: web.StreamResponse, data: bytes, *, timeout_s: float
) -> None:
    """Write to a stream; who does not take it in time is disconnected, as if it had left."""
    try:
        async with asyncio.timeout(timeout_s):
            await response.write(data)
    except TimeoutError as error:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the reader of a stream took nothing for too long") from error
