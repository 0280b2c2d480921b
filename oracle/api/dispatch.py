"""Turns a route into an HTTP handler: parse everything first, call, write the answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar, assert_never

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from oracle.api.errors import InvalidRequest, RequestTooSlow, WrongContentType
from oracle.api.ports import Services
from oracle.api.route_kinds import JsonRoute, Route, StreamRoute, UploadRoute
from oracle.api.schema import Body, Parameters
from oracle.api.streams import Streams

P = TypeVar("P", bound=Parameters)
B = TypeVar("B", bound=Body)

CHUNK_SIZE = 64 * 1024
_encoder = msgspec.json.Encoder()


def http_handler(route: Route, services: Services, streams: Streams, *, read_timeout_s: float) -> Handler:
    """The aiohttp handler of one route."""
    match route:
        case JsonRoute():
            return _json(route, services, read_timeout_s)
        case StreamRoute():
            return _stream(route, services, streams)
        case UploadRoute():
            return _upload(route, services, streams, read_timeout_s)
        case _:
            assert_never(route)


def _json(route: JsonRoute[P, B], services: Services, read_timeout_s: float) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        parameters = _parameters(request, route.parameters)
        async with _in_time(read_timeout_s):
            body = await _body(request, route.body)
        answer = await route.handler(services, parameters, body)
        return web.Response(
            body=_encoder.encode(answer), status=route.status, content_type="application/json"
        )

    return handle


def _stream(route: StreamRoute[P], services: Services, streams: Streams) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        parameters = _parameters(request, route.parameters)
        return await streams.answer(request, route.handler(services, parameters))

    return handle


def _upload(route: UploadRoute[P], services: Services, streams: Streams, read_timeout_s: float) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        parameters = _parameters(request, route.parameters)
        chunks = _chunks(request, read_timeout_s)
        return await streams.answer(request, route.handler(services, parameters, chunks))

    return handle


async def _chunks(request: web.Request, timeout_s: float) -> AsyncIterator[bytes]:
    while True:
        async with _in_time(timeout_s):
            chunk = await request.content.read(CHUNK_SIZE)
        if not chunk:
            return
        yield chunk


@asynccontextmanager
async def _in_time(timeout_s: float) -> AsyncIterator[None]:
    waiting = asyncio.timeout(timeout_s)
    try:
        async with waiting:
            yield
    except TimeoutError as error:
        raise RequestTooSlow(f"Nothing more of the request arrived for {timeout_s:g} seconds.") from error


def _parameters(request: web.Request, shape: type[P]) -> P:
    given = dict(request.query)
    if len(given) != len(request.query):
        raise InvalidRequest("A query parameter is given twice.")
    if not given.keys().isdisjoint(request.match_info.keys()):
        raise InvalidRequest("A query parameter repeats a part of the path.")
    try:
        return msgspec.convert({**given, **request.match_info}, shape, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"A parameter is not usable: {error}.") from error


async def _body(request: web.Request, shape: type[B]) -> B:
    if not request.body_exists:
        return _decoded(b"{}", shape)
    if request.content_type != "application/json":
        raise WrongContentType("The body is not declared as application/json.")
    raw = await request.read()
    return _decoded(raw or b"{}", shape)


def _decoded(raw: bytes, shape: type[B]) -> B:
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"The body is not usable: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest("The body is not JSON in UTF-8.") from error
    except RecursionError as error:
        raise InvalidRequest("The body is nested too deeply.") from error
