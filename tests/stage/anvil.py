"""An Anvil of one test: mines every transaction at once, replaces blocks, is ended and started again."""

import asyncio
import gzip
import json
import secrets
import subprocess
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import aiohttp

from oracle.demo.processes import find_anvil, free_port

NO_FEES = ("--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-min-priority-fee")
STARTS_S = 60.0
T = TypeVar("T")


class ChainRefused(Exception):
    """What the node answered instead of a result."""


@dataclass(slots=True)
class Anvil:
    session: aiohttp.ClientSession
    scratch: str
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def call(self, method: str, *params: object) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with self.session.post(self.url, json=body) as response:
            answer = await response.json()
        if "error" in answer:
            raise ChainRefused(f"{method}: {answer['error']}")
        return answer["result"]

    async def head(self) -> int:
        return int(await self.call("eth_blockNumber"), 16)

    async def head_hash(self) -> bytes:
        return bytes.fromhex((await self.call("eth_getBlockByNumber", "latest", False))["hash"][2:])

    async def mine(self, blocks: int = 1) -> None:
        if blocks:
            await self.call("anvil_mine", hex(blocks))

    async def become_another(self) -> None:
        """Another miner from here on: else an empty block in the place of an empty one would be the same."""
        await self.call("anvil_setCoinbase", "0x" + secrets.token_hex(20))

    async def reorganise(self, depth: int) -> None:
        """As many empty blocks replace the newest."""
        await self.become_another()
        await self.call("anvil_reorg", depth, [])

    async def reorganise_as(self, depth: int, transactions: Sequence[bytes]) -> None:
        """As many blocks replace the newest; these transactions are in the first of them, one in each."""
        await self.become_another()
        pairs = [["0x" + raw.hex(), place] for place, raw in enumerate(transactions)]
        await self.call("anvil_reorg", depth, pairs)

    async def waiting(self, count: int) -> dict[str, str]:
        """Hashes of the transactions in the pool by their senders, once there are so many."""
        async with asyncio.timeout(STARTS_S):
            while True:
                content = (await self.call("txpool_content"))["pending"]
                pool = {
                    sender.lower(): one["hash"] for sender, each in content.items() for one in each.values()
                }
                if len(pool) >= count:
                    return pool
                await asyncio.sleep(0.02)

    async def dump(self) -> str:
        """Its state, from which it or another starts again as the same chain.

        A node that was itself started from a state dumps two blocks 0, its own and the loaded one, in any
        order; the one that comes last would be the new node's.
        """
        dumped = bytes.fromhex((await self.call("anvil_dumpState")).removeprefix("0x"))
        state = json.loads(gzip.decompress(dumped))
        genesis = await self.call("eth_getBlockByNumber", "0x0", False)
        state["blocks"] = [
            block
            for block in state["blocks"]
            if int(block["header"]["number"], 16) or block["header"]["timestamp"] == genesis["timestamp"]
        ]
        return "0x" + gzip.compress(json.dumps(state).encode()).hex()

    async def start(self, state: str = "") -> None:
        """On the port that it had before, if it had one."""
        loading: tuple[str, ...] = ()
        if state:
            # Before it listens: nobody is to see it empty.
            dump = Path(self.scratch) / "state.json"
            dump.write_bytes(_of_one_chain(gzip.decompress(bytes.fromhex(state.removeprefix("0x")))))
            loading = ("--load-state", str(dump))
        self.process = await asyncio.create_subprocess_exec(
            *(find_anvil(), "--port", str(self.port), "--silent", *NO_FEES, *loading),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        async with asyncio.timeout(STARTS_S):
            while True:
                assert self.process.returncode is None, "the chain stopped at start"
                try:
                    await self.call("eth_chainId")
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.02)

    async def end(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def mining_while(self, work: Awaitable[T]) -> T:
        """What this comes to while a block is mined now and then, as on a chain that others use, too."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await self.mine()
                await asyncio.wait([task], timeout=0.03)
            return task.result()
        finally:
            task.cancel()


def _of_one_chain(state: bytes) -> bytes:
    """A dumped state with the first block that its chain began with.

    An Anvil that was started from a state keeps the first block that it made itself beside the loaded one and
    dumps both, in any order; whoever loads the dump takes the last.
    """
    dumped = json.loads(state)
    first = min(
        (block for block in dumped["blocks"] if int(block["header"]["number"], 16) == 0),
        key=lambda block: int(block["header"]["timestamp"], 16),
    )
    later = [block for block in dumped["blocks"] if int(block["header"]["number"], 16) > 0]
    return json.dumps(dumped | {"blocks": [first, *later]}).encode()


@asynccontextmanager
async def open_anvil(state: str = "") -> AsyncIterator[Anvil]:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        chain = Anvil(session, stack.enter_context(TemporaryDirectory()))
        try:
            await chain.start(state)
            yield chain
        finally:
            await chain.end()
