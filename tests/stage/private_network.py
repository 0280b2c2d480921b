"""Institutions on a private network of real validators: go-ethereum sealing Clique, daemons as processes.

Each daemon has the node of its own institution first, and another's behind it.
"""

import asyncio
import json
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from stage.alliance import LONG_EPOCHS, Alliance, _publish, held
from stage.peer_lines import PeerLines

from oracle.chain.network.client import find_client
from oracle.chain.network.folder import NetworkFolder, NodeEntry
from oracle.chain.network.making import NetworkPlan, make_network
from oracle.chain.network.running import RunningNetwork, calls
from oracle.chain.node import LATEST
from oracle.demo.institutions import Institution, set_up
from oracle.demo.ledger import Ledger, read_ledger
from oracle.demo.processes import Processes, run_command
from oracle.domain.errors import Transient
from oracle.domain.ids import BlockNumber

VALIDATORS = 4
PERIOD_S = 2
FINALITY = VALIDATORS // 2 + 1
"""Blocks on top of a commitment before it counts. Half of what is advised: reorganisations reach closer."""
LISTS = {
    "asker": held("high_risk_account", "only-asker.example"),
    "north": held("transaction_fraud", "north.example", "both.example"),
    "south": held("telecom_fraud", "south.example", "both.example"),
}
PATIENCE_S = 300.0


@dataclass(slots=True, kw_only=True)
class PrivateNetwork:
    """A running network whose nodes a test may kill, cut off and start again."""

    running: RunningNetwork
    client: Path
    lines: PeerLines

    def node(self, number: int) -> NodeEntry:
        return self.running.record.node(f"node{number}")

    def address(self, node: int | str) -> str:
        return node if isinstance(node, str) else self.node(node).rpc

    @property
    def nodes(self) -> tuple[NodeEntry, ...]:
        return self.running.record.nodes

    def kill(self, *numbers: int) -> None:
        """SIGKILL, as a power cut would."""
        self.running.stop([f"node{number}" for number in numbers], signal.SIGKILL)

    async def start(self, *numbers: int) -> None:
        await self.running.start(self.client, [f"node{number}" for number in numbers])

    async def head(self, number: int) -> int:
        async with calls(self.node(number).rpc) as asked:
            return (await asked.node.block(LATEST)).number

    async def hash_of(self, number: int, block: int) -> bytes | None:
        async with calls(self.node(number).rpc) as asked:
            found = await asked.node.find_block(BlockNumber(block))
            return None if found is None else found.hash

    async def until(self, holds: Callable[[list[int]], bool], *numbers: int) -> list[int]:
        """The heads of these nodes (all without any) once this holds for them."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                heads = [await self._head_or_none(number) for number in numbers or self._all()]
                if None not in heads and holds([head for head in heads if head is not None]):
                    return [head for head in heads if head is not None]
                await asyncio.sleep(0.2)

    async def grow(self, blocks: int, *numbers: int) -> None:
        """Wait until each of these nodes is so many blocks further."""
        start = max([await self.head(number) for number in numbers or self._all()])
        await self.until(lambda heads: min(heads) >= start + blocks, *numbers)

    async def stand_still(self, *numbers: int, seconds: float = 8 * PERIOD_S) -> list[int]:
        """The heads of these nodes once none of them has changed for so long."""
        since, before = time.monotonic(), [await self.head(number) for number in numbers]
        async with asyncio.timeout(PATIENCE_S):
            while time.monotonic() - since < seconds:
                await asyncio.sleep(0.25)
                now = [await self.head(number) for number in numbers]
                if now != before:
                    since, before = time.monotonic(), now
        return before

    def part(self, one: Sequence[int], other: Sequence[int]) -> None:
        """Block every port between two groups."""
        self.lines.block(one, other)

    async def join(self, one: Sequence[int], other: Sequence[int]) -> None:
        """Open them again, and wait until every node has called every other: they try each half minute."""
        self.lines.open(one, other)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if {await self._peers(number) for number in self._all()} == {len(self.nodes) - 1}:
                    return
                await asyncio.sleep(0.5)

    async def agree(self) -> list[int]:
        """Wait until all nodes are within a block of each other, and on one branch."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                heads = [await self.head(number) for number in self._all()]
                low = min(heads)
                together = max(heads) - low <= 1
                if together and len({await self.hash_of(number, low) for number in self._all()}) == 1:
                    return heads
                await asyncio.sleep(0.3)

    async def _peers(self, number: int) -> int:
        async with calls(self.node(number).rpc) as asked:
            return await asked.peer_count()

    async def _head_or_none(self, number: int) -> int | None:
        try:
            return await self.head(number)
        except Transient:
            return None

    def _all(self) -> tuple[int, ...]:
        return tuple(range(1, len(self.nodes) + 1))


