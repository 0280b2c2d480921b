"""Bare round trips over mutual TLS: what any answer over these lines takes, whoever makes it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from io import BytesIO

import aiohttp
import msgspec
from aiohttp import web
from lookups import LookupHandler, PlainStore

from oracle.crypto.tls import TlsIdentity, client_context
from oracle.peer.tls import PeerCertificate, TrustedPeers, server_context

REQUEST, ANSWER = bytes(4_517), bytes(4_531)
"""As long as the envelope of one element and the reply to it (bench/wire.py)."""


@asynccontextmanager
async def echoing(
    port: int, identity: TlsIdentity, callers: Sequence[PeerCertificate], store: PlainStore
) -> AsyncIterator[None]:
    """Answers everything that a member posts with as many bytes as a reply has; looks up in the store."""
    peers = TrustedPeers()
    peers.refresh(callers)

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=ANSWER)

    app = web.Application()
    app.router.add_post("/", answer)
    app.router.add_post("/lookup", LookupHandler(store).answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=server_context(identity, peers)).start()
        yield
    finally:
        await runner.cleanup()
        store.close()


class BareLines:
    """A kept-alive session a holder, as the product has."""

    def __init__(self, sessions: Sequence[tuple[aiohttp.ClientSession, str]]) -> None:
        self._sessions = sessions

    async def round_trip(self) -> float:
        """Milliseconds until all have answered one call."""
        began = time.perf_counter()
        await asyncio.gather(*(self._call(session, url) for session, url in self._sessions))
        return 1_000 * (time.perf_counter() - began)

    async def lookup(self, subjects: Sequence[str]) -> float:
        """Milliseconds until the first of the servers has looked them up for everybody to see."""
        began = time.perf_counter()
        (session, url), *_ = self._sessions
        async with session.post(f"{url}lookup", data=msgspec.json.encode(subjects)) as response:
            found = msgspec.json.decode(await response.read())
        took = time.perf_counter() - began
        if len(found) != len(subjects):
            raise SystemExit("The central service has not answered about every subject.")
        return 1_000 * took

    async def _call(self, session: aiohttp.ClientSession, url: str) -> None:
        async with session.post(url, data=BytesIO(REQUEST)) as response:
            if len(await response.read()) != len(ANSWER):
                raise SystemExit("A bare server answered something else.")


@asynccontextmanager
async def bare_lines(identity: TlsIdentity, servers: Sequence[tuple[int, bytes]]) -> AsyncIterator[BareLines]:
    """To servers by port and certificate."""
    async with AsyncExitStack() as stack:
        sessions = [
            (
                await stack.enter_async_context(
                    aiohttp.ClientSession(
                        connector=aiohttp.TCPConnector(ssl=client_context(identity, (certificate,)))
                    )
                ),
                f"https://127.0.0.1:{port}/",
            )
            for port, certificate in servers
        ]
        yield BareLines(sessions)
