"""Calls other members: one pinned, kept-alive session a peer, every wait and every answer bounded."""

import asyncio
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from types import TracebackType
from typing import Final, Protocol, Self, TypeAlias

import aiohttp

from oracle.crypto.tls import TlsIdentity, client_context
from oracle.domain.errors import RiskmeshError
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.peer import paths
from oracle.peer.answers import read_answer, refusal_of
from oracle.peer.contacts import Contacts
from oracle.peer.endpoints import PermittedResolver, parse_endpoint, permitted_socket
from oracle.peer.errors import (
    MessageVersionUnknown,
    PeerBusy,
    PeerCertificateWrong,
    PeerRefused,
    PeerUnknown,
    PeerUnreachable,
)
from oracle.peer.headers import largest_message
from oracle.peer.limits import ClientLimits
from oracle.peer.openings import MOST as MOST_OF_AN_OPENING
from oracle.peer.reachable import ReachPolicy
from oracle.peer.version import MOST as MOST_OF_A_VERSION
from oracle.peer.version import PeerVersion, decode_version
from oracle.peer.versions import VERSIONS_HEADER, VersionsUnreadable, agree, read_versions, say_versions
from oracle.telemetry.metrics import PEER_CALLS

OVERLOADED: Final = frozenset({"peer_too_busy", "peer_too_often", "server_too_busy", "workers_busy"})
_Answer: TypeAlias = PeerBusy | PeerRefused | PeerUnreachable
_HEADERS: Final = {
    "Accept": paths.CONTENT_TYPE,
    "Accept-Encoding": "identity",
    VERSIONS_HEADER: say_versions(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerAddress:
    """How the registry says a member is reached."""

    endpoint: str
    certificate: bytes = field(repr=False)
    """DER."""
    earlier: tuple[bytes, ...] = field(default=(), repr=False)
    """Replaced certificates within their grace: the peer may not have switched yet."""


class PeerBook(Protocol):
    """The registry's current endpoints."""

    def address_of(self, member: MemberId) -> PeerAddress | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """An open session to one peer as it was registered when the session was made."""

    address: PeerAddress
    identity: TlsIdentity
    origin: str
    session: aiohttp.ClientSession


class PeerClient:
    """Raises `Transient` for what may pass (network, 5xx, 408, 429) and `Refused` for what will not."""

    def __init__(
        self,
        identity: TlsIdentity,
        book: PeerBook,
        *,
        limits: ClientLimits,
        reach: ReachPolicy,
        contacts: Contacts | None = None,
    ) -> None:
        self._identity = identity
        self._book = book
        self._limits = limits
        self._reach = reach
        self._contacts = contacts or Contacts()
        self._lines: dict[MemberId, _Line] = {}
        self._pauses: dict[MemberId, float] = {}
        self._versions: dict[MemberId, frozenset[int]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def use(self, identity: TlsIdentity) -> None:
        """Show this certificate from the next call on."""
        self._identity = identity

    async def close(self) -> None:
        lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            await line.session.close()

    async def wire_version(self, peer: MemberId) -> int:
        """The newest version that both understand; asked for once, then learnt from each answer.

        Raises `VersionNotShared` when there is none.
        """
        if peer not in self._versions:
            try:
                await self._call(peer, "GET", paths.VERSION, None, most=MOST_OF_A_VERSION)
            except PeerRefused as error:
                # A release from before this question does not know the path, and answers all the same.
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
        return agree(peer, self._versions[peer])

    def versions_of(self, peer: MemberId) -> frozenset[int] | None:
        """What the peer said last that it understands; None before its first answer."""
        return self._versions.get(peer)

    async def fetch_envelope(self, requester: MemberId, batch_id: BatchId) -> bytes:
        """The sealed envelope of a batch that the chain says this member committed."""
        most = largest_message(MessageType.QUERY_ENVELOPE)
        return await self._call(requester, "GET", paths.envelope_path(batch_id), None, most=most)

    async def deliver_reply(self, requester: MemberId, message: bytes) -> None:
        """A sealed reply, or the sealed refusal of a request."""
        await self._call(requester, "POST", paths.REPLIES, message, most=0)

    async def send_receipt(self, holder: MemberId, message: bytes) -> bytes:
        """The sealed disclosures, or a sealed refusal."""
        most = largest_message(MessageType.DISCLOSURES)
        return await self._call(holder, "POST", paths.RECEIPTS, message, most=most)

    async def voucher_state(self, holder: MemberId, message: bytes) -> bytes:
        most = largest_message(MessageType.VOUCHER_STATE)
        return await self._call(holder, "POST", paths.VOUCHER_STATE, message, most=most)

    async def ask_express(self, holder: MemberId, message: bytes) -> bytes:
        """The sealed reply to a sealed envelope, or the sealed refusal."""
        most = largest_message(MessageType.REPLY)
        return await self._call(holder, "POST", paths.EXPRESS, message, most=most)

    async def prove_anchor(self, holder: MemberId, message: bytes) -> None:
        await self._call(holder, "POST", paths.ANCHOR_PROOFS, message, most=0)

    async def recall(self, requester: MemberId, message: bytes) -> None:
        await self._call(requester, "POST", paths.RECALLS, message, most=0)

    async def fetch_anchor_proof(self, requester: MemberId, batch_id: BatchId) -> bytes:
        """The sealed proof of one express batch that this member answered."""
        most = largest_message(MessageType.ANCHOR_PROOFS)
        return await self._call(requester, "GET", paths.anchor_proof_path(batch_id), None, most=most)

    async def fetch_opening(self, member: MemberId, request: bytes) -> bytes:
        """A sealed part of what a member handed in, for the auditor that signed the request."""
        return await self._call(member, "POST", paths.OPENINGS, request, most=MOST_OF_AN_OPENING)

    async def hand_decoys(self, member: MemberId, ticket: bytes) -> None:
        await self._call(member, "POST", paths.DECOYS, ticket, most=0)

    async def version(self, peer: MemberId) -> PeerVersion:
        """What the member says of its program, its protocol and its clock."""
        began = time.time()
        body = await self._call(peer, "GET", paths.VERSION, None, most=MOST_OF_A_VERSION)
        return decode_version(body, asked_at=int((began + time.time()) / 2))

    async def _call(
        self, peer: MemberId, method: str, path: str, message: bytes | None, *, most: int
    ) -> bytes:
        """One call, and the note of how it went: an answer that refuses is an answer, too."""
        self._respect_pauses(peer)
        try:
            answer = await self._exchange(peer, method, path, message, most=most)
        except RiskmeshError as error:
            PEER_CALLS.labels(error.code).inc()
            if isinstance(error, PeerRefused | PeerBusy):
                self._contacts.heard(peer)
            else:
                self._contacts.failed(peer, error.code)
            raise
        PEER_CALLS.labels("answered").inc()
        self._contacts.heard(peer)
        return answer

    async def _exchange(
        self, peer: MemberId, method: str, path: str, message: bytes | None, *, most: int
    ) -> bytes:
        line = await self._line(peer)
        headers = _HEADERS if message is None else {**_HEADERS, "Content-Type": paths.CONTENT_TYPE}
        body = None if message is None else BytesIO(message)
        try:
            async with line.session.request(
                method, line.origin + path, data=body, headers=headers, allow_redirects=False
            ) as response:
                self._learn_versions(peer, response)
                if response.status in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
                    return await read_answer(response, most=most)
                raise self._noted(peer, await refusal_of(response, self._limits.retry_after_most_s))
        except aiohttp.ClientConnectorCertificateError as error:
            raise PeerCertificateWrong(f"member {peer} does not show its registered certificate") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PeerUnreachable(
                f"member {peer} cannot be reached or broke off; trying again later"
            ) from error

    def _respect_pauses(self, peer: MemberId) -> None:
        """A peer that asked for time is not called until it has passed, whoever here would call it."""
        left_s = self._pauses.get(peer, 0.0) - asyncio.get_running_loop().time()
        if left_s > 0:
            raise PeerBusy(
                f"member {peer} asked to be left alone for another {left_s:.1f} s",
                retry_after_s=left_s,
                peer_code="paused",
            )
        self._pauses.pop(peer, None)

    def _learn_versions(self, peer: MemberId, response: aiohttp.ClientResponse) -> None:
        try:
            self._versions[peer] = read_versions(response.headers.get(VERSIONS_HEADER))
        except VersionsUnreadable as error:
            raise PeerRefused(
                f"member {peer} does not say readably which wire versions it understands",
                peer_code=error.code,
                status=response.status,
            ) from error

    def _noted(self, peer: MemberId, error: _Answer) -> _Answer:
        """Pauses for a peer that has too much to do; one that says not yet means this one batch."""
        if isinstance(error, PeerRefused) and error.peer_code == MessageVersionUnknown.code:
            agree(peer, self._versions[peer])
        if isinstance(error, PeerBusy) and error.peer_code in OVERLOADED:
            self._pauses[peer] = asyncio.get_running_loop().time() + error.retry_after_s
        return error

    async def _line(self, peer: MemberId) -> _Line:
        address = self._book.address_of(peer)
        if address is None:
            raise PeerUnknown(f"the registry has no endpoint for member {peer}")
        line = self._lines.get(peer)
        if line is not None and line.address == address and line.identity is self._identity:
            return line
        opened = self._open(address)
        self._lines[peer] = opened
        if line is not None:
            await line.session.close()
        return opened

    def _open(self, address: PeerAddress) -> _Line:
        endpoint = parse_endpoint(address.endpoint, self._reach)
        connector = aiohttp.TCPConnector(
            ssl=client_context(self._identity, (address.certificate, *address.earlier)),
            resolver=PermittedResolver(self._reach),
            socket_factory=permitted_socket(self._reach),
            limit=self._limits.connections_per_peer,
            keepalive_timeout=self._limits.idle_timeout_s,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=self._limits.timeout_s, sock_connect=self._limits.connect_timeout_s
            ),
            auto_decompress=False,
            trust_env=False,
            max_line_size=self._limits.head_bytes,
            max_field_size=self._limits.head_bytes,
        )
        return _Line(address=address, identity=self._identity, origin=endpoint.origin, session=session)