@asynccontextmanager
async def private_network(*, validators: int = VALIDATORS) -> AsyncIterator[PrivateNetwork]:
    """Started, with every node connected to every other and the first blocks sealed."""
    client = find_client()
    work = Path(tempfile.mkdtemp(prefix="rmnet"))
    folder = NetworkFolder(work / "network")
    record = make_network(folder, NetworkPlan(validators=validators, period_s=PERIOD_S), client)
    running = RunningNetwork(folder=folder, record=record)
    made = PrivateNetwork(running=running, client=client, lines=PeerLines())
    try:
        await made.lines.lay(folder, record)
        await made.running.start(client)
        await made.until(lambda heads: min(heads) >= 2)
        yield made
    finally:
        RunningNetwork(folder=folder, record=folder.read()).stop(number=signal.SIGKILL)
        await made.lines.close()
        shutil.rmtree(work)


@dataclass(slots=True, kw_only=True)
class NetworkedAlliance(Alliance):
    """Three founders, each with a daemon on a node of its own."""

    network: PrivateNetwork

    async def ledger_at(self, number: int) -> Ledger:
        """The accounts as one node has them."""
        return await read_ledger(self.network.node(number).rpc, self.work / "deployment.json")


@asynccontextmanager
async def networked_alliance(
    network: PrivateNetwork, *, nodes: Mapping[str, Sequence[int | str]], publish: bool = True
) -> AsyncIterator[NetworkedAlliance]:
    """Members in standing, each with its list published.

    `nodes` are each daemon's, in order: a number, which is polled, or the address to reach one at.
    """
    work = Path(tempfile.mkdtemp(prefix="rm"))  # a socket's path has at most 107 bytes
    running = Processes(work)
    rpc = network.node(1).rpc
    made = NetworkedAlliance(work=work, rpc=rpc, running=running, network=network)
    made.institutions = {
        name: Institution(name=name, home=work / name, held=lines) for name, lines in LISTS.items()
    }
    try:
        everyone = list(made.institutions.values())
        await asyncio.gather(*(set_up(each, rpc, work / "deployment.json") for each in everyone))
        for each in everyone:
            use_nodes(each, [network.address(node) for node in nodes[each.name]])
        await found_on(network, everyone, work)
        if publish:
            for name in made.institutions:
                await made.start(name)
            await asyncio.gather(*(_publish(made, name) for name in made.institutions))
        yield made
    finally:
        await made.end()
        await running.stop()
        shutil.rmtree(work)


def use_nodes(institution: Institution, rpcs: list[str]) -> None:
    path = institution.home / "riskmesh.toml"
    lines = path.read_text().splitlines()
    text = [f"rpc = {json.dumps(rpcs)}" if line.startswith("rpc = ") else line for line in lines]
    path.write_text("\n".join(text) + "\n")


async def found_on(network: PrivateNetwork, founders: list[Institution], work: Path) -> None:
    applications = [json.loads((each.home / "application.json").read_text()) for each in founders]
    (work / "founders.json").write_text(json.dumps({"version": 1, "founders": applications}))
    # Blocks come every other second here, and everyone looks at them from a few blocks behind.
    slower = LONG_EPOCHS.replace("voting_period_s = 20", "voting_period_s = 90")
    assert slower != LONG_EPOCHS
    (work / "parameters.toml").write_text(f"{slower}finality_depth = {FINALITY}\n")
    await run_command(
        *("chain", "deploy", "--rpc", network.node(1).rpc, "--founders", work / "founders.json"),
        *("--parameters", work / "parameters.toml", "--deployment", work / "deployment.json"),
    )
