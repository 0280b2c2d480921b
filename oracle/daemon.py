"""Runs and supervises one institution's daemon: reads the chain, waits for membership, then does its work."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

import structlog

from oracle.api.exposition import expose
from oracle.api.limits import api_limits
from oracle.api.server import serve
from oracle.chain.events import Arrival
from oracle.chain.facts import Committed
from oracle.config.settings import LogFormat, LogSettings, Settings
from oracle.crypto.tls import show
from oracle.domain.errors import Broken, Misconfigured
from oracle.domain.ids import BlockNumber, MemberId
from oracle.peer.server import PeerServer
from oracle.peer.tls import AuditorCertificate, PeerCertificate, TrustedPeers, server_context
from oracle.telemetry.log_file import LogFile
from oracle.telemetry.logs import configure
from oracle.telemetry.loop_lag import watch_loop
from oracle.wiring.desks import Desks
from oracle.wiring.foundation import Foundation, open_foundation
from oracle.wiring.limits import server_limits
from oracle.wiring.member import Member, open_member
from oracle.wiring.status import StatusDesk
from oracle.wiring.takeover import prepare, take_over
from oracle.wiring.undoing import patiently

log = structlog.get_logger()
LOOK_AT_NODES_S = 5.0
MIB = 1024 * 1024


def run(settings: Settings, passphrase: str) -> None:
    """Run until SIGTERM or SIGINT. Raises `Misconfigured` at start, `Broken` when an invariant fails."""
    configure(
        level=settings.log.level,
        as_json=settings.log.format is LogFormat.JSON,
        stream=sys.stderr,
        file=_log_file(settings.log),
    )
    try:
        asyncio.run(_run(settings, passphrase))
    except BaseExceptionGroup as group:
        raise _first(group) from group


def _log_file(log_settings: LogSettings) -> LogFile | None:
    if log_settings.file_mib == 0:
        return None
    try:
        return LogFile(log_settings.file, size_bytes=log_settings.file_mib * MIB)
    except OSError as error:
        raise LogFileUnusable(
            f"The log file {log_settings.file} cannot be written ({error.strerror}). Give this account its "
            "folder, or change [log] file, or set file_mib = 0."
        ) from error


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended a task group: the others were cancelled because of it."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


class LogFileUnusable(Misconfigured):
    code: ClassVar[str] = "log_file_unusable"


class CannotListen(Misconfigured):
    """The address for other members is taken or is not this machine's."""

    code: ClassVar[str] = "cannot_listen"


async def _run(settings: Settings, passphrase: str) -> None:
    starting = asyncio.current_task()
    if starting is None:
        raise Broken("a daemon is started outside of a task")
    _on_signal(starting.cancel)
    try:
        async with open_foundation(settings, passphrase) as base:
            daemon = Daemon(base)
            _on_signal(daemon.stop)
            await daemon.run()
    except asyncio.CancelledError:
        # Told to stop while it still waited for a node: nothing was begun.
        log.info("daemon_stopping")


