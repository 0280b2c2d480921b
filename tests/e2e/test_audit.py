"""An auditor as a process of its own, killed and started again, brings cases to their end, or asks people."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from stage.alliance import PATIENCE_S, Alliance, Ran, until

from oracle.chain.connection import open_connection
from oracle.chain.contracts.audit_ledger import AuditorPapers
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deployment import read_record
from oracle.chain.transactions import Order
from oracle.config.environment import child_environment
from oracle.crypto.keccak import keccak256
from oracle.demo.institutions import PASSPHRASE
from oracle.domain.ids import Address, MemberId

A_DAY = 86_400


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

    async def case(self, standing: str) -> Any:
        """The only audit, as the asker lists it, once it stands so."""

        async def look() -> Any:
            return (await self.alliance.run("asker", "audits", "--json")).json()

        listed = await until(
            look, lambda seen: bool(seen) and seen[0]["standing"] == standing, patience_s=PATIENCE_S
        )
        return listed[0]


@asynccontextmanager
async def working(office: Office) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await office.start()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        _, err = await process.communicate()
        assert b"Traceback" not in err, err.decode()


async def test_auditor__killed_on_the_way__draws_examines_decides_and_settles(
    alliance: Alliance, tmp_path: Path
) -> None:
    office = await _founded(alliance)
    async with working(office):
        await until(lambda: _committed(office), lambda count: count == 1, patience_s=PATIENCE_S)
    await office.later(A_DAY)
    asked = await alliance.run("asker", "query", "domain", "both.example", "--case", "C-9", "--json")
    await alliance.settled("asker", asked.json()["summary"]["query_id"])
    await office.later(A_DAY)
    async with working(office):
        case = await office.case("dismissed")
        assert case["subject"] == asked.json()["batches"][0]
        await office.later(case["appeal_by"] - case["opened_at"] + 1)
    async with working(office):
        settled = await office.case("settled")

    assert settled["outcome"] == "dismissed"
    await _looks_into_it(office, case["case_id"], tmp_path / "case.dossier")


@pytest.mark.slow
async def test_case__that_no_process_can_decide__is_answered_read_and_decided_by_hand(
    alliance: Alliance, tmp_path: Path
) -> None:
    office = await _founded(alliance)
    me = Address(json.loads((office.home / "auditor.json").read_text())["account"])
    accused = MemberId((await alliance.run("asker", "status", "--json")).json()["member_id"])
    await office.send(me, office.contracts.audits.open_for_cause(accused, b"\x33" * 32))
    case_id = (await office.case("open"))["case_id"]
    rebuttal, fetched = tmp_path / "rebuttal.txt", tmp_path / "fetched"
    rebuttal.write_text("It is ours.")
    answered = await alliance.run("asker", "answer", case_id, rebuttal)
    assert answered.code == 0, answered.err

    async with working(office):
        waiting = await until(
            lambda: office.run("auditor", "cases", "--json"), Ran.json, patience_s=PATIENCE_S
        )
        assert waiting.json()[0]["found"] is None
        assert (await office.run("auditor", "export", case_id, fetched)).code == 0
        assert fetched.read_text() == "It is ours."
        decided = await office.run("auditor", "verdict", case_id, "0", "--because", "It is theirs.")
        assert decided.code == 0, decided.err
        await office.case("dismissed")


async def _founded(alliance: Alliance) -> Office:
    """Its folder made by the command, and appointed."""
    office = Office(alliance)
    made = await office.run(
        *("auditor", "init", "--name", "Supervisor", "--rpc", alliance.rpc, "--light-keys", "--json"),
        *("--deployment", alliance.work / "deployment.json", "--private-endpoints"),
    )
    assert made.code == 0, made.err
    await _appoint(office, made.json())
    return office


async def _appoint(office: Office, papers: Any) -> None:
    audits, parameters = office.contracts.audits, office.contracts.parameters
    key, certificate = (bytes.fromhex(papers[name][2:]) for name in ("sealing_key", "certificate"))
    await office.govern(
        audits.appoint(
            Address(papers["account"]),
            AuditorPapers(
                sealing_suite=1,
                sealing_key=key,
                certificate=certificate,
                name_hash=keccak256(papers["name"].encode()),
            ),
        )
    )
    await office.govern(parameters.set("audit_sample_ppm", 1_000_000))


async def _committed(office: Office) -> int:
    """Seeds committed for the epoch to come, read from the chain."""
    async with open_connection([office.alliance.rpc]) as connection:
        draw = await office.contracts.audits.draw_of(connection, 1, block="latest")
    return draw.committed


async def _looks_into_it(office: Office, case_id: str, file: Path) -> None:
    """The auditor's people list what it found, and verify the file that it was handed."""
    listed = await office.run("auditor", "cases", "--json")
    exported = await office.run("auditor", "export", case_id[:14], file)
    purposes = await office.run("auditor", "purposes", "--json")
    chain = ("--rpc", office.alliance.rpc, "--deployment", office.alliance.work / "deployment.json")
    verified = await office.run("audit", "verify", file, *chain, "--json")

    assert [(one["case_id"], one["found"]) for one in listed.json()] == [(case_id, 0)]
    assert [(one["purpose"], one["batches"], one["committed_batches"]) for one in purposes.json()] == [
        (1, 1, 1)
    ]
    assert exported.code == verified.code == 0, (exported.err, verified.err)
    assert json.loads(verified.out)["case_reference"] == "C-9"
