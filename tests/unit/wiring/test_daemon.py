"""A daemon from its start to its stop, on a chain of facts: what it hears, opens, refuses and ends with."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from stage.consortium import Consortium

from oracle.api.client import connect
from oracle.api.connection import ProblemReported
from oracle.chain.errors import NodeUnreachable
from oracle.chain.events import Arrival
from oracle.chain.facts import Fact
from oracle.chain.view import AllianceView
from oracle.config.settings import Settings, SocketAddress, UnixSocket
from oracle.daemon import CannotListen, Daemon, _first
from oracle.domain.errors import Broken, Transient
from oracle.store.answered import AnswerJournal
from oracle.wiring.clock import ChainClock
from oracle.wiring.foundation import Foundation
from oracle.wiring.registry import Registry


@dataclass
class QuietStream:
    """Reads nothing by itself: a test says what arrives."""

    view: AllianceView
    listeners: list[Callable[[Arrival], Awaitable[None]]] = field(default_factory=list)

    def on_facts(self, listener: Callable[[Arrival], Awaitable[None]]) -> None:
        self.listeners.append(listener)

    def on_rollback(self, _listener: object) -> None:
        """No reorganisations here."""

    async def run(self) -> None:
        await asyncio.Event().wait()

    def wake(self) -> None:
        """There is nothing to read."""

    async def arrive(self, *facts: Fact) -> None:
        assert self.view.head is not None
        for listener in self.listeners:
            await listener(Arrival(facts=facts, head=self.view.head, caught_up=True))


class AwayNode:
    """Nobody answers."""

    async def ask(self, _question: object) -> int:
        raise NodeUnreachable("no node here")

    async def look(self, _finality: int) -> None:
        """Nobody to look at."""

    async def follow_announcements(self, _wake: object) -> None:
        """Nobody announces anything."""

    def report(self) -> tuple[()]:
        return ()


class RestingLane:
    """Nothing was left by an earlier run, after the node has been away so many times."""

    def __init__(self, lane: object, away: int = 0) -> None:
        self._lane = lane
        self.away = away
        self.resumed = asyncio.Event()

    def succeed(self, signer: object) -> None:
        """Sends nothing, from whichever account."""

    async def execute(self, intent: str, order: object) -> object:
        return await self._lane.execute(intent, order)

    async def resume(self) -> None:
        if self.away:
            self.away -= 1
            raise NodeUnreachable("not now")
        self.resumed.set()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(kw_only=True)
class Started:
    daemon: Daemon
    base: Foundation
    stream: QuietStream
    lane: RestingLane
    consortium: Consortium
    running: asyncio.Task[None]

    @property
    def settings(self) -> Settings:
        return self.base.settings

    async def status(self) -> str:
        async with asyncio.timeout(20):
            while True:
                try:
                    async with connect(self.settings.api.listen) as client:
                        report = await client.status()
                        await client.members()
                except (Transient, ProblemReported):
                    await asyncio.sleep(0.05)
                else:
                    return report.member_status


Start = Callable[..., AbstractAsyncContextManager[Started]]


@pytest.fixture
def start(consortium: Consortium) -> Start:
    """Member 3's daemon, over the foundation that its rooms have, with a dataset of its own."""

    @asynccontextmanager
    async def started(*, port: int | None = None, away: int = 0) -> AsyncIterator[Started]:
        house = consortium[3]
        stream = QuietStream(consortium.chain.view)
        lane = RestingLane(house.lane, away)
        with tempfile.TemporaryDirectory(prefix="rm") as run:  # a socket's path is short
            settings = replace(
                house.base.settings,
                dataset=replace(house.base.settings.dataset, folder=Path(run) / "dataset"),
                api=replace(house.base.settings.api, listen=UnixSocket(path=Path(run) / "api.sock")),
                peer=replace(
                    house.base.settings.peer,
                    listen=SocketAddress(host="127.0.0.1", port=port or _free_port()),
                ),
            )
            base = replace(
                house.base,
                settings=settings,
                stream=stream,
                lane=lane,
                connection=AwayNode(),
                clock=ChainClock(stream.view, lambda: None),
                registry=Registry(stream.view),
            )
            daemon = Daemon(base)
            running = asyncio.create_task(daemon.run())
            try:
                yield Started(
                    daemon=daemon,
                    base=base,
                    stream=stream,
                    lane=lane,
                    consortium=consortium,
                    running=running,
                )
            finally:
                daemon.stop()
                await asyncio.wait([running])

    return started


async def test_daemon__of_a_member__serves_its_institution_and_stops_when_told(
    start: Callable[..., object],
) -> None:
    async with start() as started:
        assert await started.status() == "active"

        started.daemon.stop()
        await asyncio.wait_for(started.running, 20)

    assert not started.settings.api.listen.path.exists()


async def test_daemon__that_hears_of_a_commitment__journals_it(start: Start) -> None:
    async with start() as started:
        await started.status()
        asker = started.consortium[1]
        accepted = await asker.submit("a.example")
        await asker.commit()
        batch_id = (await asker.batch(accepted)).batch_id

        await started.stream.arrive(started.base.view.commitment(asker.id, batch_id))

        journal = AnswerJournal(started.base.database, started.base.keyring.storage_cipher("answered"))
        assert await journal.batch(asker.id, batch_id) is not None


async def test_daemon__started_after_a_commitment__finds_it_in_the_view(
    start: Start, consortium: Consortium
) -> None:
    accepted = await consortium[1].submit("a.example")
    await consortium[1].commit()
    batch_id = (await consortium[1].batch(accepted)).batch_id

    async with start() as started:
        await started.status()
        journal = AnswerJournal(started.base.database, started.base.keyring.storage_cipher("answered"))

        assert await journal.batch(consortium[1].id, batch_id) is not None


async def test_daemon__node_away_when_it_resumes__goes_on_until_it_has(start: Start) -> None:
    async with start(away=1) as started:
        await asyncio.wait_for(started.lane.resumed.wait(), 30)

        assert await started.status() == "active"
        assert not started.running.done()


async def test_daemon__whose_address_is_taken__ends_and_says_which(start: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        async with start(port=port) as started:
            with pytest.raises(BaseExceptionGroup) as ended:
                await asyncio.wait_for(started.running, 20)

    error = _first(ended.value)
    assert isinstance(error, CannotListen)
    assert f"127.0.0.1:{port}" in str(error)


async def test_daemon__told_of_a_broken_invariant__ends_with_it(start: Start) -> None:
    async with start() as started:
        await started.status()

        started.daemon.broken(Broken("two and two are five"))

        with pytest.raises(Broken, match="five"):
            await asyncio.wait_for(started.running, 20)


def test_first__of_nested_groups__is_the_error_that_ended_them() -> None:
    inner = ExceptionGroup("inner", [Broken("first"), Transient("second")])

    assert str(_first(ExceptionGroup("outer", [inner, Transient("third")]))) == "first"
