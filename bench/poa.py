"""Load on a private network of four validators on this machine: `python bench/poa.py` renews poa.json."""

import asyncio
import json
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from machine import Machine
from poa_members import Member, anchor, commit, found, make_members, redeem
from poa_table import Operation, sentences, table
from poa_watch import Watch

from oracle.chain.connection import open_connection
from oracle.chain.contracts.bindings import Bindings, bindings
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import NodeRefused, NodeUnreliable
from oracle.chain.network.client import find_client
from oracle.chain.network.folder import NetworkFolder
from oracle.chain.network.making import NetworkPlan, make_network
from oracle.chain.network.running import RunningNetwork, calls
from oracle.chain.node import LATEST, Node
from oracle.chain.quantities import quantity
from oracle.chain.transactions import Order

RESULTS: Final = Path(__file__).resolve().parent / "poa.json"
AT_ONCE: Final = 8
"""Transactions that one node is given at the same time."""
DONE_WITHIN_S: Final = 300


@dataclass(frozen=True, kw_only=True)
class Load:
    """One kind of transaction, `each` times by every member, with `items` commitments or vouchers in it."""

    name: str
    items: int
    each: int


LOADS: Final = (
    Load(name="commitment, 1 in a transaction", items=1, each=150),
    Load(name="commitment, 10 in a transaction", items=10, each=40),
    Load(name="anchor", items=1, each=120),
    Load(name="redemption, 1 in a transaction", items=1, each=120),
    Load(name="redemption, 20 in a transaction", items=20, each=15),
)


@dataclass(kw_only=True)
class Stage:
    network: RunningNetwork
    nodes: list[Node]
    members: Sequence[Member]
    record: DeploymentRecord
    contracts: Bindings

    def signed(self, load: Load, deadline: int) -> list[list[bytes]]:
        """Each member's transactions in the order of their nonces."""
        return [
            [
                member.signed(self._order(load, member, deadline), self.record.chain_id)
                for _ in range(load.each)
            ]
            for member in self.members
        ]

    def _order(self, load: Load, member: Member, deadline: int) -> Order:
        if load.name.startswith("commitment"):
            return commit(self.contracts, load.items, deadline)
        if load.name == "anchor":
            return anchor(self.contracts)
        others = [other for other in self.members if other is not member][: load.items]
        return redeem(self.contracts, member, others, self.record)

    async def run(self, load: Load) -> Operation:
        deadline = (await self.nodes[0].block(LATEST)).timestamp + 80_000
        lanes = await asyncio.to_thread(self.signed, load, deadline)
        before, began = await self.nodes[0].block(LATEST), time.monotonic()
        gates = [asyncio.Semaphore(AT_ONCE) for _ in self.nodes]
        await asyncio.gather(
            *(self._send(lane, place % len(self.nodes), gates) for place, lane in enumerate(lanes))
        )
        sent_s = time.monotonic() - began
        await self._until_mined()
        took_s, after = time.monotonic() - began, await self.nodes[0].block(LATEST)
        gas, size = await self._blocks(before.number + 1, after.number)
        count = sum(map(len, lanes)) * load.items
        return Operation(
            name=load.name,
            operations=count,
            seconds=round(took_s, 1),
            sent_within_s=round(sent_s, 1),
            per_second=round(count / took_s, 1),
            gas=round(gas / count),
            block_bytes=round(size / count),
            blocks=after.number - before.number,
            expected_blocks=round(took_s / self.network.record.period_s),
        )

    async def _send(self, lane: list[bytes], place: int, gates: list[asyncio.Semaphore]) -> None:
        for raw in lane:
            async with gates[place]:
                try:
                    await self.nodes[place].send_raw(raw)
                except NodeRefused as error:
                    if "already known" not in error.reason:
                        raise

    async def _until_mined(self) -> None:
        """Every member's count on every node, so that all have executed all."""
        async with asyncio.timeout(DONE_WITHIN_S):
            while True:
                if all([await self._all_mined(node) for node in self.nodes]):
                    return
                await asyncio.sleep(0.2)

    async def _all_mined(self, node: Node) -> bool:
        counts = [await node.nonce(member.application.operator) for member in self.members]
        return counts == [member.nonce for member in self.members]

    async def _blocks(self, first: int, last: int) -> tuple[int, int]:
        """Gas and bytes of these blocks, the bytes of empty ones left out."""
        for number in range(first, last + 1):
            await require_success(self.nodes[0], number)
        used = [await gas_and_size(self.nodes[0], number) for number in range(first, last + 1)]
        return sum(gas for gas, _ in used), sum(size for gas, size in used if gas)


async def require_success(node: Node, number: int) -> None:
    """A transaction that is mined and fails would count as work done."""
    receipts = await node.transport.call("eth_getBlockReceipts", hex(number))
    if not isinstance(receipts, list) or any(one.get("status") != "0x1" for one in receipts):
        raise NodeUnreliable(f"A transaction in block {number} of node {node.name} failed")


async def gas_and_size(node: Node, number: int) -> tuple[int, int]:
    raw = await node.transport.call("eth_getBlockByNumber", hex(number), False)
    if not isinstance(raw, dict):
        raise NodeUnreliable(f"Node {node.name} does not have block {number}")
    return quantity(raw.get("gasUsed"), "gas"), quantity(raw.get("size"), "size")


async def empty_block_bytes(node: Node) -> int:
    """Of the newest block without a transaction."""
    for number in range(await node.block_number(), 0, -1):
        gas, size = await gas_and_size(node, number)
        if gas == 0:
            return size
    return 0


def disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


async def measure(folder: Path) -> dict[str, object]:
    client, place = find_client(), NetworkFolder(folder / "network")
    record = make_network(place, NetworkPlan(), client)
    network = RunningNetwork(folder=place, record=record)
    try:
        await network.start(client)
        async with open_connection([node.rpc for node in record.nodes]) as connection:
            members = await asyncio.to_thread(make_members)
            deployed = await found(connection, members, folder)
            stage = Stage(
                network=network,
                nodes=list(connection.nodes),
                members=members,
                record=deployed,
                contracts=bindings(deployed),
            )
            operations, watch = [], Watch(stage.nodes)
            watching = asyncio.create_task(watch.run())
            for load in LOADS:
                before = disk(place.place(record.nodes[0]).data)
                done = await stage.run(load)
                grown = disk(place.place(record.nodes[0]).data) - before
                operations.append(replace(done, disk_bytes_archive=round(grown / done.operations)))
                print(operations[-1])
            watching.cancel()
            async with calls(record.nodes[0].rpc) as asked:
                empty = await empty_block_bytes(asked.node)
    finally:
        network.stop(number=signal.SIGKILL)
    return {
        "version": 1,
        "machine": Machine.here().document(),
        "load_after": round(os.getloadavg()[0], 2),
        "network": {
            "client": "go-ethereum 1.13.15, Clique",
            "validators": record.founders,
            "period_s": record.period_s,
            "gas_limit": record.gas_limit,
            "empty_block_bytes": empty,
            "reorganisations_by_depth": dict(sorted(watch.depths.items())),
        },
        "operations": [asdict(one) for one in operations],
        "members_106": table(operations, period_s=record.period_s, empty_block_bytes=empty),
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rmload") as folder:
        results = asyncio.run(measure(Path(folder)))
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print("\n".join(sentences(results)))


if __name__ == "__main__":
    main()
