"""One JSON-RPC call over HTTP: bounded in time and size, and silent about credentials in the address."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout

from oracle.chain.errors import NodeRefused, NodeUnreachable, NodeUnreliable
from oracle.domain.errors import Misconfigured

_MAX_REASON = 300
_FORBIDDEN_STATUS = frozenset({401, 403})
_RETRYABLE_STATUS = frozenset({429, 500, 502, 503, 504})


class _Error(msgspec.Struct):
    code: int
    message: str = ""
    data: object = None


class _Answer(msgspec.Struct):
    id: int | str | None = None
    result: object = msgspec.UNSET
    error: _Error | None = None


_decoder = msgspec.json.Decoder(_Answer)


def node_name(url: str) -> str:
    """Host and port: what may be shown of an RPC address, whose path or user part may be a secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Misconfigured("An RPC address is not of the form http(s)://host:port; correct [chain] rpc")
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


@dataclass(slots=True, kw_only=True)
class Transport:
    """Speaks to one address through a session that it does not own."""

    url: str = field(repr=False)
    session: ClientSession = field(repr=False)
    timeout_s: float
    max_body: int
    name: str = field(init=False)
    _last_id: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self.name = node_name(self.url)

    async def call(self, method: str, *params: object) -> object:
        """The `result` of one call. Raises NodeUnreachable, NodeUnreliable or NodeRefused."""
        self._last_id += 1
        request_id = self._last_id
        body = await self._post(
            msgspec.json.encode({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}),
            method,
        )
        try:
            answer = _decoder.decode(body)
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise NodeUnreliable(f"Node {self.name} did not answer {method} with JSON-RPC") from None
        if answer.id != request_id:
            raise NodeUnreliable(f"Node {self.name} answered another request than {method}")
        if answer.error is not None:
            raise NodeRefused(
                method=method,
                number=answer.error.code,
                reason=answer.error.message[:_MAX_REASON],
                data=revert_data(answer.error.data),
            )
        if answer.result is msgspec.UNSET:
            raise NodeUnreliable(f"Node {self.name} answered {method} with neither result nor error")
        return answer.result

    async def _post(self, payload: bytes, method: str) -> bytes:
        # The cause is dropped on purpose: aiohttp's errors and their request info spell out the address.
        try:
            async with self.session.post(
                self.url,
                data=payload,
                headers={"content-type": "application/json"},
                timeout=ClientTimeout(total=self.timeout_s),
                allow_redirects=False,
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
