"""JSON-RPC over HTTP: bounded in time and size, and silent about credentials in the address."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout

from oracle.chain.errors import NodeRefused, NodeUnreachable, NodeUnreliable
from oracle.domain.errors import Misconfigured, RiskmeshError
from oracle.telemetry.metrics import RPC_ERRORS, RPC_SECONDS

_MAX_REASON = 300
_FORBIDDEN_STATUS = frozenset({401, 403})
_RETRYABLE_STATUS = frozenset({429, 500, 502, 503, 504})


_PASSING_CODES = frozenset({-32001, -32002, -32005, -32603})
_PASSING_WORDS = ("header not found", "missing trie node", "unknown block", "timeout", "timed out", "busy")
"""What nodes say of a question that they, or another node, may well answer a moment later."""


class RpcError(msgspec.Struct):
    """The error object of a JSON-RPC answer."""

    code: int
    message: str = ""
    data: object = None


class RpcAnswer(msgspec.Struct):
    """One JSON-RPC answer, or a subscription's notice when it has a method."""

    id: int | str | None = None
    result: object = msgspec.UNSET
    error: RpcError | None = None
    method: str | None = None


class Transport(Protocol):
    """How calls get to one address. Raises NodeUnreachable, NodeUnreliable or NodeRefused."""

    @property
    def name(self) -> str: ...

    async def call(self, method: str, *params: object) -> object:
        """The `result` of one call."""

    async def call_many(self, method: str, params: Sequence[Sequence[object]]) -> list[object]:
        """The results of several calls of one method, in the order of `params`."""

    async def close(self) -> None: ...


_decoder = msgspec.json.Decoder(RpcAnswer)
_batch_decoder = msgspec.json.Decoder(list[RpcAnswer] | RpcAnswer)
_JSON = {"content-type": "application/json"}


def node_name(url: str) -> str:
    """Host and port: what may be shown of an RPC address, whose path or user part may be a secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.hostname:
        raise Misconfigured(
            "An RPC address is not of the form http(s)://host:port or ws(s)://host:port; correct [chain] rpc"
        )
    return parts.hostname if port is None else f"{parts.hostname}:{port}"


def revert_data(value: object) -> bytes | None:
    """The bytes of a revert wherever clients put them: `data`, `data.data` or `data.result`."""
    if isinstance(value, dict):
        nested = value.get("data", value.get("result"))
        return revert_data(nested) if isinstance(nested, str) else None
    if not isinstance(value, str):
        return None
    _, found, digits = value.rpartition("0x")  # some clients write "Reverted 0x…"
    if not found:
        return None
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return None


def result_of(answer: RpcAnswer, name: str, method: str) -> object:
    """Raises what the answer says went wrong."""
    error = answer.error
    if error is not None:
        found = revert_data(error.data)
        words = error.message.lower()
        passing = error.code in _PASSING_CODES or any(each in words for each in _PASSING_WORDS)
        if passing and found is None and "revert" not in words:
            raise NodeUnreliable(f"Node {name} cannot answer {method} now (error {error.code})")
        raise NodeRefused(method=method, number=error.code, reason=error.message[:_MAX_REASON], data=found)
    if answer.result is msgspec.UNSET:
        raise NodeUnreliable(f"Node {name} answered {method} with neither result nor error")
    return answer.result


def request(number: int, method: str, params: Sequence[object]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


@contextmanager
def _measured(name: str, method: str) -> Iterator[None]:
    """Counts how long a node took and what it did not answer."""
    began = monotonic()
    try:
        yield
    except RiskmeshError as error:
        RPC_ERRORS.labels(name, error.code).inc()
        raise
    finally:
        RPC_SECONDS.labels(name, method).observe(monotonic() - began)


@dataclass(slots=True, kw_only=True)
class HttpTransport:
    """Speaks to one address through a session that it does not own."""

    url: str = field(repr=False)
    session: ClientSession = field(repr=False)
    timeout_s: float
    max_body: int
    name: str = field(init=False)
    _timeout: ClientTimeout = field(init=False, repr=False)
    _last_id: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self.name = node_name(self.url)
        self._timeout = ClientTimeout(total=self.timeout_s)

    async def call(self, method: str, *params: object) -> object:
        with _measured(self.name, method):
            return await self._call(method, *params)

    async def _call(self, method: str, *params: object) -> object:
        self._last_id += 1
        number = self._last_id
        body = await self._post(msgspec.json.encode(request(number, method, params)), method)
        try:
            answer = _decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NodeUnreliable(f"Node {self.name} did not answer {method} with JSON-RPC") from None
        if answer.id != number:
            raise NodeUnreliable(f"Node {self.name} answered another request than {method}")
        return result_of(answer, self.name, method)

    async def call_many(self, method: str, params: Sequence[Sequence[object]]) -> list[object]:
        with _measured(self.name, method):
            return await self._call_many(method, params)

    async def _call_many(self, method: str, params: Sequence[Sequence[object]]) -> list[object]:
        first = self._last_id + 1
        self._last_id += len(params)
        calls = [request(first + place, method, each) for place, each in enumerate(params)]
        body = await self._post(msgspec.json.encode(calls), method)
        try:
            answers = _batch_decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NodeUnreliable(f"Node {self.name} did not answer {method} with JSON-RPC") from None
        if isinstance(answers, RpcAnswer):
            result_of(answers, self.name, method)  # an error about the batch as a whole
            raise NodeUnreliable(f"Node {self.name} answered {len(params)} calls of {method} with one result")
        by_number = {answer.id: answer for answer in answers}
        if by_number.keys() != {first + place for place in range(len(params))}:
            raise NodeUnreliable(f"Node {self.name} answered other requests than those of {method}")
        return [result_of(by_number[call["id"]], self.name, method) for call in calls]

    async def close(self) -> None:
        """The session is somebody else's, and there is nothing beside it."""

    async def _post(self, payload: bytes, method: str) -> bytes:
        # The cause is dropped on purpose: aiohttp's errors and their request info spell out the address.
        try:
            async with self.session.post(
                self.url, data=payload, headers=_JSON, timeout=self._timeout, allow_redirects=False
            ) as response:
                if response.status in _RETRYABLE_STATUS:
                    raise NodeUnreachable(f"Node {self.name} answered {method} with HTTP {response.status}")
                if response.status in _FORBIDDEN_STATUS:
                    raise Misconfigured(
                        f"Node {self.name} refuses us (HTTP {response.status}); "
                        "check the credentials in [chain] rpc"
                    )
                chunks, size = [], 0
                async for chunk in response.content.iter_any():
                    size += len(chunk)
                    if size > self.max_body:
                        raise NodeUnreliable(f"Node {self.name} answered {method} with too large a body")
                    chunks.append(chunk)
        except TimeoutError:
            raise NodeUnreachable(f"Node {self.name} did not answer {method} in {self.timeout_s} s") from None
        except (ClientError, OSError) as error:
            kind = type(error).__name__
            raise NodeUnreachable(f"Node {self.name} cannot be reached for {method} ({kind})") from None
        return b"".join(chunks)
