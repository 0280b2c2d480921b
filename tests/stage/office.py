"""An auditor as a process of its own beside an alliance, and what the members would vote for it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from stage.alliance import PATIENCE_S, Alliance, Ran, until

from oracle.chain.contracts.audit_ledger import AuditorPapers
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deployment import read_record
from oracle.chain.transactions import Order
from oracle.config.environment import child_environment
from oracle.crypto.keccak import keccak256
from oracle.demo.institutions import PASSPHRASE
from oracle.domain.ids import Address


class Office:
    """The auditor's folder and process, beside an alliance."""

    def __init__(self, alliance: Alliance) -> None:
        self.alliance = alliance
        self.home = alliance.work / "auditor"
        self.contracts = bindings(read_record(alliance.work / "deployment.json"))

    async def run(self, *arguments: str | Path) -> Ran:
        """A command of the auditor's, whatever its exit code."""
        process = await self._begun(*arguments, "--home", self.home)
        out, err = await process.communicate()
        return Ran(code=process.returncode or 0, out=out.decode(), err=err.decode())

    async def start(self) -> asyncio.subprocess.Process:
        return await self._begun("auditor", "run", "--home", self.home)

    async def _begun(self, *arguments: str | Path) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "oracle.cli", *map(str, arguments)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=child_environment(RISKMESH_PASSPHRASE=PASSPHRASE, NO_COLOR="1"),
        )

    async def appointed(self) -> None:
        """Make its keys, and take it into office as a vote would."""
        made = await self.run(
            *("auditor", "init", "--name", "Supervisor", "--rpc", self.alliance.rpc, "--light-keys"),
            *("--deployment", self.alliance.work / "deployment.json", "--private-endpoints", "--json"),
        )
        assert made.code == 0, made.err
        papers = made.json()
        key, certificate = (bytes.fromhex(papers[name][2:]) for name in ("sealing_key", "certificate"))
        await self.govern(
            self.contracts.audits.appoint(
                Address(papers["account"]),
                AuditorPapers(
                    sealing_suite=1,
                    sealing_key=key,
                    certificate=certificate,
                    name_hash=keccak256(papers["name"].encode()),
                ),
            )
        )

    async def call(self, method: str, *params: object) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with aiohttp.ClientSession() as session, session.post(self.alliance.rpc, json=body) as response:
            answer = await response.json()
        assert "error" not in answer, answer
        return answer["result"]

    async def govern(self, order: Order) -> None:
        """As the timelock does once a vote has passed."""
        record = read_record(self.alliance.work / "deployment.json")
        await self.send(record.address_of("ConsortiumTimelock"), order)

    async def send(self, account: Address, order: Order) -> None:
        """As whoever has the key of this account."""
        await self.call("anvil_impersonateAccount", account)
        sent = {"from": account, "to": order.to, "data": "0x" + order.data.hex(), "gas": hex(1_000_000)}
        sent_hash = await self.call("eth_sendTransaction", {**sent, "gasPrice": "0x0"})
        receipt = await until(
            lambda: self.call("eth_getTransactionReceipt", sent_hash), bool, patience_s=PATIENCE_S
        )
        assert receipt["status"] == "0x1"

    async def later(self, seconds: int) -> None:
        await self.call("evm_increaseTime", seconds)
        await self.call("evm_mine")


@asynccontextmanager
async def working(office: Office) -> AsyncIterator[asyncio.subprocess.Process]:
    """Its process, killed at the end."""
    process = await office.start()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        _, err = await process.communicate()
        assert b"Traceback" not in err, err.decode()
