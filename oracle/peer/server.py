"""The HTTPS server for other members and auditors: who calls is proven by TLS, everything else is bounded."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final, Protocol, TypeAlias, TypeVar

from aiohttp import web

from oracle.domain.errors import Broken, Refused, Transient
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.messages import Header, MessageType
from oracle.peer import paths
from oracle.peer.admission import Admission
from oracle.peer.decoys import MOST_SIZE as MOST_OF_DECOYS
from oracle.peer.errors import CallerNotSender, CallerUnknown, MessageTypeUnexpected, WireBroken
from oracle.peer.headers import largest_message
from oracle.peer.limits import ServerLimits
from oracle.peer.listening import Listener
from oracle.peer.openings import MOST_ASKED as MOST_OF_AN_OPENING_REQUEST
from oracle.peer.problems import problem, problem_for
from oracle.peer.request_bodies import announced_size, read_body, read_message
from oracle.peer.tls import TrustedPeers, certificate_on
from oracle.peer.version import encode_version
from oracle.peer.versions import VERSIONS_HEADER, read_versions, require_shared, say_versions
from oracle.telemetry.metrics import PEER_ANSWERS

_PIECE: Final = 65_536
_Result = TypeVar("_Result")
_Party = TypeVar("_Party", MemberId, Address)
_Work: TypeAlias = Callable[[web.Request, _Party], Awaitable[bytes | None]]
_Served: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PeerHandlers(Protocol):
    """What this member does with messages; a `Refused` or `Transient` raised is answered with its code."""

    async def expect(self, header: Header) -> None:
        """Refuses by the header alone, before the rest is read, what would be refused anyway."""

    async def envelope(self, batch_id: BatchId, peer: MemberId, version: int) -> bytes:
        """The sealed envelope of our batch for this holder; `UnknownBatch` when there is none for it."""

    async def reply(self, raw: bytes, peer: MemberId) -> None: ...

    async def receipt(self, raw: bytes, peer: MemberId) -> bytes:
        """The sealed disclosures, or a sealed refusal."""

    async def voucher_state(self, raw: bytes, peer: MemberId) -> bytes: ...

    async def express(self, raw: bytes, peer: MemberId) -> bytes:
        """The sealed reply to an express request, or the sealed refusal."""

    async def anchor_proofs(self, raw: bytes, peer: MemberId) -> None: ...

    async def opening(self, raw: bytes, auditor: Address) -> bytes:
        """A part of what was handed in for a case, sealed to this auditor in office."""

    async def decoys(self, raw: bytes, auditor: Address) -> None:
        """Elements that this member is to ask about for this auditor; returns once they are on disk."""

    async def recall(self, raw: bytes, peer: MemberId) -> None: ...

    async def anchor_proof(self, batch_id: BatchId, peer: MemberId, version: int) -> bytes:
        """The sealed proof that a batch of ours stands in an anchor; `UnknownBatch` while it does not."""


class NotInTime(Transient):
    """A handler took longer than a caller can be kept waiting."""

    code = "not_in_time"


class PeerServer:
    """Listens from `start` to `stop`; `on_broken` learns of `Broken` errors, the caller gets a bare 500."""

    def __init__(
        self,
        handlers: PeerHandlers,
        peers: TrustedPeers,
        *,
        limits: ServerLimits,
        on_broken: Callable[[Broken], None],
    ) -> None:
        self._handlers = handlers
        self._peers = peers
        self._limits = limits
        self._on_broken = on_broken
        self._admission = Admission(limits)
        self._runner: web.AppRunner | None = None
        self._listener: Listener | None = None

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn now."""
        return self._admission.waiting

    async def start(self, host: str, port: int, context: ssl.SSLContext) -> int:
        """Listens; returns the port, chosen by the system when 0 was asked for."""
        app = web.Application()
        app.add_routes(
            [
                web.get(paths.ENVELOPES + "/{batch_id}", self._serve(self._envelope), allow_head=False),
                web.post(paths.REPLIES, self._serve(self._reply)),
                web.post(paths.RECEIPTS, self._serve(self._receipt)),
                web.post(paths.VOUCHER_STATE, self._serve(self._voucher_state)),
                web.post(paths.EXPRESS, self._serve(self._express)),
                web.post(paths.ANCHOR_PROOFS, self._serve(self._anchor_proofs)),
                web.get(
                    paths.ANCHOR_PROOFS + "/{batch_id}", self._serve(self._anchor_proof), allow_head=False
                ),
                web.post(paths.OPENINGS, self._serve_auditors(self._opening)),
                web.post(paths.DECOYS, self._serve_auditors(self._decoys)),
                web.post(paths.RECALLS, self._serve(self._recall)),
                web.get(paths.VERSION, self._serve(self._version), allow_head=False),
            ]
        )
        self._runner = web.AppRunner(
            app,
            handle_signals=False,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=self._limits.idle_timeout_s,
            lingering_time=self._limits.linger_s,
            max_line_size=self._limits.head_bytes,
            max_field_size=self._limits.head_bytes,
            max_headers=self._limits.headers,
            shutdown_timeout=self._limits.shutdown_timeout_s,
        )
        await self._runner.setup()
        if self._runner.server is None:
            raise WireBroken("the HTTP server was set up and is not there")
        self._listener = Listener(self._runner.server, self._peers, context, self._limits)
        return await self._listener.open(host, port)

    async def stop(self) -> None:
        """Stops listening, lets running requests end within the shutdown timeout, then closes all."""
        if self._listener is not None:
            await self._listener.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _serve(self, work: _Work[MemberId]) -> _Served:
        return self._served(work, self._member)

    def _serve_auditors(self, work: _Work[Address]) -> _Served:
        return self._served(work, self._auditor)

    def _served(self, work: _Work[_Party], caller: Callable[[web.Request], _Party]) -> _Served:
        async def serve(request: web.Request) -> web.StreamResponse:
            try:
                peer = caller(request)
                async with self._admission.slot(peer):
                    return await self._write(request, *await self._answer(request, peer, work))
            except (Refused, Transient) as error:
                # Only before a slot is held: these answers are small and are not waited for long.
                return await self._write(request, self._problem(error))

        return serve

    def _member(self, request: web.Request) -> MemberId:
        """By the certificate of the connection, at each request: it may have been replaced since."""
        peer = self._peers.member_of(certificate_on(request.transport))
        if peer is None:
            raise CallerUnknown("the caller's certificate is not that of a member now")
        return peer

    def _auditor(self, request: web.Request) -> Address:
        auditor = self._peers.auditor_of(certificate_on(request.transport))
        if auditor is None:
            raise CallerUnknown("the caller's certificate is not that of an auditor in office")
        return auditor

    async def _answer(
        self, request: web.Request, peer: _Party, work: _Work[_Party]
    ) -> tuple[web.StreamResponse, bytes]:
        """The answer, and the message to send after it where that is large."""
        try:
            sealed = await work(request, peer)
        except (Refused, Transient) as error:
            return self._problem(error), b""
        except Broken as error:
            self._on_broken(error)
            return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", retry_after_s=0), b""
        PEER_ANSWERS.labels("served").inc()
        if sealed is None:
            return web.Response(status=HTTPStatus.NO_CONTENT), b""
        if len(sealed) <= _PIECE:
            # In one write with its head: whoever waits for it wakes up once.
            return web.Response(body=sealed, content_type=paths.CONTENT_TYPE), b""
        response = web.StreamResponse()
        response.content_type = paths.CONTENT_TYPE
        response.content_length = len(sealed)
        return response, sealed

    async def _write(
        self, request: web.Request, response: web.StreamResponse, message: bytes = b""
    ) -> web.StreamResponse:
        """Sends the whole answer; a caller that does not read it loses its connection.

        In pieces: a TLS transport takes one large write into memory at once and then waits for nobody.
        """
        response.headers[VERSIONS_HEADER] = say_versions()
        try:
            async with asyncio.timeout(self._limits.time_for(len(message), self._limits.write_timeout_s)):
                await response.prepare(request)
                for start in range(0, len(message), _PIECE):
                    await response.write(message[start : start + _PIECE])
                await response.write_eof()
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        except ConnectionError:
            # The caller has gone; whatever it asked for is done and can be asked for again.
            return response
        return response

    def _problem(self, error: Refused | Transient) -> web.Response:
        PEER_ANSWERS.labels(error.code).inc()
        return problem_for(error, retry_after_s=self._limits.retry_after_s)

    async def _envelope(self, request: web.Request, peer: MemberId) -> bytes:
        batch_id = paths.parse_batch_id(request.match_info["batch_id"])
        version = require_shared(read_versions(request.headers.get(VERSIONS_HEADER)))
        return await self._in_time(self._handlers.envelope(batch_id, peer, version))

    async def _reply(self, request: web.Request, peer: MemberId) -> None:
        async with self._message(request, peer, MessageType.REPLY, MessageType.REFUSAL) as raw:
            await self._in_time(self._handlers.reply(raw, peer))

    async def _receipt(self, request: web.Request, peer: MemberId) -> bytes:
        async with self._message(request, peer, MessageType.RECEIPT) as raw:
            return await self._in_time(self._handlers.receipt(raw, peer))

    async def _voucher_state(self, request: web.Request, peer: MemberId) -> bytes:
        async with self._message(request, peer, MessageType.VOUCHER_STATE_REQUEST) as raw:
            return await self._in_time(self._handlers.voucher_state(raw, peer))

    async def _express(self, request: web.Request, peer: MemberId) -> bytes:
        async with self._message(request, peer, MessageType.QUERY_ENVELOPE) as raw:
            return await self._in_time(self._handlers.express(raw, peer))

    async def _anchor_proofs(self, request: web.Request, peer: MemberId) -> None:
        async with self._message(request, peer, MessageType.ANCHOR_PROOFS) as raw:
            await self._in_time(self._handlers.anchor_proofs(raw, peer))

    async def _recall(self, request: web.Request, peer: MemberId) -> None:
        async with self._message(request, peer, MessageType.RECALL) as raw:
            await self._in_time(self._handlers.recall(raw, peer))

    async def _anchor_proof(self, request: web.Request, peer: MemberId) -> bytes:
        batch_id = paths.parse_batch_id(request.match_info["batch_id"])
        version = require_shared(read_versions(request.headers.get(VERSIONS_HEADER)))
        return await self._in_time(self._handlers.anchor_proof(batch_id, peer, version))

    async def _opening(self, request: web.Request, auditor: Address) -> bytes:
        size = announced_size(request, most=MOST_OF_AN_OPENING_REQUEST)
        with self._admission.room(auditor, size):
            timeout_s = self._limits.time_for(size, self._limits.read_timeout_s)
            raw = await read_body(request, most=MOST_OF_AN_OPENING_REQUEST, timeout_s=timeout_s)
            return await self._in_time(self._handlers.opening(raw, auditor))

    async def _decoys(self, request: web.Request, auditor: Address) -> None:
        size = announced_size(request, most=MOST_OF_DECOYS)
        with self._admission.room(auditor, size):
            raw = await read_body(request, most=MOST_OF_DECOYS, timeout_s=self._limits.read_timeout_s)
            await self._in_time(self._handlers.decoys(raw, auditor))

    async def _version(self, _: web.Request, __: MemberId) -> bytes:
        """Inside mutual TLS: whoever is no member learns nothing of it."""
        return encode_version()

    @asynccontextmanager
    async def _message(
        self, request: web.Request, peer: MemberId, *kinds: MessageType
    ) -> AsyncIterator[bytes]:
        """A body that is a message of one of these types from this very peer; not opened yet."""

        async def expect(header: Header) -> None:
            if header.type not in kinds:
                raise MessageTypeUnexpected("a message of another type belongs on another path")
            if header.sender != peer:
                raise CallerNotSender("the message names another sender than the member that is connected")
            await self._handlers.expect(header)

        most = max(largest_message(kind) for kind in kinds)
        size = announced_size(request, most=most)
        with self._admission.room(peer, size):
            timeout_s = self._limits.time_for(size, self._limits.read_timeout_s)
            yield await read_message(request, most=most, timeout_s=timeout_s, expect=expect)

    async def _in_time(self, handled: Awaitable[_Result]) -> _Result:
        try:
            async with asyncio.timeout(self._limits.handle_timeout_s):
                return await handled
        except TimeoutError as error:
            raise NotInTime("the answer is not ready yet; ask again") from error
