"""Serves the interface on a Unix socket or a loopback port until it is closed."""

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from oracle.api.access import bind_loopback, bind_unix, create_token, loopback_hosts, read_token
from oracle.api.dispatch import http_handler
from oracle.api.errors import (
    BodyTooLarge,
    InvalidRequest,
    MethodNotAllowed,
    NoSuchRoute,
    Unauthenticated,
    WrongHost,
    problem_of,
)
from oracle.api.limits import ApiLimits, crowd_guard
from oracle.api.openapi import openapi_document
from oracle.api.ports import Services
from oracle.api.route_kinds import JsonRoute
from oracle.api.routes import ROUTES
from oracle.api.streams import Streams
from oracle.config.settings import Loopback, UnixSocket
from oracle.domain.errors import Broken, RiskmeshError

OPENAPI_PATH = "/v1/openapi.json"
CLOSE_TIMEOUT_S = 5.0
LINGER_S = 1.0
"""For the rest of a request that is answered already, so that its sender reads the answer. The HTTP server
does not notice then that a sender has left, and a stopping daemon waits for it."""
DEFAULT_LIMITS = ApiLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where the interface can be reached."""

    listen: UnixSocket | Loopback


@asynccontextmanager
async def serve(
    services: Services,
    listen: UnixSocket | Loopback,
    *,
    limits: ApiLimits = DEFAULT_LIMITS,
    on_broken: Callable[[Broken], None] = lambda _: None,
) -> AsyncIterator[Serving]:
    """Serve while the context is open; leaving it ends the streams and waits for the requests in flight.

    `on_broken` is told of every broken invariant that a request met, so that the daemon can stop.
    Raises `Misconfigured` when it cannot listen there.
    """
    if isinstance(listen, UnixSocket):
        listening, guards = bind_unix(listen.path), []
    else:
        create_token(listen.token_file)
        token = read_token(listen.token_file)
        listening = bind_loopback(listen.address)
        port = listening.getsockname()[1]
        guards = [_host_guard(loopback_hosts(port)), _token_guard(token)]
    streams = Streams(write_timeout_s=limits.write_timeout_s)
    application = _application(services, streams, limits, [_problems(on_broken), *guards])
    runner = web.AppRunner(
        application,
        access_log=None,
        shutdown_timeout=CLOSE_TIMEOUT_S,
        keepalive_timeout=limits.idle_timeout_s,
        lingering_time=min(LINGER_S, limits.read_timeout_s),
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield Serving(listen=listen)
    finally:
        streams.close()
        await runner.cleanup()
        listening.close()
        if isinstance(listen, UnixSocket):
            listen.path.unlink(missing_ok=True)


def _application(
    services: Services, streams: Streams, limits: ApiLimits, middlewares: list[Middleware]
) -> web.Application:
    lasting = frozenset(route.path for route in ROUTES if not isinstance(route, JsonRoute))
    crowd = crowd_guard(limits, always=_open_paths(), streams=lasting)
    application = web.Application(middlewares=[*middlewares, crowd], client_max_size=limits.body_bytes)
    for route in ROUTES:
        handler = http_handler(route, services, streams, read_timeout_s=limits.read_timeout_s)
        application.router.add_route(route.method, route.path, handler)
    document = msgspec.json.encode(openapi_document())

    async def openapi(_: web.Request) -> web.StreamResponse:
        return web.Response(body=document, content_type="application/json")

    application.router.add_get(OPENAPI_PATH, openapi, allow_head=False)
    return application


def _problems(on_broken: Callable[[Broken], None]) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RiskmeshError as error:
            if isinstance(error, Broken):
                on_broken(error)
            return _problem_response(error)
        except web.HTTPException as error:
            refusal = _refusal(error)
            if refusal is None:
                raise
            return _problem_response(refusal, allow=error.headers.get("Allow"))

    return middleware


def _problem_response(error: RiskmeshError, *, allow: str | None = None) -> web.Response:
    problem = problem_of(error)
    headers = {"Cache-Control": "no-store"}
    if allow is not None:
        headers["Allow"] = allow
    if problem.kind == "transient":
        headers["Retry-After"] = "1"
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return web.Response(
        body=msgspec.json.encode(problem),
        status=problem.status,
        content_type="application/problem+json",
        headers=headers,
    )


def _refusal(error: web.HTTPException) -> RiskmeshError | None:
    match error:
        case web.HTTPNotFound():
            return NoSuchRoute("The interface has nothing under this path.")
        case web.HTTPMethodNotAllowed():
            return MethodNotAllowed("The interface does not take this method here.")
        case web.HTTPRequestEntityTooLarge():
            return BodyTooLarge("The body is larger than limits.api_body_kib allows.")
        case web.HTTPClientError():
            return InvalidRequest("The request is not valid HTTP for this path.")
        case _:
            return None


def _open_paths() -> frozenset[str]:
    return frozenset(route.path for route in ROUTES if isinstance(route, JsonRoute) and route.without_token)


def _host_guard(hosts: frozenset[str]) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Host", "").lower() not in hosts:
            raise WrongHost("The Host header does not name this machine.")
        return await handler(request)

    return middleware


def _token_guard(token: str) -> Middleware:
    expected = f"Bearer {token}".encode()
    open_paths = _open_paths()

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if request.path not in open_paths and not hmac.compare_digest(given, expected):
            raise Unauthenticated("The request does not carry the interface's token.")
        return await handler(request)

    return middleware
