"""Builds and runs an auditor: keys, store, chain and the way to members, and one round of duties."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from oracle.auditing.auditor import Auditor
from oracle.auditing.fetching import Fetching
from oracle.auditing.hearing import Hearing
from oracle.auditing.own_keys import OwnKeys
from oracle.auditing.picture import ChainWitness
from oracle.auditing.planting import Planting
from oracle.auditing.purposes import purpose_lines
from oracle.auditing.questioning import Questioning
from oracle.chain.blocks import ChainBlocks
from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import DeploymentRecord, read_record
from oracle.chain.digest_signing import DigestTransactionSigner
from oracle.chain.events import Arrival, EventStream
from oracle.chain.facts import Anchored, Committed
from oracle.chain.holding import Hold
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.reading import RangeReader
from oracle.chain.view import AllianceView
from oracle.config.auditor import AuditorSettings
from oracle.config.settings import LogFormat
from oracle.crypto.key_files import AUDITORS
from oracle.crypto.keyring import Keyring, open_keyring
from oracle.crypto.typed_data import member_domain
from oracle.domain.ids import BlockNumber
from oracle.domain.reports import PurposeLine
from oracle.peer.client import PeerClient
from oracle.peer.limits import ClientLimits
from oracle.peer.reachable import ReachPolicy
from oracle.store.database import Database
from oracle.store.examinations import Examination, ExaminationJournal
from oracle.store.facts import FactTable
from oracle.store.presented import PresentedJournal
from oracle.store.transactions import TransactionTable
from oracle.telemetry.logs import configure
from oracle.wiring.clock import ChainClock
from oracle.wiring.compacting import Compacting
from oracle.wiring.decoys import decoy_plan, planted_journal
from oracle.wiring.dossiers import Verifier, addresses_of
from oracle.wiring.foundation import finality_depth
from oracle.wiring.journals import StoredFacts, StoredTransactions
from oracle.wiring.registry import Registry
from oracle.wiring.rounds import Round
from oracle.wiring.schedule import COMPACT_S
from oracle.wiring.undoing import patiently

log = structlog.get_logger()
LOOK_S = 5.0
LOOKED_AT_AGAIN = 64
"""Blocks whose transactions are followed once more at start."""
CIPHER = "auditing"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorAtWork:
    """Everything that an auditor's process has."""

    auditor: Auditor
    planting: Planting
    stream: EventStream
    lane: Lane
    connection: ChainConnection
    clock: ChainClock
    journal: ExaminationJournal
    presented: PresentedJournal
    compacting: Compacting


def run_auditor(settings: AuditorSettings, passphrase: str) -> None:
    """Run until SIGTERM or SIGINT. Raises `Misconfigured` at start, `Broken` when an invariant fails."""
    configure(
        level=settings.log.level, as_json=settings.log.format is LogFormat.JSON, stream=sys.stderr, file=None
    )
    asyncio.run(_run(settings, passphrase))


