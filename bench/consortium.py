"""A consortium for the benchmarks: one that asks, in this process, and holders in others, over TLS."""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bare_lines import BareLines, bare_lines
from facts import FactsOnly, Registration
from holder import InThisProcess
from members import Prepared

from oracle.crypto.workers import Workers
from oracle.domain.reports import AskingMode, HolderProgress, HolderState, RawSubject
from oracle.wiring.member import Member

ASKER = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One express query: when the first holder's answer was verified, when the last one's."""

    first_ms: float
    last_ms: float


@dataclass(slots=True, kw_only=True)
class Asker:
    """Asks as the institution's interface does, and follows what comes."""

    member: Member
    holders: int
    bare: BareLines
    """To the same processes."""

    async def ask(self, *values: str) -> Timed:
        desk = self.member.requester.desk
        subjects = [RawSubject(type="phone", value=value) for value in values]
        began = time.perf_counter()
        accepted = await desk.submit(
            subjects,
            purpose=None,
            case_reference="",
            deadline_s=None,
            mode=AskingMode.EXPRESS,
            deadline_ms=60_000,
        )
        answered: set[int] = set()
        first = 0.0
        async with aclosing(desk.query_events(accepted.query_id)) as events:
            async for event in events:
                if isinstance(event, HolderProgress) and event.state is HolderState.ANSWERED:
                    answered.add(event.holder)
                    first = first or time.perf_counter() - began
                    if len(answered) == self.holders:
                        return Timed(first_ms=1_000 * first, last_ms=1_000 * (time.perf_counter() - began))
        raise SystemExit(f"Only {len(answered)} of {self.holders} holders answered an express query.")

    async def settle(self) -> None:
        """Send the receipts of what was answered and take the disclosures, so that nothing is left over."""
        requester = self.member.requester
        await requester.collector.judge_all()
        await requester.receipts.round()


@asynccontextmanager
async def consortium(holders: int, records: int, *, processes: int) -> AsyncIterator[Asker]:
    """So many holders of so many phones each, over so many processes."""
    numbers = range(ASKER + 1, ASKER + 1 + holders)
    shares = [list(numbers[start::processes]) for start in range(processes)]
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    children = []
    for share in shares:
        near, far = context.Pipe()
        child = context.Process(target=_host, args=(far, share, records))
        child.start()
        pipes.append(near)
        children.append(child)
    try:
        async with _asking(pipes, holders) as asker:
            yield asker
    finally:
        for pipe in pipes:
            pipe.close()
        for child in children:
            await asyncio.to_thread(child.join)


@asynccontextmanager
async def _asking(pipes: Sequence[Connection], holders: int) -> AsyncIterator[Asker]:
    own = Prepared(ASKER, 1)
    made: list[tuple[Registration, int]] = []
    for pipe in pipes:
        made += await asyncio.to_thread(pipe.recv)
    registered = sorted((await own.register(), *(one for one, _ in made)), key=lambda one: one.member)
    began = int(time.time()) - 1_000
    for pipe in pipes:
        pipe.send((registered, began))
    for pipe in pipes:
        await asyncio.to_thread(pipe.recv)
    workers = Workers(1)
    try:
        async with (
            own.open(FactsOnly(registered, began=began), workers) as member,
            _rounds(member),
            bare_lines(member.succession.identity, [(port, one.certificate) for one, port in made]) as bare,
        ):
            yield Asker(member=member, holders=holders, bare=bare)
    finally:
        workers.close()


@asynccontextmanager
async def _rounds(member: Member) -> AsyncIterator[None]:
    """Those that an express query needs; the receipts wait until they are asked for."""
    running = asyncio.create_task(member.rounds.express.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _host(pipe: Connection, numbers: Sequence[int], records: int) -> None:
    """A process of holders; it ends when the pipe does."""
    asyncio.run(_hosted(pipe, numbers, records))


async def _hosted(pipe: Connection, numbers: Sequence[int], records: int) -> None:
    prepared = [Prepared(number, records) for number in numbers]
    pipe.send([(await one.register(), one.bare_port) for one in prepared])
    registered, began = await asyncio.to_thread(pipe.recv)
    # One holder evaluates in a worker, as its daemon does; many of them share the cores as it is.
    workers = Workers(1) if len(numbers) == 1 else InThisProcess()
    chain = FactsOnly(registered, began=began)
    try:
        async with AsyncExitStack() as stack:
            for one in prepared:
                await stack.enter_async_context(one.open(chain, workers))
            pipe.send("listening")
            await _until_closed(pipe)
    finally:
        workers.close()


async def _until_closed(pipe: Connection) -> None:
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), closed.set)
    await closed.wait()
    loop.remove_reader(pipe.fileno())
