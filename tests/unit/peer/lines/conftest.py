"""A member's real server on loopback and the clients of others, over real TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any

import pytest

from oracle.crypto.tls import TlsIdentity, client_context, create_certificate
from oracle.domain.errors import Broken
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.messages import Header
from oracle.peer.client import PeerAddress, PeerClient
from oracle.peer.contacts import Contacts
from oracle.peer.limits import ClientLimits, ServerLimits
from oracle.peer.reachable import ReachPolicy
from oracle.peer.server import PeerServer
from oracle.peer.tls import AuditorCertificate, PeerCertificate, TrustedPeers, server_context

SERVER, ALICE, BOB, MALLORY = MemberId(1), MemberId(2), MemberId(3), MemberId(66)


def identity(label: str) -> TlsIdentity:
    secret = sha256(label.encode()).digest()
    return TlsIdentity(certificate=create_certificate(secret, label), secret=secret)


IDENTITIES: dict[Any, TlsIdentity] = {
    number: identity(f"member {number}") for number in (SERVER, ALICE, BOB, MALLORY)
}
AUDITOR = Address("0x52908400098527886E0F7030069857D2E4169EE7")
IDENTITIES[AUDITOR] = identity("an auditor")

Answer = Callable[[Any, Any], Awaitable[Any]]


async def _nothing(_said: Any, _peer: Any) -> bytes:
    return b""


async def _lets_pass(_header: Header) -> None:
    """Whatever it says."""


@dataclass
class Handlers:
    """Answers each path with whatever a test puts here, and remembers what came."""

    expect_answer: Callable[[Header], Awaitable[None]] = _lets_pass
    envelope_answer: Answer = _nothing
    reply_answer: Answer = _nothing
    receipt_answer: Answer = _nothing
    voucher_state_answer: Answer = _nothing
    express_answer: Answer = _nothing
    anchor_proofs_answer: Answer = _nothing
    anchor_proof_answer: Answer = _nothing
    opening_answer: Answer = _nothing
    recall_answer: Answer = _nothing
    seen: list[tuple[str, Any, Any]] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    expected: list[Header] = field(default_factory=list)

    async def expect(self, header: Header) -> None:
        self.expected.append(header)
        await self.expect_answer(header)

    async def envelope(self, batch_id: BatchId, peer: MemberId, version: int) -> Any:
        self.versions.append(version)
        self.seen.append(("envelope", batch_id, peer))
        return await self.envelope_answer(batch_id, peer)

    async def reply(self, raw: bytes, peer: MemberId) -> Any:
        self.seen.append(("reply", raw, peer))
        return await self.reply_answer(raw, peer)

    async def receipt(self, raw: bytes, peer: MemberId) -> Any:
        self.seen.append(("receipt", raw, peer))
        return await self.receipt_answer(raw, peer)

    async def voucher_state(self, raw: bytes, peer: MemberId) -> Any:
        self.seen.append(("voucher_state", raw, peer))
        return await self.voucher_state_answer(raw, peer)

    async def express(self, raw: bytes, peer: MemberId) -> Any:
        self.seen.append(("express", raw, peer))
        return await self.express_answer(raw, peer)

    async def anchor_proofs(self, raw: bytes, peer: MemberId) -> Any:
        self.seen.append(("anchor_proofs", raw, peer))
        return await self.anchor_proofs_answer(raw, peer)

    async def opening(self, raw: bytes, auditor: Address) -> Any:
        self.seen.append(("opening", raw, auditor))
        return await self.opening_answer(raw, auditor)

    async def decoys(self, raw: bytes, auditor: Address) -> Any:
        self.seen.append(("decoys", raw, auditor))

    async def recall(self, raw: bytes, peer: MemberId) -> Any:
        self.seen.append(("recall", raw, peer))
        return await self.recall_answer(raw, peer)

    async def anchor_proof(self, batch_id: BatchId, peer: MemberId, version: int) -> Any:
        self.versions.append(version)
        self.seen.append(("anchor_proof", batch_id, peer))
        return await self.anchor_proof_answer(batch_id, peer)


@dataclass
class Book:
    """The registry's endpoints, for tests to change."""

    addresses: dict[MemberId, PeerAddress] = field(default_factory=dict)

    def address_of(self, member: MemberId) -> PeerAddress | None:
        return self.addresses.get(member)


