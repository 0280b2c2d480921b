"""A node between us and a real chain that tells what a test wants it to tell."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from oracle.chain.connection import ChainConnection, Patience, open_connection

Tamper = Callable[[str, list[object], dict[str, object]], web.Response | None]


@dataclass(slots=True)
class Liar:
    """Forwards every call; `tamper` may change the answer in place or give another response."""

    upstream: str
    session: ClientSession
    server: TestServer | None = None
    tamper: Tamper | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/secret-path-token"))

    async def answer(self, request: web.Request) -> web.Response:
        call = await request.json()
        self.asked.append(call["method"])
        async with self.session.post(self.upstream, json=call) as response:
            answer = await response.json()
        if self.tamper is not None:
            other = self.tamper(call["method"], call["params"], answer)
            if other is not None:
                return other
        return web.json_response(answer)


@pytest.fixture
async def liar(anvil: object) -> AsyncIterator[Liar]:
    async with ClientSession() as session:
        made = Liar(upstream=anvil.url, session=session)
        application = web.Application()
        application.router.add_post("/{path:.*}", made.answer)
        async with TestServer(application) as server:
            made.server = server
            yield made


@pytest.fixture
async def through_liar(liar: Liar, impatient: Patience) -> AsyncIterator[ChainConnection]:
    async with open_connection([liar.url], impatient) as opened:
        yield opened
