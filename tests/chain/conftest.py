"""Real chains for the chain room: Anvil and Ganache on free ports, founders with real keys, a deployment."""

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pytest
from eth_account import Account

from oracle.chain.applications import possession_context
from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.decoding import log_decoder
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.deploy.parameters import ConsortiumParameters, parse_parameters
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.events import EventStream
from oracle.chain.in_memory import MemoryFactJournal, MemoryTransactionJournal
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.reading import RangeReader
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import prove_possession
from oracle.crypto.voprf import generate_key, public_key
from oracle.domain.application import Application
from oracle.domain.ids import Address

ROOT = Path(__file__).parents[2]
ANVIL = ROOT / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
GANACHE = ROOT / "node_modules" / "ganache" / "dist" / "node" / "cli.js"
NO_FEES = ("--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-min-priority-fee")

FAST = LaneSettings(gas_price_wei=0, poll_s=0.02, resend_every=5)


@dataclass(frozen=True, slots=True)
class RunningChain:
    url: str
    process: subprocess.Popen[bytes] = field(repr=False)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the chain stopped at start"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    pytest.fail("the chain does not listen")


@contextlib.contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[RunningChain]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    try:
        _until_listening(port, process)
        yield RunningChain(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def _anvil(*flags: str) -> Iterator[RunningChain]:
    port = _free_port()
    with _running((str(ANVIL), "--port", str(port), "--silent", *flags), port) as chain:
        yield chain


@pytest.fixture
def anvil() -> Iterator[RunningChain]:
    """A chain without fees that mines every transaction at once."""
    with _anvil(*NO_FEES) as chain:
        yield chain


@pytest.fixture
def start_anvil() -> Iterator[Callable[..., RunningChain]]:
    """Starts further chains with chosen flags."""
    with contextlib.ExitStack() as stack:
        yield lambda *flags: stack.enter_context(_anvil(*flags))


@pytest.fixture
def ganache() -> Iterator[RunningChain]:
    port = _free_port()
    flags = ("--miner.defaultGasPrice", "0", "--chain.hardfork", "berlin", "--logging.quiet")
    with _running(("node", str(GANACHE), "--server.port", str(port), *flags), port) as chain:
        yield chain


@pytest.fixture
def impatient() -> Patience:
    return Patience(timeout_s=10, attempts=3, first_wait_s=0.01, longest_wait_s=0.02)


@pytest.fixture
async def connection(anvil: RunningChain, impatient: Patience) -> AsyncIterator[ChainConnection]:
    async with open_connection([anvil.url], impatient) as opened:
        yield opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    application: Application
    governance: AccountSigner
    operator: AccountSigner
    operator_key: bytes = field(repr=False)


def make_founder(name: str) -> Founder:
    governance_key, operator_key = bytes(Account.create().key), bytes(Account.create().key)
    governance, operator = AccountSigner(governance_key), AccountSigner(operator_key)
    secret = generate_key()
    application = Application(
        name=name,
        governance=governance.address,
        operator=operator.address,
        sealing_suite=1,
        sealing_key=keccak256(b"sealing" + name.encode()),
        oprf_key=public_key(secret),
        oprf_possession=prove_possession(secret, possession_context(governance.address)),
        endpoint="https://127.0.0.1:8443",
        certificate=b"certificate of " + name.encode(),
        profile_hash=keccak256(name.encode()),
    )
    return Founder(
        application=application, governance=governance, operator=operator, operator_key=operator_key
    )


@pytest.fixture
def founder_named() -> Callable[[str], Founder]:
    return make_founder


@pytest.fixture
def founders() -> tuple[Founder, ...]:
    return tuple(make_founder(name) for name in ("Bank A", "Bank B", "Bank C"))


@pytest.fixture
def quick_parameters() -> ConsortiumParameters:
    """Windows of seconds, so that whole proposals fit into a test."""
    return parse_parameters(
        {
            "governance": {"voting_delay_s": 1, "voting_period_s": 4, "timelock_delay_s": 1},
            "protocol": {
                "epoch_length_s": 100,
                "activation_delay_s": 2,
                "credit_floor": 500,
                "admission_grant": 1000,
            },
        },
        "The test",
    )


@pytest.fixture
def deployment_of(
    founders: tuple[Founder, ...], quick_parameters: ConsortiumParameters, tmp_path: Path
) -> Callable[[ChainConnection], Deployment]:
    """A deployment by a fresh key, ready to run."""
    signer = AccountSigner(bytes(Account.create().key))

    def make(connection: ChainConnection) -> Deployment:
        return Deployment(
            connection=connection,
            signer=signer,
            founders=tuple(founder.application for founder in founders),
            parameters=quick_parameters,
            record_path=tmp_path / "deployment.json",
            lane_settings=FAST,
        )

    return make


@pytest.fixture
async def record(
    connection: ChainConnection, deployment_of: Callable[[ChainConnection], Deployment]
) -> DeploymentRecord:
    return await deployment_of(connection).run()


@pytest.fixture
def transaction_journal() -> MemoryTransactionJournal:
    return MemoryTransactionJournal()


@pytest.fixture
def fact_journal() -> MemoryFactJournal:
    return MemoryFactJournal()


@pytest.fixture
def lane_of(connection: ChainConnection) -> Callable[..., Lane]:
    """A lane for a signer, with its own journal unless one is given."""

    def make(
        signer: AccountSigner, journal: MemoryTransactionJournal | None = None, **settings: float
    ) -> Lane:
        return Lane(
            connection=connection,
            journal=journal or MemoryTransactionJournal(),
            signer=signer,
            chain_id=31337,
            settings=replace(FAST, **settings),
        )

    return make


@pytest.fixture
def ask_chain(connection: ChainConnection) -> Callable[..., object]:
    """Methods of the development chain itself: mining, time, reorganisations."""

    async def ask(method: str, *params: object) -> object:
        return await connection.ask(lambda node: node.transport.call(method, *params))

    return ask


@pytest.fixture
def stream_of(
    connection: ChainConnection, record: DeploymentRecord, fact_journal: MemoryFactJournal
) -> Callable[..., EventStream]:
    """A stream over the test's journal; several of them are restarts of one."""

    def make(**reading: int) -> EventStream:
        return EventStream(
            connection=connection,
            journal=fact_journal,
            reader=RangeReader(decoder=log_decoder(record), **reading),
            first_block=record.block,
            interval_s=0.01,
        )

    return make


@pytest.fixture
def operator_lane(founders: tuple[Founder, ...], lane_of: Callable[..., Lane]) -> Callable[[int], Lane]:
    """The lane of a founder's operator by member number, kept for the whole test."""
    return cache(lambda member: lane_of(founders[member - 1].operator))


@pytest.fixture
def until_nonce(connection: ChainConnection) -> Callable[[Address, int], Awaitable[None]]:
    """Waits until the node has so many transactions of an account, mined or waiting."""

    async def wait(account: Address, expected: int) -> None:
        for _ in range(1000):
            if await connection.ask(lambda node: node.nonce(account, "pending")) >= expected:
                return
            await asyncio.sleep(0.01)
        pytest.fail("the transaction never reached the node")

    return wait
