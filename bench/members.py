"""Members with all that a daemon has and real lines between them; only the chain is a list of facts."""

import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from bare_lines import echoing
from facts import FIRST, FactsOnly, Registration
from holder import import_phones
from index_records import fill
from lookups import PlainStore
from rows import progress

from oracle.chain.applications import possession_context
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deployment import CONTRACT_NAMES, DeployedContract, DeploymentRecord
from oracle.chain.holding import Hold
from oracle.chain.quantities import checksummed
from oracle.chain.references import References
from oracle.cli.institution import configuration_values
from oracle.config.loading import parse_settings
from oracle.config.settings import Settings
from oracle.config.template import render
from oracle.crypto.keccak import keccak256
from oracle.crypto.key_files import create_key_files, open_governance
from oracle.crypto.keyring import open_keyring
from oracle.crypto.workers import Workers
from oracle.dataset.dataset import Dataset
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.tagging import Tagger
from oracle.domain.errors import Broken
from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.ids import Sequence as Number
from oracle.peer.server import PeerServer
from oracle.peer.tls import TrustedPeers, server_context
from oracle.store.database import Database
from oracle.store.facts import FactTable
from oracle.store.restoration import RestorationJournal
from oracle.wiring.clock import ChainClock
from oracle.wiring.foundation import Foundation
from oracle.wiring.leadership import Leadership
from oracle.wiring.limits import server_limits
from oracle.wiring.member import Member, open_member
from oracle.wiring.registry import Registry

PASSPHRASE: Final = "opens keys of benchmarks"  # noqa: S105 - of keys that open nothing else
PORTS: Final = range(23_000, 32_000, 1_000)
"""Below those that systems give to calls: a hundred members must not find theirs taken by their own lines."""
KEPT: Final = Path(__file__).resolve().parent.parent / "build" / "bench" / "members"
"""Keys and datasets are made once: a million records take minutes."""


REAL_AT_MOST: Final = 10_000
"""Larger lists are filled under tags that cost nothing to make, and are as good as others for whoever asks
about subjects that are not on them: buckets, paths and proofs are the same."""


@contextmanager
def reserved_ports() -> Iterator[int]:
    """The first of a thousand ports, held meanwhile: another benchmark takes other thousands."""
    with socket.socket() as holding:
        for first in PORTS:
            try:
                holding.bind(("127.0.0.1", first))
            except OSError:
                continue
            yield first
            return
    raise SystemExit(f"All ports from {PORTS.start} to {PORTS.stop} are taken.")


class Prepared:
    """A member's keys, list and configuration on disk, before anybody knows it."""

    def __init__(self, number: int, records: int, *, ports: int) -> None:
        """With no records it publishes nothing: it only asks. `ports`: the first of all members' ports."""
        self.me = MemberId(number)
        self._records = records
        self._home = KEPT / f"{records}" / f"{number}"
        self._port, self.bare_port = ports + 2 * number, ports + 2 * number + 1

    async def register(self) -> Registration:
        """What goes on the chain, its snapshot included."""
        keys = self._home / "keys"
        if not keys.exists():
            fresh = self._home / "fresh"
            shutil.rmtree(fresh, ignore_errors=True)
            create_key_files(fresh, PASSPHRASE, common_name=f"member {self.me}", work_factor=2)
            fresh.rename(keys)
        self.keyring = open_keyring(keys, PASSPHRASE)
        governance = open_governance(keys, PASSPHRASE).address
        row = await self._snapshot() if self._records else None
        return Registration(
            member=self.me,
            governance=governance,
            operator=self.keyring.operator_address(),
            certificate=self.keyring.certificate,
            sealing=self.keyring.sealing_public(),
            oprf=self.keyring.oprf_public(),
            possession=self.keyring.prove_possession(possession_context(governance)),
            endpoint=self._settings(self._home).peer.endpoint,
            sequence=row.sequence if row else Number(0),
            root=row.root if row else b"",
            bits=row.bits if row else 0,
        )

    async def _snapshot(self) -> SnapshotRow:
        """The newest snapshot of its list; one that was not finished is begun anew."""
        folder, done = self._home / "data" / "dataset", self._home / "data" / "imported"
        cipher = self.keyring.storage_cipher("records")
        secret = self.keyring.oprf_secret_for_workers(FIRST)
        tagger = Tagger(secret=secret, holder=self.me, key_version=FIRST)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            if self._records > REAL_AT_MOST:
                progress(f"a list of {self._records:,} records")
                fill(folder, tagger, self._records, cipher)
        dataset = await Dataset.open(folder, cipher=cipher, tagger=tagger)
        try:
            if not done.exists() and self._records <= REAL_AT_MOST:
                await import_phones(dataset, 0, self._records)
                await dataset.build_snapshot(now=int(time.time()))
            done.touch()
            return (await dataset.snapshots())[-1]
        finally:
            await dataset.close()

    def _settings(self, home: Path) -> Settings:
        values = configuration_values(
            name=f"member {self.me}",
            endpoint=f"https://127.0.0.1:{self._port}",
            listen=f"127.0.0.1:{self._port}",
            rpc=["http://127.0.0.1:1"],
            deployment="deployment.json",
            passphrase_file=None,
            api_listen=None,
            private_endpoints=True,
        )
        return parse_settings(render(values), path=home / "riskmesh.toml")

    @asynccontextmanager
    async def open(self, chain: FactsOnly, workers: Workers) -> AsyncIterator[Member]:
        """The member as its daemon has it, listening; nothing of an earlier run is in its journals."""
        settings = self._settings(self._home)
        for left in (self._home / "data").glob("state.db*"):
            left.unlink()
        database = await Database.open(settings.store.url)
        record, view = _record(), chain.view
        registry = Registry(view)
        base = Foundation(
            settings=settings,
            keyring=self.keyring,
            record=record,
            contracts=bindings(record),
            database=database,
            facts=FactTable(database),
            leadership=Leadership(None),
            connection=SimpleNamespace(),  # type: ignore[arg-type]  # nothing here asks a node
            stream=SimpleNamespace(view=view),  # type: ignore[arg-type]  # nor waits for a block
            clock=ChainClock(view, lambda: None),
            registry=registry,
            lane=SimpleNamespace(succeed=lambda _signer: None),  # type: ignore[arg-type]  # nor sends anything
            hold=Hold(),
            workers=workers,
            restoration=RestorationJournal(database),
            references=References(chain, view),  # type: ignore[arg-type]  # marks are all it reads
        )
        peers = TrustedPeers()
        peers.refresh(registry.certificates())
        try:
            async with open_member(base, self.me) as member:
                server = PeerServer(member.doors, peers, limits=server_limits(settings), on_broken=_end)
                identity = member.succession.identity
                await server.start("127.0.0.1", self._port, server_context(identity, peers))
                try:
                    store = PlainStore(self._home / "data" / "plain", self._records)
                    async with echoing(self.bare_port, identity, registry.certificates(), store):
                        yield member
                finally:
                    await server.stop()
        finally:
            await database.close()


def _record() -> DeploymentRecord:
    """Addresses that no contract stands at: nobody asks."""
    return DeploymentRecord(
        chain_id=31337,
        genesis_hash=bytes(32),
        block=BlockNumber(1),
        contracts={
            name: DeployedContract(address=checksummed(keccak256(name.encode())[:20]), code_hash=bytes(32))
            for name in CONTRACT_NAMES
        },
        names=(),
        parameters={},
        steps={},
    )


def _end(error: Broken) -> None:
    raise error
