"""The chain through one or several nodes: the next one is tried when one fails."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import stamina
from aiohttp import ClientSession, DummyCookieJar

from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import WrongChain
from oracle.chain.node import Node
from oracle.chain.quantities import hexadecimal
from oracle.chain.transport import Transport
from oracle.crypto.keccak import keccak256
from oracle.domain.errors import Misconfigured, Transient
from oracle.domain.ids import BlockNumber

_T = TypeVar("_T")
_GENESIS = BlockNumber(0)


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
    """Sticks to a node while it answers. Work that needs consistent answers passes a function to `ask`."""

    nodes: tuple[Node, ...]
    patience: Patience
    _current: int = field(default=0, init=False)

    async def ask(self, work: Callable[[Node], Awaitable[_T]]) -> _T:
        """The result of `work` on one node; on a Transient error all of it is repeated on the next."""
        return await self._patiently(lambda: self.ask_once(work))

    async def ask_once(self, work: Callable[[Node], Awaitable[_T]]) -> _T:
        """Like `ask` without repetition: the next call goes to the next node if this one failed."""
        try:
            return await work(self.nodes[self._current])
        except Transient:
            self._current = (self._current + 1) % len(self.nodes)
            raise

    async def verify_chain(self, record: DeploymentRecord) -> None:
        """Raises WrongChain unless every node serves the chain and the code of the record."""
        for node in self.nodes:
            await self._verify_node(node, record)

    async def _verify_node(self, node: Node, record: DeploymentRecord) -> None:
        advice = "point [chain] rpc at the consortium's chain or use its deployment record"
        chain_id = await self._patiently(node.chain_id)
        if chain_id != record.chain_id:
            raise WrongChain(f"Node {node.name} serves chain {chain_id}, not {record.chain_id}; {advice}")
        genesis = await self._patiently(lambda: node.block(_GENESIS))
        if genesis.hash != record.genesis_hash:
            raise WrongChain(
                f"Node {node.name} serves a chain with genesis {hexadecimal(genesis.hash)}, "
                f"not {hexadecimal(record.genesis_hash)}; {advice}"
            )
        for name, contract in record.contracts.items():
            address = contract.address
            code = await self._patiently(partial(node.code, address))
            if keccak256(code) != contract.code_hash:
                found = "no code" if not code else "other code"
                raise WrongChain(
                    f"Node {node.name} has {found} at {address}, where {name} should be; {advice}"
                )

    async def _patiently(self, question: Callable[[], Awaitable[_T]]) -> _T:
        async for attempt in stamina.retry_context(
            on=Transient,
            attempts=self.patience.attempts,
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
    urls: Sequence[str], patience: Patience | None = None
) -> AsyncIterator[ChainConnection]:
    """A connection over these addresses, in order of preference; closed at the end of the block."""
    if not urls:
        raise Misconfigured("No RPC address is given; set [chain] rpc or pass --rpc")
    patience = patience or Patience()
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        nodes = tuple(
            Node(
                Transport(url=url, session=session, timeout_s=patience.timeout_s, max_body=patience.max_body)
            )
            for url in urls
        )
        yield ChainConnection(nodes, patience)
