"""JSON-RPC over a WebSocket, which is opened when it is needed and can announce new blocks."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from oracle.chain.errors import NodeUnreachable, NodeUnreliable
from oracle.chain.transport import RpcAnswer, node_name, request, result_of
from oracle.domain.errors import Misconfigured

_FORBIDDEN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NOTICE = "eth_subscription"
_decoder = msgspec.json.Decoder(RpcAnswer)


def _unheard() -> None:
    """Nobody has subscribed."""


@dataclass(slots=True, kw_only=True)
class WebSocketTransport:
    """Speaks to one address through a session that it does not own; `close` ends it."""

    url: str = field(repr=False)
    session: ClientSession = field(repr=False)
    timeout_s: float
    max_body: int
    name: str = field(init=False)
    _last_id: int = field(default=0, init=False, repr=False)
    _socket: ClientWebSocketResponse | None = field(default=None, init=False, repr=False)
    _reader: asyncio.Task[None] | None = field(default=None, init=False, repr=False)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    _waiting: dict[int, asyncio.Future[RpcAnswer]] = field(default_factory=dict, init=False, repr=False)
    _heard: Callable[[], None] = field(default=_unheard, init=False, repr=False)

    def __post_init__(self) -> None:
        self.name = node_name(self.url)

    async def call(self, method: str, *params: object) -> object:
        self._last_id += 1
        number = self._last_id
        answered: asyncio.Future[RpcAnswer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        try:
            async with asyncio.timeout(self.timeout_s):
                socket = await self._open()
                await socket.send_str(msgspec.json.encode(request(number, method, params)).decode())
                answer = await answered
        except TimeoutError:
            raise NodeUnreachable(f"Node {self.name} did not answer {method} in {self.timeout_s} s") from None
        except (ClientError, OSError) as error:
            kind = type(error).__name__
            raise NodeUnreachable(f"Node {self.name} cannot be reached for {method} ({kind})") from None
        finally:
            self._waiting.pop(number, None)
        return result_of(answer, self.name, method)

    async def call_many(self, method: str, params: Sequence[Sequence[object]]) -> list[object]:
        return list(await asyncio.gather(*(self.call(method, *each) for each in params)))

    async def announce(self, heard: Callable[[], None], subscribed: Callable[[], None]) -> None:
        """Calls `heard` for every new block until the connection ends, then returns.

        Raises NodeRefused when the node announces nothing, and Transient when it is not reached.
        """
        await self.call("eth_subscribe", "newHeads")
        self._heard = heard
        subscribed()
        heard()  # a block may have come before we listened
        reader = self._reader
        if reader is not None:
            await asyncio.wait([reader])

    async def close(self) -> None:
        socket, reader = self._socket, self._reader
        self._socket = self._reader = None
        if socket is not None:
            await socket.close()
        if reader is not None:
            reader.cancel()
            await asyncio.wait([reader])

    async def _open(self) -> ClientWebSocketResponse:
        async with self._opening:
            if self._socket is None or self._socket.closed:
                try:
                    self._socket = await self.session.ws_connect(
                        self.url, max_msg_size=self.max_body, heartbeat=2 * self.timeout_s
                    )
                except WSServerHandshakeError as error:
                    if error.status in _FORBIDDEN:
                        raise Misconfigured(
                            f"Node {self.name} refuses us (HTTP {error.status}); "
                            "check the credentials in [chain] rpc"
                        ) from None
                    raise
                self._reader = asyncio.create_task(self._read(self._socket))
            return self._socket

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        ended: NodeUnreachable | NodeUnreliable = NodeUnreachable(f"Node {self.name} closed the connection")
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                self._take(_decoder.decode(message.data))
        except (msgspec.DecodeError, msgspec.ValidationError):
            ended = NodeUnreliable(f"Node {self.name} did not answer with JSON-RPC")
        finally:
            self._heard = _unheard
            await socket.close()
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ended)

    def _take(self, answer: RpcAnswer) -> None:
        if answer.method == _NOTICE:
            self._heard()
            return
        waiting = self._waiting.get(answer.id) if isinstance(answer.id, int) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)