@dataclass
class House:
    """One listening member, and everything that connects to it."""

    handlers: Handlers = field(default_factory=Handlers)
    peers: TrustedPeers = field(default_factory=TrustedPeers)
    book: Book = field(default_factory=Book)
    broken: list[Broken] = field(default_factory=list)
    auditors: tuple[Address, ...] = (AUDITOR,)
    """In office from the next `trust` on."""
    port: int = 0
    server: Any = None
    _closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def open(self, **limits: Any) -> None:
        """Starts the server with these limits; Alice and Bob are members, and there is an auditor."""
        self.trust(ALICE, BOB)
        self.server = server = PeerServer(
            self.handlers,
            self.peers,
            limits=ServerLimits(**{"shutdown_timeout_s": 0.1, **limits}),
            on_broken=self.broken.append,
        )
        self.port = await server.start("127.0.0.1", 0, server_context(IDENTITIES[SERVER], self.peers))
        self._closing.append(server.stop)
        self.register(SERVER, self.port)

    def trust(self, *members: MemberId) -> None:
        self.peers.refresh(
            (
                PeerCertificate(member=member, certificate=IDENTITIES[member].certificate)
                for member in members
            ),
            (
                AuditorCertificate(auditor=auditor, certificate=IDENTITIES[auditor].certificate)
                for auditor in self.auditors
            ),
        )

    def certificate_of(self, party: Any) -> bytes:
        return IDENTITIES[party].certificate

    def register(self, member: MemberId, port: int, *, shown: MemberId | None = None) -> None:
        """What the book says of a member; `shown` registers another one's certificate."""
        self.book.addresses[member] = PeerAddress(
            endpoint=f"https://127.0.0.1:{port}", certificate=IDENTITIES[shown or member].certificate
        )

    async def relay(self) -> list[int]:
        """Puts a plain TCP relay before the server; the list grows by one with each connection."""
        connections: list[int] = []

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(1)
            there, onwards = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                await asyncio.gather(_pump(reader, onwards), _pump(there, writer))
            finally:
                await _abort(onwards)
                await _abort(writer)

        await self._listen(SERVER, carry, None)
        return connections

    async def stand_in(self, answer: bytes | None) -> list[bytes]:
        """A server with the right certificate that answers these bytes to everything, or nothing at all."""
        requests: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            requests.append(await reader.readuntil(b"\r\n\r\n"))
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
            writer.close()

        self.trust(ALICE, BOB)
        await self._listen(SERVER, serve, server_context(IDENTITIES[SERVER], self.peers))
        return requests

    async def _listen(self, member: MemberId, serve: Any, context: ssl.SSLContext | None) -> None:
        tasks: set[asyncio.Task[None]] = set()

        async def contained(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await serve(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                writer.close()

        def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(contained(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        listener = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=context)

        async def close() -> None:
            listener.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._closing.append(close)
        self.register(member, listener.sockets[0].getsockname()[1])

    async def raw(
        self, member: Any, *, limit: int = 65536
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A TLS connection of this member to the server, to send whatever a test likes."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.context(member), limit=limit
        )
        self._closing.append(partial(_abort, writer))
        return reader, writer

    def client(
        self, member: Any, *, allow_private: bool = True, contacts: Contacts | None = None, **limits: Any
    ) -> PeerClient:
        client = PeerClient(
            IDENTITIES[member],
            self.book,
            limits=ClientLimits(**limits),
            reach=ReachPolicy(private=allow_private),
            contacts=contacts,
        )
        self._closing.append(client.close)
        return client

    def context(self, member: Any) -> ssl.SSLContext:
        """For raw connections of this member to the server."""
        return client_context(IDENTITIES[member], (IDENTITIES[SERVER].certificate,))

    async def close(self) -> None:
        for close in reversed(self._closing):
            await close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def _abort(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    await asyncio.sleep(0)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    built = House()
    yield built
    await built.close()
