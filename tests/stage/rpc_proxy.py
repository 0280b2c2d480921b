"""A node between us and a real one that delays, truncates, repeats, errs, withholds or dies, by method.

    async with open_proxy(anvil.url) as proxy:
        proxy.misbehave(delayed(0.2))                              # every call
        proxy.misbehave(without_logs(), "eth_getLogs", times=1)    # the next answer alone
        proxy.misbehave(sometimes(random, 0.1, failing(503)))      # one call in ten
        proxy.behave()                                             # as if nothing had been

`proxy.url` serves HTTP and `proxy.ws_url` WebSocket (`eth_subscribe` included); both on one free port.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestServer

Answer = dict[str, Any]
Ask = Callable[[str, list[Any]], Awaitable[Answer]]
BLOCK_TAGS = frozenset({"latest", "pending", "earliest", "safe", "finalized"})


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One call on its way."""

    request: web.BaseRequest
    method: str
    params: list[Any]
    ask: Ask
    """Asks the real node anything."""
    number: int | str | None

    async def forward(self) -> Answer:
        """What the real node answers."""
        return await self.ask(self.method, self.params)

    def result(self, value: object) -> Answer:
        return {"jsonrpc": "2.0", "id": self.number, "result": value}


Outcome = Answer | web.Response
Misbehaviour = Callable[[Exchange], Awaitable[Outcome]]
Tamper = Callable[[str, list[object], Answer], web.Response | None]


@dataclass(slots=True, kw_only=True)
class Rule:
    misbehaviour: Misbehaviour
    method: str
    left: int | None
    """How many more calls; None for all."""


@dataclass(slots=True)
class RpcProxy:
    """Rules are tried in the order they were given; the first that is for the method decides."""

    upstream: str
    session: ClientSession
    upstream_ws: str
    rules: list[Rule] = field(default_factory=list)
    tamper: Tamper | None = None
    """For a single test: changes the answer in place, or gives another response."""
    asked: list[str] = field(default_factory=list)
    """Methods in the order of their arrival, each call of a batch by itself."""
    tags: set[str] = field(default_factory=set)
    """Blocks that were asked for by a word instead of a number."""
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    deaf: bool = False
    """Subscriptions say nothing any more, without being closed."""
    batches: bool = True
    """Whether several calls in one body are taken."""
    server: TestServer | None = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/secret-path-token"))

    @property
    def ws_url(self) -> str:
        return self.url.replace("http://", "ws://", 1)

    def misbehave(self, misbehaviour: Misbehaviour, method: str = "*", *, times: int | None = None) -> None:
        self.rules.append(Rule(misbehaviour=misbehaviour, method=method, left=times))

    def behave(self) -> None:
        self.rules.clear()
        self.tamper, self.deaf = None, False

    async def hang_up(self) -> None:
        """Closes all sockets, as a node does that stops."""
        for socket in tuple(self.sockets):
            await socket.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("upgrade", "").lower() == "websocket":
            return await self._socket(request)
        body = json.loads(await request.read())
        if isinstance(body, list) and not self.batches:
            error = {"code": -32600, "message": "batch calls are not enabled"}
            return web.json_response({"jsonrpc": "2.0", "id": None, "error": error})
        if isinstance(body, list):
            outcomes = [await self._answer(request, call) for call in body]
            other = next((each for each in outcomes if isinstance(each, web.Response)), None)
            return other or web.json_response(outcomes)
        outcome = await self._answer(request, body)
        return outcome if isinstance(outcome, web.Response) else web.json_response(outcome)

    async def _answer(self, request: web.BaseRequest, call: Answer) -> Outcome:
        method, params = call["method"], call.get("params", [])
        self.asked.append(method)
        self.tags |= {word for word in params if isinstance(word, str) and word in BLOCK_TAGS}

        async def ask(method: str, params: list[Any]) -> Answer:
            asked = {**call, "method": method, "params": params}
            async with self.session.post(self.upstream, json=asked) as response:
                answer: Answer = await response.json()
            return answer

        rule = next((rule for rule in self.rules if rule.method in {"*", method} and rule.left != 0), None)
        exchange = Exchange(request=request, method=method, params=params, ask=ask, number=call.get("id"))
        if rule is None:
            answer = await exchange.forward()
            other = None if self.tamper is None else self.tamper(method, params, answer)
            return answer if other is None else other
        if rule.left is not None:
            rule.left -= 1
        return await rule.misbehaviour(exchange)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        down = web.WebSocketResponse()
        await down.prepare(request)
        self.sockets.add(down)
        try:
            async with self.session.ws_connect(self.upstream_ws) as up:
                notices = asyncio.create_task(self._pass_up(up, down))
                try:
                    await self._pass_down(request, down, up)
                finally:
                    notices.cancel()
        finally:
            self.sockets.discard(down)
        return down

    async def _pass_down(
        self, request: web.Request, down: web.WebSocketResponse, up: ClientWebSocketResponse
    ) -> None:
        async for message in down:
            call = json.loads(message.data)
            if call["method"].startswith("eth_subscribe") and not self._ruled("eth_subscribe"):
                self.asked.append(call["method"])
                await up.send_str(message.data)
                continue
            outcome = await self._answer(request, call)
            if isinstance(outcome, web.Response):
                await down.close()
                return
            await down.send_json(outcome)

    async def _pass_up(self, up: ClientWebSocketResponse, down: web.WebSocketResponse) -> None:
        async for message in up:
            if message.type is WSMsgType.TEXT and not self.deaf:
                await down.send_str(message.data)

    def _ruled(self, method: str) -> bool:
        return any(rule.method in {"*", method} and rule.left != 0 for rule in self.rules)


@asynccontextmanager
async def open_proxy(upstream: str, upstream_ws: str | None = None) -> AsyncIterator[RpcProxy]:
    """`upstream_ws`: where the node has WebSocket on a port of its own."""
    async with ClientSession() as session:
        proxy = RpcProxy(upstream, session, upstream_ws or upstream.replace("http://", "ws://", 1))
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", proxy.handle)
        async with TestServer(application) as server:
            proxy.server = server
            yield proxy
