"""Reaches the daemon's interface over its socket or port, and turns what goes wrong into errors of ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from types import TracebackType
from typing import ClassVar, Self, TypeVar

import aiohttp
import msgspec

from oracle.api.access import read_token
from oracle.api.schema import Problem
from oracle.config.settings import Loopback, UnixSocket
from oracle.domain.errors import Broken, Misconfigured, RiskmeshError, Transient

T = TypeVar("T")
# Streams carry an empty line every 15 s; other answers may wait for a block or two.
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=180)


class DaemonUnreachable(Transient):
    """Nobody answers where the daemon should be."""

    code: ClassVar[str] = "daemon_unreachable"


class InterfaceForbidden(Misconfigured):
    """The socket or the token file belongs to another account."""

    code: ClassVar[str] = "interface_forbidden"


class InterfaceMismatch(Broken):
    """The daemon's answer is not one that this version of the client knows."""

    code: ClassVar[str] = "interface_mismatch"


class ProblemReported(RiskmeshError):
    """The daemon answered with a problem document."""

    code: ClassVar[str] = "problem_reported"

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.message} {problem.action}")
        self.problem = problem


class Connection:
    """One HTTP session with the daemon; an async context manager."""

    def __init__(self, listen: UnixSocket | Loopback) -> None:
        self._listen = listen
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        headers = {}
        connector: aiohttp.BaseConnector
        if isinstance(self._listen, UnixSocket):
            connector, origin = aiohttp.UnixConnector(str(self._listen.path)), "http://localhost"
        else:
            if self._listen.token_file.exists():
                headers["Authorization"] = f"Bearer {read_token(self._listen.token_file)}"
            connector, origin = aiohttp.TCPConnector(), f"http://{self._listen.address}"
        self._session = aiohttp.ClientSession(
            origin, connector=connector, headers=headers, timeout=_TIMEOUT, trust_env=False
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, answer: type[T], *, parameters: dict[str, str] | None = None) -> T:
        async with self._answered("GET", path, parameters=parameters) as response:
            return _decoded(await response.read(), answer)

    async def post(self, path: str, answer: type[T], *, body: msgspec.Struct | None = None) -> T:
        raw = BytesIO(msgspec.json.encode(body) if body is not None else b"{}")
        async with self._answered("POST", path, data=raw) as response:
            return _decoded(await response.read(), answer)

    async def lines(
        self,
        method: str,
        path: str,
        line: type[T],
        *,
        parameters: dict[str, str] | None = None,
        upload: AsyncIterator[bytes] | None = None,
    ) -> AsyncIterator[T]:
        """The lines of a stream as they come; empty ones are left out."""
        async with self._answered(method, path, parameters=parameters, data=upload) as response:
            rest = b""
            async for chunk in response.content.iter_any():
                *complete, rest = (rest + chunk).split(b"\n")
                for raw in complete:
                    if raw:
                        yield _decoded(raw, line)
            if rest:
                raise DaemonUnreachable("The daemon stopped in the middle of an answer.")

    @asynccontextmanager
    async def _answered(
        self,
        method: str,
        path: str,
        *,
        parameters: dict[str, str] | None = None,
        data: BytesIO | AsyncIterator[bytes] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise Broken("The connection is used before it was opened.")
        kind = "application/json" if isinstance(data, BytesIO) else "application/octet-stream"
        headers = {"Content-Type": kind} if data is not None else None
        try:
            async with self._session.request(
                method, path, params=parameters, data=data, headers=headers, allow_redirects=False
            ) as response:
                if response.status >= 300:  # noqa: PLR2004 - everything but success
                    raise _reported(response.status, await response.read())
                yield response
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, PermissionError):
                raise InterfaceForbidden(
                    f"This account may not open {self._where()}. Run the command as the daemon's account."
                ) from error
            raise DaemonUnreachable(
                f"No daemon answers at {self._where()}. Start it with: riskmesh daemon run"
            ) from error
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as error:
            raise DaemonUnreachable(
                f"The daemon at {self._where()} stopped answering; its log says why. "
                "Start it again with: riskmesh daemon run"
            ) from error
        except aiohttp.ClientError as error:
            raise InterfaceMismatch(f"What answers at {self._where()} is not our daemon.") from error

    def _where(self) -> str:
        if isinstance(self._listen, UnixSocket):
            return str(self._listen.path)
        return f"http://{self._listen.address}"


def _decoded(raw: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InterfaceMismatch(
            f"The daemon's answer is not a {shape.__name__} as this command knows it. "
            "Let the command and the daemon be of the same version."
        ) from error


def _reported(status: int, raw: bytes) -> RiskmeshError:
    try:
        return ProblemReported(msgspec.json.decode(raw, type=Problem))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return InterfaceMismatch(f"The daemon failed with HTTP status {status}. Its log says why.")
