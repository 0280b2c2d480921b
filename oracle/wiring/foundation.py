"""What a daemon has before it knows whether it is a member: keys, store, event stream, a nonce lane."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.contracts.bindings import Bindings, bindings
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import DeploymentRecord, read_record
from oracle.chain.digest_signing import DigestTransactionSigner
from oracle.chain.errors import UnknownParameter
from oracle.chain.events import EventStream
from oracle.chain.holding import Hold
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.reading import RangeReader
from oracle.chain.references import References
from oracle.chain.view import AllianceView
from oracle.config.settings import Settings
from oracle.crypto.keyring import Keyring, open_keyring
from oracle.crypto.workers import Workers
from oracle.domain.ids import MemberId
from oracle.store.database import Database
from oracle.store.facts import FactTable
from oracle.store.restoration import RestorationJournal
from oracle.store.transactions import TransactionTable
from oracle.wiring.clock import ChainClock
from oracle.wiring.journals import StoredFacts, StoredTransactions
from oracle.wiring.leadership import Leadership
from oracle.wiring.registry import Registry
from oracle.wiring.restore_notice import noted_restoration
from oracle.wiring.stores import Stores, open_stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """Built once per process; everything else is built on it."""

    settings: Settings
    keyring: Keyring
    record: DeploymentRecord
    contracts: Bindings
    database: Database
    facts: FactTable
    """What this daemon has read of the chain."""
    leadership: Leadership
    connection: ChainConnection
    stream: EventStream
    clock: ChainClock
    registry: Registry
    lane: Lane
    hold: Hold
    """Closed while final blocks are replaced: nothing is sent or answered."""
    workers: Workers
    restoration: RestorationJournal
    references: References

    @property
    def view(self) -> AllianceView:
        """The same object for the daemon's whole life; the stream changes it in place."""
        return self.stream.view

    def finality(self) -> int:
        """Blocks that may still be replaced."""
        return finality_depth(self.view, self.record)

    def member_id(self) -> MemberId | None:
        """This institution's number, once the registry has its operator key."""
        for version in self.keyring.operator_versions:
            found = self.view.member_by_operator(self.keyring.operator_address(version))
            if found is not None:
                return found.id
        return None


@asynccontextmanager
async def open_foundation(settings: Settings, passphrase: str) -> AsyncIterator[Foundation]:
    """Open keys, store and chain; raises `Misconfigured` with what to change."""
    keyring = open_keyring(settings.keys.folder, passphrase)
    record = read_record(settings.chain.deployment)
    limits = settings.limits
    workers = Workers(settings.dataset.workers, waiting=limits.tasks, waiting_each=limits.member_tasks)
    try:
        async with (
            open_stores(settings) as stores,
            open_connection(settings.chain.rpc, Patience(), expected=record) as connection,
        ):
            restoration = await noted_restoration(settings.home, stores.database)
            yield _founded(
                settings,
                keyring,
                record,
                stores,
                connection=connection,
                workers=workers,
                restoration=restoration,
            )
    finally:
        workers.close()


def _founded(
    settings: Settings,
    keyring: Keyring,
    record: DeploymentRecord,
    stores: Stores,
    *,
    connection: ChainConnection,
    workers: Workers,
    restoration: RestorationJournal,
) -> Foundation:
    view, hold, leadership = AllianceView(), Hold(), Leadership(stores.lease)
    stream = EventStream(
        connection=connection,
        journal=StoredFacts(stores.facts),
        reader=RangeReader(decoder=log_decoder(record)),
        first_block=record.block,
        interval_s=settings.chain.poll_interval_s,
        finality=lambda: finality_depth(view, record),
        hold=hold,
        view=view,
    )

    def clear() -> None:
        hold.check()
        leadership.check()

    lane = Lane(
        connection=connection,
        journal=StoredTransactions(TransactionTable(stores.database)),
        # Its successors take over once the registry is read.
        signer=DigestTransactionSigner(keyring.operator(keyring.operator_versions[0])),
        chain_id=record.chain_id,
        clear=clear,
        settings=LaneSettings(
            gas_price_wei=settings.chain.gas_price_wei,
            max_gas_price_wei=settings.chain.max_gas_price_wei,
            replace_after_s=settings.chain.replace_after_s,
            poll_s=settings.chain.poll_interval_s / 2,
            confirmations=lambda: finality_depth(view, record),
        ),
    )
    return Foundation(
        settings=settings,
        keyring=keyring,
        record=record,
        contracts=bindings(record),
        database=stores.database,
        facts=stores.facts,
        leadership=leadership,
        connection=connection,
        stream=stream,
        clock=ChainClock(stream.view, stream.wake),
        registry=Registry(stream.view),
        lane=lane,
        hold=hold,
        workers=workers,
        restoration=restoration,
        references=_references(stream),
    )


def _references(stream: EventStream) -> References:
    references = References(stream.journal, stream.view)
    stream.on_rollback(references.forget)
    return references


def finality_depth(view: AllianceView, record: DeploymentRecord) -> int:
    """Blocks on top before one counts: as governed, or as deployed while nothing is read yet."""
    try:
        return view.parameter("finality_depth").value
    except UnknownParameter:
        return record.parameters.get("finality_depth", 0)
