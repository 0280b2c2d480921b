"""Serves figures and health on a loopback port of their own, to whatever watches this machine.

Apart from the interface on purpose: a collector can neither open a socket file nor should it hold a token
that lets it ask queries. Here is nothing but three reads, without a token, and never beyond this machine.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from oracle.api.access import bind_loopback, loopback_hosts
from oracle.config.settings import SocketAddress
from oracle.domain.reports import MetricsText, Readiness

METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
CLOSE_TIMEOUT_S: Final = 1.0


class Watched(Protocol):
    """What is served."""

    async def metrics(self) -> MetricsText: ...

    async def readiness(self) -> Readiness: ...


@asynccontextmanager
async def expose(watched: Watched, listen: SocketAddress | None) -> AsyncIterator[None]:
    """Serve while the context is open; nothing at all without an address. Raises `ListenRefused`."""
    if listen is None:
        yield
        return
    listening = bind_loopback(listen, setting="metrics.listen")
    application = web.Application(middlewares=[_host_guard(loopback_hosts(listening.getsockname()[1]))])
    for path, answer in _answers(watched).items():
        application.router.add_get(path, answer, allow_head=False)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=CLOSE_TIMEOUT_S)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()
        listening.close()


def _answers(watched: Watched) -> dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]:
    async def metrics(_: web.Request) -> web.StreamResponse:
        found = await watched.metrics()
        return web.Response(body=found.text.encode(), headers={"Content-Type": METRICS_TYPE})

    async def health(_: web.Request) -> web.StreamResponse:
        return web.Response(text="alive\n")

    async def ready(_: web.Request) -> web.StreamResponse:
        found = await watched.readiness()
        if found.ready:
            return web.Response(text="ready\n")
        return web.Response(text="\n".join(found.reasons) + "\n", status=HTTPStatus.SERVICE_UNAVAILABLE)

    return {"/metrics": metrics, "/healthz": health, "/readyz": ready}


def _host_guard(hosts: frozenset[str]) -> Middleware:
    """A web page that had its name rebound to this machine reads nothing here."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Host", "").lower() not in hosts:
            return web.Response(text="The Host header does not name this machine.\n", status=421)
        return await handler(request)

    return middleware
