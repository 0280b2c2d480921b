"""The chain through one or several nodes: the institution's own while it can be trusted, else the next."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import stamina
from aiohttp import ClientSession, DummyCookieJar

from oracle.chain.announcing import follow_announcements
from oracle.chain.comparing import look_at
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.endpoints import Endpoint
from oracle.chain.errors import NodeRefused, NoUsableNode
from oracle.chain.identity import identify, identify_contracts
from oracle.chain.node import Node
from oracle.chain.transport import HttpTransport
from oracle.chain.websocket import WebSocketTransport
from oracle.domain.errors import Misconfigured, Transient
from oracle.domain.reports import EndpointReport

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call and all its repetitions may take."""

    timeout_s: float = 10.0
    attempts: int = 6
    first_wait_s: float = 0.1
    longest_wait_s: float = 2.0
    max_body: int = 32 * 1024 * 1024


@dataclass(slots=True)
class ChainConnection:
    """Work that needs consistent answers passes a function to `ask`: all of it goes to one node."""

    endpoints: tuple[Endpoint, ...]
    patience: Patience
    expected: DeploymentRecord | None = None
    """When set, a node is asked nothing before it was seen to serve this deployment."""
    _identifying: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(endpoint.node for endpoint in self.endpoints)

    async def ask(self, work: Callable[[Node], Awaitable[_T]]) -> _T:
        """The result of `work` on the best node; on a Transient error all of it is repeated on the next."""
        try:
            return await self._ask_each(work)
        except Transient:
            if self.patience.attempts == 1:
                raise
        await asyncio.sleep(self.patience.first_wait_s)
        return await self._patiently(lambda: self._ask_each(work))

    async def ask_others(self, besides: Node, work: Callable[[Node], Awaitable[_T]]) -> Sequence[_T]:
        """What the other nodes of our chain say; those that do not answer are left out."""
        others = [one for one in self.endpoints if one.node is not besides and not one.aside]
        answers = await asyncio.gather(*(self._ask_if_there(one, work) for one in others))
        return [answer for of_one in answers for answer in of_one]

    async def _ask_if_there(self, endpoint: Endpoint, work: Callable[[Node], Awaitable[_T]]) -> list[_T]:
        try:
            return [await self._ask_one(endpoint, work)]
        except (Transient, NodeRefused):
            return []

    def set_aside(self, node: Node, error: Transient) -> None:
        """Asks this node nothing more until it is seen to agree with the others again."""
        for endpoint in self.endpoints:
            if endpoint.node is node:
                endpoint.set_aside(error)

    async def look(self, finality: int = 0) -> None:
        """Asks every node for its head and compares them. `finality`: blocks that may still be replaced."""
        await look_at(self.endpoints, finality=finality, identify=self._identify)

    async def follow_announcements(self, wake: Callable[[], None]) -> None:
        """Calls `wake` whenever a node announces a new block; nodes without WebSocket announce none."""
        async with asyncio.TaskGroup() as group:
            for endpoint in self.endpoints:
                group.create_task(follow_announcements(endpoint, wake))

    def report(self) -> tuple[EndpointReport, ...]:
        """Every node as it stands, in the order of the configuration; asks nobody."""
        try:
            in_use = self._usable()[0]
        except (NoUsableNode, Misconfigured):
            in_use = None
        return tuple(endpoint.report(in_use=endpoint is in_use) for endpoint in self.endpoints)

    async def verify_chain(self, record: DeploymentRecord) -> None:
        """Raises WrongChain unless every node serves the chain and the code of the record."""
        for node in self.nodes:

            async def question(node: Node = node) -> None:
                await identify(node, record)
                await identify_contracts(node, record)

            await self._patiently(question)

    async def _ask_each(self, work: Callable[[Node], Awaitable[_T]]) -> _T:
        usable = self._usable()
        for endpoint in usable[:-1]:
            try:
                return await self._ask_one(endpoint, work)
            except Transient:
                continue
        return await self._ask_one(usable[-1], work)

    async def _ask_one(self, endpoint: Endpoint, work: Callable[[Node], Awaitable[_T]]) -> _T:
        try:
            if not endpoint.identified:
                await self._identify(endpoint)
            result = await work(endpoint.node)
        except Transient as error:
            if not endpoint.aside:
                endpoint.failed(error)
            raise
        except Misconfigured as error:
            endpoint.set_aside(error)
            self._usable()  # raises when it was the last one
            raise NoUsableNode(str(error)) from error
        if endpoint.failures:
            endpoint.answered()
        return result

    def _usable(self) -> list[Endpoint]:
        """Those that may be asked, best first."""
        usable = [endpoint for endpoint in self.endpoints if not endpoint.aside]
        if usable:
            return sorted(usable, key=lambda endpoint: endpoint.rank)
        faults = [endpoint.operators_fault for endpoint in self.endpoints]
        if faults[0] is not None and not any(endpoint.ever_identified for endpoint in self.endpoints):
            raise faults[0]
        reasons = "; ".join(str(endpoint.fault) for endpoint in self.endpoints)
        raise NoUsableNode(f"No node of [chain] rpc can be used now: {reasons}")

    async def _identify(self, endpoint: Endpoint) -> None:
        record = self.expected
        if record is not None:
            async with self._identifying:
                if not endpoint.identified:
                    await identify(endpoint.node, record)
                if not endpoint.ever_identified:
                    await identify_contracts(endpoint.node, record)
            endpoint.ever_identified = True
        endpoint.identified = True

    async def _patiently(self, question: Callable[[], Awaitable[_T]]) -> _T:
        async for attempt in stamina.retry_context(
            on=Transient,
            attempts=max(1, self.patience.attempts - 1),
            timeout=None,
            wait_initial=self.patience.first_wait_s,
            wait_max=self.patience.longest_wait_s,
            wait_jitter=self.patience.first_wait_s,
        ):
            with attempt:
                return await question()
        raise AssertionError("stamina re-raises after its last attempt")


@asynccontextmanager
async def open_connection(
    urls: Sequence[str], patience: Patience | None = None, *, expected: DeploymentRecord | None = None
) -> AsyncIterator[ChainConnection]:
    """A connection over these addresses, in order of preference; closed at the end of the block."""
    if not urls:
        raise Misconfigured("No RPC address is given; set [chain] rpc or pass --rpc")
    patience = patience or Patience()
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        transports = [_transport(url, session, patience) for url in urls]
        endpoints = tuple(
            Endpoint(node=Node(transport), own=index == 0) for index, transport in enumerate(transports)
        )
        try:
            yield ChainConnection(endpoints, patience, expected)
        finally:
            for transport in transports:
                await transport.close()


def _transport(url: str, session: ClientSession, patience: Patience) -> HttpTransport | WebSocketTransport:
    kind = WebSocketTransport if url.startswith(("ws://", "wss://")) else HttpTransport
    return kind(url=url, session=session, timeout_s=patience.timeout_s, max_body=patience.max_body)
