"""A consortium on a real chain, and members of it in this process of which a test replaces one thing."""

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attacks.conversation import Conversation, phone
from attacks.member import LIMITS, PASSPHRASE, InProcess
from attacks.office import Office, appointed
from attacks.opening import open_in_process
from attacks.trial import Trial
from stage.settings import loopback_settings

from oracle.chain.connection import open_connection
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.deploy.parameters import parse_parameters
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.lane import LaneSettings
from oracle.chain.transactions import Order
from oracle.cli.institution import create_institution
from oracle.config.passphrase import Passphrase
from oracle.config.settings import Settings
from oracle.crypto.signing import generate_signing_key
from oracle.crypto.workers import Workers
from oracle.domain.ids import MemberId
from oracle.peer.limits import ServerLimits

ROOT = Path(__file__).parents[2]
ANVIL = ROOT / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
NO_FEES = ("--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-min-priority-fee")
NAMES = ("Bank", "Holder", "Third")
LIGHT = 2
HOLDER = 2
PARAMETERS = {
    "governance": {"voting_delay_s": 1, "voting_period_s": 4, "timelock_delay_s": 1},
    # Two bits of a phone's bucket number: a reply carries whole subtrees, as with large datasets.
    "protocol": {"prefix_bits_1": 2, "claim_window_s": 600, "epoch_length_s": 100_000},
}
FIRST_LIST, SECOND_LIST = range(200), range(200, 230)


@dataclass(frozen=True, slots=True)
class Chain:
    url: str

    def call(self, method: str, *params: object) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(  # noqa: S310 - the chain that this test started
            self.url, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
            answer = json.load(response)
        assert "error" not in answer, answer["error"]
        return answer["result"]


@dataclass
class Consortium:
    """Deployed, with two published snapshots of one holder; everything a test changes is undone."""

    chain: Chain
    template: Path
    workers: Workers
    snapshot: str = ""
    settings_of: dict[int, Callable[[Path], Settings]] = field(default_factory=dict)

    def fresh(self, folder: Path) -> dict[int, Settings]:
        """The chain and all members' folders as they were after founding."""
        if self.snapshot:
            assert self.chain.call("evm_revert", self.snapshot)
        self.snapshot = self.chain.call("evm_snapshot")
        shutil.copytree(self.template, folder)
        return {number: settings(folder) for number, settings in self.settings_of.items()}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def chain() -> Iterator[Chain]:
    """Mines every transaction at once."""
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - our own
        [str(ANVIL), "--port", str(port), "--silent", *NO_FEES],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            assert process.poll() is None, "the chain stopped at start"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        yield Chain(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """One pool for all members of all tests: starting a process takes longer than a test."""
    pool = Workers(1)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def consortium(chain: Chain, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Consortium:
    template = tmp_path_factory.mktemp("consortium") / "template"
    made = Consortium(chain=chain, template=template, workers=workers)
    for number, name in enumerate(NAMES, start=1):
        made.settings_of[number] = partial(loopback_settings, name, rpc=chain.url, port=_free_port())
    asyncio.run(_found(made))
    asyncio.run(_fill(made))
    return made


async def _found(made: Consortium) -> None:
    founders = tuple(
        create_institution(settings(made.template), Passphrase(text=PASSPHRASE), LIGHT)
        for settings in made.settings_of.values()
    )
    async with open_connection([made.chain.url]) as connection:
        await Deployment(
            connection=connection,
            signer=AccountSigner(generate_signing_key()),
            founders=founders,
            parameters=parse_parameters(PARAMETERS, "The test"),
            record_path=made.template / "deployment.json",
            lane_settings=LaneSettings(gas_price_wei=0, poll_s=0.02),
        ).run()


async def _fill(made: Consortium) -> None:
    """Two snapshots of the holder; the second has what the first has not."""
    settings = made.settings_of[HOLDER](made.template)
    async with open_in_process(settings, MemberId(HOLDER), made.workers) as holder:
        for numbers in (FIRST_LIST, SECOND_LIST):
            await holder.imports(*map(phone, numbers))
            await holder.publishes()


@pytest.fixture
async def members(
    consortium: Consortium, workers: Workers, tmp_path: Path
) -> AsyncIterator[Callable[[int], Awaitable[InProcess]]]:
    """Opens members by number, each with its server; opening one again is its restart."""
    settings = consortium.fresh(tmp_path / "members")
    stacks: dict[int, contextlib.AsyncExitStack] = {}

    async def opened(number: int, limits: ServerLimits = LIMITS) -> InProcess:
        if number in stacks:
            await stacks.pop(number).aclose()
        stack = contextlib.AsyncExitStack()
        stacks[number] = stack
        opening = open_in_process(settings[number], MemberId(number), workers, limits)
        return await stack.enter_async_context(opening)

    yield opened
    for stack in stacks.values():
        await stack.aclose()


@pytest.fixture
async def bank(members: Callable[[int], Awaitable[InProcess]]) -> InProcess:
    return await members(1)


@pytest.fixture
async def holder(members: Callable[[int], Awaitable[InProcess]]) -> InProcess:
    return await members(HOLDER)


@pytest.fixture
async def talk(bank: InProcess, holder: InProcess) -> Conversation:
    """The bank asks, the holder answers, step by step."""
    return Conversation(bank=bank, holder=holder)


@pytest.fixture
def govern(bank: InProcess, chain: Chain) -> Callable[[Order], None]:
    """Carry out an order as the timelock does once a vote has passed."""
    timelock = bank.base.record.address_of("ConsortiumTimelock")

    def carry_out(order: Order) -> None:
        chain.call("anvil_impersonateAccount", timelock)
        sent = {"from": timelock, "to": order.to, "data": "0x" + order.data.hex()}
        sent_hash = chain.call("eth_sendTransaction", {**sent, "gas": hex(1_000_000), "gasPrice": "0x0"})
        # The chain mines in its own time after it has taken a transaction.
        for _ in range(600):
            receipt = chain.call("eth_getTransactionReceipt", sent_hash)
            if receipt is not None:
                break
            time.sleep(0.05)
        assert receipt is not None, "not mined"
        assert receipt["status"] == "0x1", "the contract refused"
        chain.call("anvil_stopImpersonatingAccount", timelock)

    return carry_out


@pytest.fixture
def later(chain: Chain) -> Callable[[int], None]:
    """Let so many seconds pass on the chain."""

    def pass_time(seconds: int) -> None:
        chain.call("evm_increaseTime", seconds)
        chain.call("evm_mine")

    return pass_time


@pytest.fixture
async def office(
    bank: InProcess, govern: Callable[[Order], None], tmp_path: Path, chain: Chain
) -> AsyncIterator[Office]:
    """The only auditor, with every batch drawn."""
    govern(bank.base.contracts.parameters.set("audit_sample_ppm", 1_000_000))
    async with appointed(bank, govern, tmp_path, chain.url) as made:
        yield made


@pytest.fixture
def trial(talk: Conversation, office: Office, later: Callable[[int], None]) -> Trial:
    return Trial(talk, office, later)