async def _run(settings: AuditorSettings, passphrase: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with open_auditor(settings, passphrase) as at_work, asyncio.TaskGroup() as group:
        working = group.create_task(work(at_work))
        log.info("auditor_started", operator=at_work.lane.account)
        await stopping.wait()
        log.info("auditor_stopping")
        working.cancel()


async def work(at_work: AuditorAtWork) -> None:
    """Follow the chain and do what it asks for, until cancelled."""
    stream, clock = at_work.stream, at_work.clock
    duties = Round(
        name="audit",
        work=at_work.auditor.round,
        every_s=LOOK_S,
        # While it catches up, the newest block read is old: no deadline must be judged by it.
        held=lambda: not clock.caught_up.is_set() or stream.hold.holds(),
    )

    async def plant() -> None:
        await at_work.planting.round(clock.wall_ms() // 1_000)

    async def hear(arrival: Arrival) -> None:
        if arrival.caught_up:
            clock.caught_up.set()
            duties.wake()

    async with asyncio.TaskGroup() as group:

        async def roll_back(valid_to: BlockNumber) -> None:
            group.create_task(patiently(lambda: at_work.lane.roll_back(valid_to)))

        stream.on_facts(hear)
        stream.on_rollback(roll_back)
        group.create_task(stream.run())
        group.create_task(at_work.connection.follow_announcements(stream.wake))
        await clock.caught_up.wait()
        # What an earlier run left comes first: nothing new would get past its nonces. It may not have lived
        # to follow a reorganisation either.
        await patiently(lambda: at_work.lane.roll_back(_surely_there(stream.view)))
        group.create_task(duties.run())
        group.create_task(Round(name="decoy", work=plant, every_s=LOOK_S, held=duties.held).run())
        group.create_task(Round(name="compact", work=at_work.compacting.round, every_s=COMPACT_S).run())


def _surely_there(view: AllianceView) -> BlockNumber:
    return BlockNumber(max(0, 0 if view.head is None else view.head.number - LOOKED_AT_AGAIN))


@asynccontextmanager
async def open_auditor(settings: AuditorSettings, passphrase: str) -> AsyncIterator[AuditorAtWork]:
    """Open keys, store and chain; raises `Misconfigured` with what to change."""
    keys = open_keyring(settings.keys.folder, passphrase, names=AUDITORS)
    record = read_record(settings.chain.deployment)
    database = await Database.open(settings.store.url)
    try:
        async with open_connection(settings.chain.rpc, Patience(), expected=record) as connection:
            stream = _stream(settings, record, database, connection)
            client = PeerClient(
                keys.tls_identity,
                Registry(stream.view),
                limits=ClientLimits(timeout_s=settings.members.timeout_s),
                reach=ReachPolicy(
                    private=settings.members.allow_private_endpoints,
                    networks=settings.members.allowed_networks,
                ),
            )
            async with client:
                yield _joined(settings, record, keys, database, stream=stream, client=client)
    finally:
        await database.close()


def _stream(
    settings: AuditorSettings, record: DeploymentRecord, database: Database, connection: ChainConnection
) -> EventStream:
    view = AllianceView()
    return EventStream(
        connection=connection,
        journal=StoredFacts(FactTable(database)),
        reader=RangeReader(decoder=log_decoder(record)),
        first_block=record.block,
        interval_s=settings.chain.poll_interval_s,
        finality=lambda: finality_depth(view, record),
        hold=Hold(),
        view=view,
    )


def _lane(
    settings: AuditorSettings,
    record: DeploymentRecord,
    keys: Keyring,
    database: Database,
    stream: EventStream,
) -> Lane:
    return Lane(
        connection=stream.connection,
        journal=StoredTransactions(TransactionTable(database)),
        signer=DigestTransactionSigner(keys.operator()),
        chain_id=record.chain_id,
        clear=stream.hold.check,
        settings=LaneSettings(
            gas_price_wei=settings.chain.gas_price_wei,
            max_gas_price_wei=settings.chain.max_gas_price_wei,
            replace_after_s=settings.chain.replace_after_s,
            poll_s=settings.chain.poll_interval_s / 2,
            confirmations=lambda: finality_depth(stream.view, record),
        ),
    )


def _joined(
    settings: AuditorSettings,
    record: DeploymentRecord,
    keys: Keyring,
    database: Database,
    *,
    stream: EventStream,
    client: PeerClient,
) -> AuditorAtWork:
    view, connection = stream.view, stream.connection
    clock, addresses = ChainClock(view, stream.wake), addresses_of(record)
    lane = _lane(settings, record, keys, database, stream)
    ledger = bindings(record).audits
    own = OwnKeys(keyring=keys, view=view, ledger=ledger, lane=lane, show=client.use)
    cipher = keys.storage_cipher(CIPHER)
    journal, presented = ExaminationJournal(database, cipher), PresentedJournal(database, cipher)
    witness = ChainWitness(addresses=addresses, facts=stream.journal, blocks=ChainBlocks(connection))
    verifier = Verifier(witness=witness, view=view, known=record.names)
    domain = member_domain(addresses.chain_id, addresses.registry)
    fetching = Fetching(
        lines=client, signer=keys.operator(), key=own, keys=Registry(view), domain=domain, clock=clock
    )
    return AuditorAtWork(
        auditor=Auditor(
            journal=journal,
            fetching=fetching,
            hearing=Hearing(fetching=fetching, chain=verifier),
            recomputing=verifier,
            questioning=Questioning(fetching=fetching, journal=presented, clock=view),
            ledger=ledger,
            lane=lane,
            view=view,
            keys=own,
            strikes=settings.strike_off,
            pursues=settings.pursue,
        ),
        planting=Planting(
            plan=decoy_plan(settings.decoys),
            journal=planted_journal(database, keys),
            lines=client,
            files=fetching,
            recomputing=verifier,
            signer=keys.operator(),
            domain=domain,
            ledger=ledger,
            lane=lane,
            view=view,
        ),
        stream=stream,
        lane=lane,
        connection=connection,
        clock=clock,
        journal=journal,
        presented=presented,
        # Of a chain's events most are commitments, and those past retention are nobody's to audit.
        compacting=Compacting(database=database, facts=FactTable(database), view=view),
    )


async def examinations_of(settings: AuditorSettings, passphrase: str) -> tuple[Examination, ...]:
    """What the store has of examined cases, the newest first; the auditor may be running."""
    keys = open_keyring(settings.keys.folder, passphrase, names=AUDITORS)
    database = await Database.open(settings.store.url)
    try:
        journal = ExaminationJournal(database, keys.storage_cipher(CIPHER))
        found = [await journal.of(case_id) for case_id in await journal.cases()]
        return tuple(one for one in found if one is not None)
    finally:
        await database.close()


async def purposes_of(settings: AuditorSettings, passphrase: str) -> tuple[PurposeLine, ...]:
    """Under which purposes members asked, from the files that were handed in and the chain."""
    files = [one.file for one in await examinations_of(settings, passphrase)]
    database = await Database.open(settings.store.url)
    try:
        facts = [
            fact
            async for fact in StoredFacts(FactTable(database)).facts()
            if isinstance(fact, Committed | Anchored)
        ]
    finally:
        await database.close()
    return purpose_lines(files, facts)
