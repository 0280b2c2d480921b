"""Daemons in this process, each with its real servers, store and rounds, on a chain that a test rules.

What stops a query at a step is a round that is held, as a replaced final block holds it. Nothing is replaced.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from stage.anvil import Anvil, open_anvil
from stage.rpc_proxy import RpcProxy, open_proxy
from stage.settings import loopback_settings

from oracle.chain.connection import open_connection
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.deploy.parameters import parse_parameters
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.lane import LaneSettings
from oracle.cli.institution import create_institution
from oracle.config.passphrase import Passphrase
from oracle.config.settings import Settings
from oracle.crypto.signing import generate_signing_key
from oracle.crypto.workers import Workers
from oracle.daemon import Daemon
from oracle.dataset.columns import Defaults
from oracle.dataset.importing import ImportFormat
from oracle.demo.processes import free_port
from oracle.wiring.foundation import Foundation, open_foundation
from oracle.wiring.member import Member
from oracle.wiring.rounds import Round

PASSPHRASE = "opens keys of tests"
NAMES = ("Asker", "Holder", "Third")
LIGHT = 2
PATIENCE_S = 120.0
A_DAY = 86_400


@dataclass(slots=True, kw_only=True, repr=False)  # asyncio shows results of tasks: all of a daemon is long
class Standing:
    """A daemon that runs as a task."""

    base: Foundation
    daemon: Daemon
    held: set[str] = field(default_factory=set)
    """Names of the rounds that begin nothing."""

    @property
    def member(self) -> Member:
        member = self.daemon._member  # noqa: SLF001 - the daemon shows it to nobody, and a test has to hold it
        assert member is not None
        return member

    def started(self) -> bool:
        return self.daemon._member is not None  # noqa: SLF001 - as above

    @property
    def head(self) -> bytes:
        """Hash of the newest block that it has read."""
        return b"" if self.base.view.head is None else self.base.view.head.hash

    def hold(self, *names: str) -> None:
        self.held.update(names)

    def release(self) -> None:
        self.held.clear()
        for entry in self.member.rounds.all:
            entry.wake()

    def gate(self) -> None:
        for entry in self.member.rounds.all:
            entry.held = self._gate_of(entry, entry.held)

    def _gate_of(self, entry: Round, before: Callable[[], bool]) -> Callable[[], bool]:
        return lambda: entry.name in self.held or before()

    async def imports(self, *names: str) -> None:
        lines = ["type,value,category,reason", *(f"domain,{each},telecom_fraud,phishing" for each in names)]

        async def chunks() -> AsyncIterator[bytes]:
            yield "\n".join(lines).encode()

        async def report(_: object) -> None:
            """Every line is good."""

        today = self.base.clock.chain_time() // A_DAY
        summary = await self.member.holder.dataset.import_lines(
            chunks(), form=ImportFormat.CSV, defaults=Defaults(today=today), report=report
        )
        assert summary.skipped == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A consortium as it was after founding: the chain's state and the members' folders."""

    folder: Path
    state: str
    workers: Workers
    finality: int
    listening: dict[str, int]

    def settings(self, name: str, folder: Path, rpc: str) -> Settings:
        return loopback_settings(name, folder, rpc=rpc, port=self.listening[name])

    @asynccontextmanager
    async def daemon(self, name: str, folder: Path, rpc: str) -> AsyncIterator[Standing]:
        """Runs until the end of the block; what breaks in it is raised there."""
        settings = self.settings(name, folder, rpc)
        async with open_foundation(settings, PASSPHRASE) as opened:
            base = replace(opened, workers=self.workers)
            standing = Standing(base=base, daemon=Daemon(base))
            running = asyncio.create_task(standing.daemon.run())
            try:
                await until(lambda: running.done() or standing.started())
                if running.done():
                    running.result()
                standing.gate()
                yield standing
            finally:
                standing.daemon.stop()
                await running


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - the daemons tell nobody but themselves
            await asyncio.sleep(0.01)


@asynccontextmanager
async def founded(folder: Path, finality: int, workers: Workers, *held: str) -> AsyncIterator[Template]:
    """Three members in standing, of which the holder has published these domains."""
    template = Template(
        folder=folder,
        state="",
        workers=workers,
        finality=finality,
        listening={name: free_port() for name in NAMES},
    )
    async with open_anvil() as chain:
        await _deploy(template, chain)
        async with template.daemon("Holder", folder, chain.url) as holder:
            await holder.imports(*held)
            await chain.mining_while(holder.member.holder.publisher.publish())
        yield replace(template, state=await chain.dump())


async def _deploy(template: Template, chain: Anvil) -> None:
    founders = tuple(
        create_institution(
            template.settings(name, template.folder, chain.url), Passphrase(text=PASSPHRASE), LIGHT
        )
        for name in NAMES
    )
    parameters = {
        "governance": {"voting_delay_s": 1, "voting_period_s": 4, "timelock_delay_s": 1},
        "protocol": {"finality_depth": template.finality, "epoch_length_s": 100_000},
    }
    async with open_connection([chain.url]) as connection:
        await Deployment(
            connection=connection,
            signer=AccountSigner(generate_signing_key()),
            founders=founders,
            parameters=parse_parameters(parameters, "The test"),
            record_path=template.folder / "deployment.json",
            lane_settings=LaneSettings(gas_price_wei=0, poll_s=0.02),
        ).run()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One that asks and one that answers, on a chain of their own."""

    chain: Anvil
    folder: Path
    asker: Standing
    holder: Standing
    template: Template
    proxy: RpcProxy | None
    """Between both and the chain, if it was asked for."""

    @property
    def both(self) -> tuple[Standing, Standing]:
        return (self.asker, self.holder)


@asynccontextmanager
async def standing_pair(template: Template, folder: Path, *, proxied: bool = False) -> AsyncIterator[Pair]:
    """The consortium as founded, with blocks enough on top that replacing some leaves the founding alone."""
    shutil.copytree(template.folder, folder)
    async with AsyncExitStack() as stack:
        chain = await stack.enter_async_context(open_anvil(template.state))
        await chain.mine(template.finality + 25)
        proxy = await stack.enter_async_context(open_proxy(chain.url)) if proxied else None
        rpc = chain.url if proxy is None else proxy.url
        asker = await stack.enter_async_context(template.daemon("Asker", folder, rpc))
        holder = await stack.enter_async_context(template.daemon("Holder", folder, rpc))
        view = asker.base.view
        # A member publishes its empty snapshot when it starts, and opens its first budget after whatever else
        # it takes up: later they would stand among what a test sends, and before it by their nonces.
        for one in (asker, holder):
            me = one.member.id
            await chain.mining_while(
                until(lambda me=me: bool(view.publications_of(me)) and view.budgets.known(me))
            )
        yield Pair(chain=chain, folder=folder, asker=asker, holder=holder, template=template, proxy=proxy)