def _on_signal(stop: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


class Daemon:
    """One task group: whatever breaks ends all of it, and the next start goes on from the journal."""

    def __init__(self, base: Foundation) -> None:
        self._base = base
        self._stopping = asyncio.Event()
        self._broken: Broken | None = None
        self._peers = TrustedPeers()
        self._certificates: tuple[tuple[PeerCertificate, ...], tuple[AuditorCertificate, ...]] = ((), ())
        self._member: Member | None = None
        self._resending: asyncio.TaskGroup | None = None
        self._known_to: BlockNumber | None = None

    def stop(self) -> None:
        """Stop gracefully: nothing new is begun, what runs ends or is cancelled at a journalled step."""
        self._stopping.set()

    def broken(self, error: Broken) -> None:
        """Told by the servers of an invariant that a request found broken."""
        self._broken = error
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`; raises what broke."""
        base = self._base
        status = StatusDesk(base)
        desks = Desks(
            status, starting=lambda: base.member_id() is not None or not base.clock.caught_up.is_set()
        )
        base.stream.on_facts(self._hear)
        base.stream.on_rollback(self._roll_back)
        async with (
            serve(
                desks,
                base.settings.api.listen,
                limits=api_limits(base.settings.limits),
                on_broken=self.broken,
            ),
            expose(status, base.settings.metrics.listen),
            asyncio.TaskGroup() as group,
        ):
            watching = group.create_task(watch_loop())
            work = group.create_task(self._work(desks, status))
            log.info("daemon_started", chain_id=base.record.chain_id)
            await self._stopping.wait()
            log.info("daemon_stopping")
            work.cancel()
            watching.cancel()
        if self._broken is not None:
            raise self._broken

    async def _work(self, desks: Desks, status: StatusDesk) -> None:
        base = self._base
        self._known_to = await base.restoration.known_to()
        async with asyncio.TaskGroup() as group:
            self._resending = group
            group.create_task(base.stream.run())
            group.create_task(self._watch_nodes())
            group.create_task(base.connection.follow_announcements(base.stream.wake))
            me = await self._membership()
            async with open_member(base, me) as member:
                # From here on nothing that is heard is missed, however long the rest of the start takes.
                self._member = member
                await self._serve(member, desks, status)

    async def _watch_nodes(self) -> None:
        """Compare the nodes, so that one that fell behind or apart is known before it is used."""
        while True:
            await self._base.connection.look(self._base.finality())
            await asyncio.sleep(LOOK_AT_NODES_S)

    async def _serve(self, member: Member, desks: Desks, status: StatusDesk) -> None:
        await member.undoing.finish()
        if not self._base.database.shared:
            await member.recovery.begin(self._known_to)
        async with asyncio.TaskGroup() as group:
            group.create_task(
                self._base.leadership.run(
                    lambda: prepare(self._base, member), lambda: take_over(self._base, member)
                )
            )
            if self._base.database.shared:
                await member.recovery.adopted()
            async with self._listening(member):
                await patiently(lambda: member.holder.answering.note(member.undoing.open_commitments()))
                status.attach(member.insight)
                desks.open(member.desks)
                log.info("member_started", member=int(member.id))
                await self._rounds(member)

    async def _rounds(self, member: Member) -> None:
        async with asyncio.TaskGroup() as group:
            for entry in member.rounds.all:
                group.create_task(entry.run())

    async def _membership(self) -> MemberId:
        """This institution's number; waits for its admission as long as that takes."""
        me = self._base.member_id()
        if me is None:
            log.info("waiting_for_admission")
            await self._base.clock.until(lambda: self._base.member_id() is not None)
            me = self._base.member_id()
        if me is None:
            raise Broken("a member was found and is gone without a new block")
        return me

    @asynccontextmanager
    async def _listening(self, member: Member) -> AsyncIterator[None]:
        base = self._base
        self._refresh_peers()
        server = PeerServer(
            member.doors,
            self._peers,
            limits=server_limits(base.settings),
            on_broken=self.broken,
        )
        listen = base.settings.peer.listen
        context = server_context(member.succession.identity, self._peers)
        member.succession.on_identity(partial(show, context))
        try:
            port = await server.start(listen.host, listen.port, context)
        except OSError as error:
            raise CannotListen(
                f"[peer] listen = {listen} cannot be used ({error.strerror}); is another daemon running?"
            ) from error
        log.info("listening_for_peers", port=port)
        try:
            yield
        finally:
            await server.stop()

    def _refresh_peers(self) -> None:
        """Also without an event: a replaced certificate is trusted until its grace is over."""
        registry = self._base.registry
        certificates = registry.certificates(), registry.auditor_certificates()
        if certificates == self._certificates:
            return
        self._certificates = certificates
        for party in self._peers.refresh(*certificates):
            if isinstance(party, str):
                log.warning("certificate_unusable", auditor=party)
            else:
                log.warning("certificate_unusable", member=int(party))

    async def _hear(self, arrival: Arrival) -> None:
        """After the journal has it: note what others committed, trust new certificates, wake the rounds."""
        if arrival.caught_up:
            self._base.clock.caught_up.set()
        await self._base.clock.tell()
        member = self._member
        if member is None:
            return
        member.succession.follow()
        self._refresh_peers()
        committed = tuple(fact for fact in arrival.facts if isinstance(fact, Committed))
        await patiently(lambda: member.holder.answering.note(committed))
        if self._base.leadership.leads():
            await patiently(lambda: member.recovery.notice(committed))
        # While it catches up, the newest block read is old: deadlines must not be judged by it.
        if arrival.caught_up:
            for entry in member.rounds.all:
                entry.wake()

    async def _roll_back(self, _valid_to: BlockNumber) -> None:
        """Undo what followed from dropped blocks; our own transactions are sent again unchanged."""
        member = self._member
        if member is None:
            return  # the journal has a note of it
        member.succession.follow()
        if await member.undoing.finish() and self._resending is not None:
            # Beside others that still wait for a node; what breaks in one ends the daemon like anything else.
            self._resending.create_task(patiently(self._base.lane.resume))
