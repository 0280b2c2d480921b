"""Eight members and two auditors in this process, on a chain whose time the test moves.

Each member is what a daemon is made of: store, servers, rooms and the daemon's own rounds, which are taken
one after the other instead of being woken, so that a story takes the same course each time.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from attacks.member import PASSPHRASE, InProcess
from attacks.office import Office
from attacks.opening import open_in_process
from scenario.cheating import CHEATS
from scenario.rounds import rounds_of
from stage.anvil import Anvil, open_anvil
from stage.settings import loopback_text

from oracle.chain.connection import open_connection
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.deploy.parameters import parse_parameters
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.lane import LaneSettings
from oracle.chain.transactions import Order
from oracle.cli.institution import create_institution
from oracle.config.auditor import parse_auditor_settings
from oracle.config.environment import CONFIGURATION_NAME
from oracle.config.loading import load_settings
from oracle.config.passphrase import Passphrase
from oracle.config.settings import Settings
from oracle.crypto.signing import generate_signing_key
from oracle.crypto.workers import Workers
from oracle.demo.processes import free_port
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import Address, MemberId
from oracle.rules.cases import Case
from oracle.wiring.rounds import Round

NAMES = ("Alder", "Birch", "Stale", "Inventor", "Friend", "Silent", "Reader", "Unanchored")
LIGHT = 2
EPOCH_S = 100_000
PATIENCE_S = 240.0
PARAMETERS = {
    "epoch_length_s": EPOCH_S,
    "claim_window_s": 600,
    # Within an epoch a holder may forget what it has answered.
    "dispute_window_s": 50_000,
    "answer_window_s": 10_000,
    "ruling_window_s": 10_000,
    "appeal_window_s": 1_000,
    "report_answer_s": 10_000,
    "prefix_bits_1": 4,
}


@dataclass(kw_only=True, repr=False)  # asyncio shows results of tasks: all of a society is long
class Society:
    chain: Anvil
    work: Path
    members: dict[str, InProcess] = field(default_factory=dict)
    rounds: dict[str, tuple[Round, ...]] = field(default_factory=dict)
    offices: list[Office] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """The last block of each epoch."""

    @property
    def alder(self) -> InProcess:
        """Whose view stands for everybody's."""
        return self.members[NAMES[0]]

    @property
    def epoch(self) -> int:
        view = self.alder.base.view
        return view.epoch_of(view.now)

    async def read(self) -> None:
        for member in self.members.values():
            await self.read_by(member)

    async def read_by(self, member: InProcess) -> None:
        """To the head of the chain; a look that finds nothing new costs the store several reads."""
        head = member.base.view.head
        if head is None or head.number < await self.chain.head():
            await member.base.stream.poll()

    async def turn(self) -> None:
        """Every round of every daemon once, in one order of rounds and members."""
        for entries in zip(*self.rounds.values(), strict=True):
            for member, entry in zip(self.members.values(), entries, strict=True):
                if not entry.held():
                    await self.read_by(member)
                    await self.carried(member, entry.work)
        await self.read()

    async def carried(self, member: InProcess, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do this while the member reads the chain, as its daemon does."""
        doing = asyncio.ensure_future(work())
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await asyncio.wait([doing], timeout=0.01)
                if doing.done():
                    return doing.result()
                await self.read_by(member)

    async def audit(self) -> None:
        """Both auditors once."""
        for office in self.offices:
            await office.round()
        await self.read()

    async def drawn(self) -> None:
        """Close the last epoch, reveal, draw, and open what the draw fell on."""
        for _ in range(4):
            await self.audit()

    async def decided(self) -> None:
        """Until both have a verdict on every drawn batch and every case that is answered."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await self.audit()
                if not any(map(self._waits, self.alder.base.view.audits.cases.values())):
                    return

    def _waits(self, case: Case) -> bool:
        """For a verdict, or for an answer that a daemon gives without being asked twice."""
        state = case.state(self.alder.base.view.now)
        return state is CaseState.ANSWERED or (state is CaseState.OPEN and case.kind is CaseKind.DRAWN)

    async def later(self, seconds: int) -> None:
        await self.chain.call("evm_increaseTime", seconds)
        await self.chain.mine()
        await self.read()

    async def next_epoch(self) -> None:
        """To the first second of the next one."""
        self.ends.append(await self.chain.head())
        parameters, epoch = self.alder.base.view.parameters, self.epoch
        begins = parameters.checkpoint_of(epoch).end_of(epoch)
        await self.chain.call("evm_setNextBlockTimestamp", begins)
        await self.chain.mine()
        await self.read()
        assert self.epoch == epoch + 1

    async def govern(self, order: Order) -> None:
        """As the timelock does once a vote has passed."""
        timelock = self.alder.base.record.address_of("ConsortiumTimelock")
        await self.send(Address(timelock), order)

    async def send(self, account: Address, order: Order) -> None:
        await self.chain.call("anvil_impersonateAccount", account)
        sent = {"from": account, "to": order.to, "data": "0x" + order.data.hex(), "gas": hex(1_000_000)}
        done = await self.chain.call("eth_sendTransaction", {**sent, "gasPrice": "0x0"})
        await self.chain.mine()
        assert (await self.chain.call("eth_getTransactionReceipt", done))["status"] == "0x1"
        await self.chain.call("anvil_stopImpersonatingAccount", account)


@asynccontextmanager
async def founded(sample_ppm: int) -> AsyncIterator[Society]:
    """All in standing, the auditors appointed, nothing published."""
    work, workers = Path(tempfile.mkdtemp(prefix="rm")), Workers(1)
    try:
        async with AsyncExitStack() as stack:
            society = Society(chain=await stack.enter_async_context(open_anvil()), work=work)
            settings = {name: _settings(society, name) for name in NAMES}
            await _deploy(society, settings, sample_ppm)
            for number, name in enumerate(NAMES, start=1):
                member = await stack.enter_async_context(
                    open_in_process(settings[name], MemberId(number), workers)
                )
                society.members[name] = member
                held = CHEATS.get(name, lambda _: frozenset())(member)
                society.rounds[name] = rounds_of(member, held)
            for name in ("first", "second"):
                society.offices.append(await _appointed(society, name, stack))
            yield society
    finally:
        workers.close()
        shutil.rmtree(work)


def _settings(society: Society, name: str) -> Settings:
    """As they stand in its configuration file, which commands read."""
    text = loopback_text(
        name,
        rpc=society.chain.url,
        port=free_port(),
        disputes__automatic=True,
        # Who discloses nothing takes its pay before anybody disputes it; the others wait for the epoch's end.
        policy__redeem_min_amount=1 if name == "Silent" else 10_000,
    )
    path = society.work / name.lower() / CONFIGURATION_NAME
    path.parent.mkdir()
    path.write_text(text)
    return load_settings(path)


async def _deploy(society: Society, settings: dict[str, Settings], sample_ppm: int) -> None:
    create = partial(create_institution, passphrase=Passphrase(text=PASSPHRASE), work_factor=LIGHT)
    parameters = {
        "governance": {"voting_delay_s": 1, "voting_period_s": 1_000, "timelock_delay_s": 1},
        "protocol": {**PARAMETERS, "audit_sample_ppm": sample_ppm},
    }
    async with open_connection([society.chain.url]) as connection:
        await Deployment(
            connection=connection,
            signer=AccountSigner(generate_signing_key()),
            founders=tuple(create(one) for one in settings.values()),
            parameters=parse_parameters(parameters, "The test"),
            record_path=society.work / "deployment.json",
            lane_settings=LaneSettings(gas_price_wei=0, poll_s=0.02),
        ).run()


async def _appointed(society: Society, name: str, stack: AsyncExitStack) -> Office:
    """One that looks into what draws fall on and nothing else: the stated chances are about that.

    Auditors pursue whom a draw has caught: over 20 epochs its penalties then pass what it has, and the chain
    takes no batch of it any more (`tests/attacks/test_audits_for_cause.py` has the pursuit).
    """
    home = society.work / name
    (home / "data").mkdir(parents=True)
    text = "\n".join(
        (
            f'[auditor]\nname = "The {name} auditor"\npursue = false',
            f'[chain]\nrpc = ["{society.chain.url}"]\ndeployment = "../deployment.json"',
            "gas_price_wei = 0\npoll_interval_s = 0.05",
            "[members]\nallow_private_endpoints = true",
        )
    )
    office = Office(parse_auditor_settings(text, path=home / "riskmesh.toml"), stack)
    audits = society.alder.base.contracts.audits
    await society.govern(audits.appoint(office.keys.operator_address(), office.papers()))
    await society.read()
    await office.open()
    return office
