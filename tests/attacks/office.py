"""An auditor in the test's process, at work with a store of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from attacks.member import PASSPHRASE, InProcess

from oracle.chain.contracts.audit_ledger import AuditorPapers
from oracle.chain.transactions import Order
from oracle.config.auditor import AuditorSettings, parse_auditor_settings
from oracle.crypto.keccak import keccak256
from oracle.crypto.key_files import AUDITORS, create_key_files
from oracle.crypto.keyring import Keyring, open_keyring
from oracle.wiring.auditor import AuditorAtWork, open_auditor

LIGHT = 2


def office_settings(home: Path, *, rpc: str, deployment: Path) -> AuditorSettings:
    """A folder of its own, at a chain on this machine."""
    (home / "data").mkdir(parents=True)
    text = "\n".join(
        (
            '[auditor]\nname = "The auditor"',
            f'[chain]\nrpc = ["{rpc}"]\ndeployment = "{deployment}"',
            "gas_price_wei = 0\npoll_interval_s = 0.05",
            "[members]\nallow_private_endpoints = true",
        )
    )
    return parse_auditor_settings(text, path=home / "riskmesh.toml")


class Office:
    """An auditor with a store of its own; opening it again is its restart."""

    def __init__(self, settings: AuditorSettings, stack: AsyncExitStack) -> None:
        self.settings = settings
        folder = settings.keys.folder
        create_key_files(folder, PASSPHRASE, common_name=settings.name, names=AUDITORS, work_factor=LIGHT)
        self.keys: Keyring = open_keyring(folder, PASSPHRASE, names=AUDITORS)
        self.at_work: AuditorAtWork
        self._stack = stack

    async def open(self) -> None:
        self.at_work = await self._stack.enter_async_context(open_auditor(self.settings, PASSPHRASE))
        await self.at_work.stream.rebuild()
        await self.round()

    async def round(self) -> None:
        """Read the chain, do what is to be done, and read what came of it."""
        await self.at_work.stream.poll()
        await self.at_work.auditor.round()
        await self.at_work.stream.poll()

    def papers(self) -> AuditorPapers:
        return AuditorPapers(
            sealing_suite=1,
            sealing_key=self.keys.sealing_public(),
            certificate=self.keys.certificate,
            name_hash=keccak256(b"the auditor"),
        )


@asynccontextmanager
async def appointed(
    bank: InProcess, govern: Callable[[Order], None], folder: Path, url: str
) -> AsyncIterator[Office]:
    """The only auditor, as the members voted it in."""
    settings = office_settings(folder / "auditor", rpc=url, deployment=bank.base.settings.chain.deployment)
    async with AsyncExitStack() as stack:
        made = Office(settings, stack)
        govern(bank.base.contracts.audits.appoint(made.keys.operator_address(), made.papers()))
        await made.open()
        yield made
