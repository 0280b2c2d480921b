"""Accepts connections: so many unproven ones, so many of each member, so many in all; the rest is dropped."""

import asyncio
import errno
import socket
import ssl
from collections import Counter
from contextlib import suppress
from typing import Final

import structlog
from aiohttp import web

from oracle.peer.limits import ServerLimits
from oracle.peer.tls import Party, TrustedPeers, certificate_on

log = structlog.get_logger()
_BACKLOG: Final = 256
_PAUSE_S: Final = 0.5
_CALLER_GONE: Final = frozenset({errno.ECONNABORTED, errno.ECONNRESET, errno.EPROTO})
"""Any other failure to accept, above all too many open files, is given time to pass."""


class Listener:
    """Hands proven connections to the HTTP server, from `open` to `close`."""

    def __init__(
        self,
        server: web.Server,
        peers: TrustedPeers,
        context: ssl.SSLContext,
        limits: ServerLimits,
    ) -> None:
        self._server = server
        self._peers = peers
        self._context = context
        self._limits = limits
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._shaking: dict[asyncio.Task[None], str] = {}
        self._open: dict[asyncio.Transport, Party] = {}

    async def open(self, host: str, port: int) -> int:
        """Listens on all addresses of `host`; returns the port. Raises `OSError` when one cannot be had."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in dict.fromkeys(found):
            listening = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
            listening.setblocking(False)
            self._sockets.append(listening)
            self._accepting.append(asyncio.create_task(self._accept(listening)))
        bound: int = self._sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Stops accepting; what is open already stays."""
        tasks = [*self._accepting, *self._shaking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listening in self._sockets:
            listening.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError as error:
                if error.errno not in _CALLER_GONE:
                    log.warning("connections_wait", reason=errno.errorcode.get(error.errno or 0, "unknown"))
                    await asyncio.sleep(_PAUSE_S)
                continue
            host = str(address[0])
            if self._has_room_for(host):
                task = asyncio.create_task(self._prove(connection))
                self._shaking[task] = host
                task.add_done_callback(self._shaking.pop)
            else:
                connection.close()

    def _has_room_for(self, host: str) -> bool:
        """Whether one more connection that is nobody's yet is taken from this address."""
        shaking = Counter(self._shaking.values())
        return (
            shaking.total() < self._limits.handshakes and shaking[host] < self._limits.handshakes_per_address
        )

    async def _prove(self, connection: socket.socket) -> None:
        """Shake hands; a caller with no certificate, one of nobody, or too slow, is gone without a word."""
        with suppress(OSError):
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
                self._server,
                connection,
                ssl=self._context,
                ssl_handshake_timeout=self._limits.handshake_timeout_s,
                ssl_shutdown_timeout=self._limits.shutdown_timeout_s,
            )
            self._keep(transport)

    def _keep(self, transport: asyncio.Transport) -> None:
        self._open = {each: owner for each, owner in self._open.items() if not each.is_closing()}
        owner = self._peers.party_of(certificate_on(transport))
        if owner is None:
            transport.abort()
            return
        of_owner = sum(other == owner for other in self._open.values())
        if of_owner >= self._limits.connections_per_peer or len(self._open) >= self._limits.connections:
            transport.abort()
            return
        self._open[transport] = owner
