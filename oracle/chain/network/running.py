"""A network of background nodes: started, watched, stopped, wiped."""

import asyncio
import shutil
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from oracle.chain.connection import Patience, open_connection
from oracle.chain.network.errors import NodeDidNotStart
from oracle.chain.network.folder import NetworkFolder, NetworkRecord, NodeEntry
from oracle.chain.network.geth import run_command
from oracle.chain.network.node_calls import NodeCalls
from oracle.chain.network.processes import last_words, running, start, stop
from oracle.chain.node import LATEST
from oracle.domain.errors import Transient

START_S = 60.0
MEET_S = 20.0
"""How long nodes wait for each other: one that is cut off must not hold up the others."""
_IMPATIENT = Patience(timeout_s=5, attempts=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeHealth:
    """What one node says of itself; all None when it does not answer."""

    name: str
    validator: str
    rpc: str
    ws: str
    running: bool
    block: int | None = None
    block_hash: str | None = None
    block_age_s: int | None = None
    """Of its newest block by this machine's clock."""
    peers: int | None = None


@asynccontextmanager
async def calls(rpc: str) -> AsyncIterator[NodeCalls]:
    """Questions to one node; asked once each."""
    async with open_connection([rpc], _IMPATIENT) as connection:
        yield NodeCalls(connection.nodes[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningNetwork:
    folder: NetworkFolder
    record: NetworkRecord

    def chosen(self, names: Sequence[str]) -> tuple[NodeEntry, ...]:
        """The nodes of these names, all of them without any. Raises NetworkMissing."""
        return tuple(self.record.node(name) for name in names) if names else self.record.nodes

    async def start(self, client: Path, names: Sequence[str] = ()) -> None:
        """Starts what does not run, and returns when each node answers, has its peers, and seals.

        Nodes that sealed before they had met would each begin an end of its own, and Clique can stop for good
        between ends of equal weight.
        """
        begun = [node for node in self.chosen(names) if running(self.folder.place(node)) is None]
        for node in begun:
            place = self.folder.place(node)
            start(run_command(client, self.record, node, place), place)
        await asyncio.gather(*(self._ready(node) for node in self.chosen(names)))
        await asyncio.gather(*(self._seal(node) for node in begun))

    def stop(
        self, names: Sequence[str] = (), number: signal.Signals = signal.SIGTERM
    ) -> tuple[NodeEntry, ...]:
        """Ends nodes; those that ran. Raises NodeDidNotStop."""
        return tuple(node for node in self.chosen(names) if stop(self.folder.place(node), number))

    def wipe(self) -> None:
        """Stops everything and removes the folder, keys included."""
        self.stop()
        for node in self.record.nodes:
            shutil.rmtree(self.folder.place(node).root)
        self.folder.genesis.unlink(missing_ok=True)
        self.folder.record_path.unlink()

    async def health(self) -> tuple[NodeHealth, ...]:
        return tuple(await asyncio.gather(*(self._health(node) for node in self.record.nodes)))

    async def _ready(self, node: NodeEntry) -> None:
        place = self.folder.place(node)
        end = time.monotonic() + START_S
        async with calls(node.rpc) as asked:
            while True:
                try:
                    await asked.take_free_transactions()
                except Transient:
                    if running(place) is None:
                        raise NodeDidNotStart(f"{node.name} ended: {last_words(place)}") from None
                    if time.monotonic() > end:
                        raise NodeDidNotStart(
                            f"{node.name} does not answer after {START_S:.0f} s: {last_words(place)}"
                        ) from None
                    await asyncio.sleep(0.1)
                else:
                    return

    async def _seal(self, node: NodeEntry) -> None:
        others = sum(running(self.folder.place(other)) is not None for other in self.record.nodes) - 1
        end = time.monotonic() + MEET_S
        async with calls(node.rpc) as asked:
            while True:
                if await asked.peer_count() >= others or time.monotonic() > end:
                    return await asked.start_sealing()
                await asyncio.sleep(0.1)

    async def _health(self, node: NodeEntry) -> NodeHealth:
        runs = running(self.folder.place(node)) is not None
        silent = NodeHealth(name=node.name, validator=node.validator, rpc=node.rpc, ws=node.ws, running=runs)
        if not runs:
            return silent
        try:
            async with calls(node.rpc) as asked:
                head = await asked.node.block(LATEST)
                peers = await asked.peer_count()
        except Transient:
            return silent
        return replace(
            silent,
            block=head.number,
            block_hash="0x" + head.hash.hex(),
            block_age_s=max(0, int(time.time()) - head.timestamp),
            peers=peers,
        )
