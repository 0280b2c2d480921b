"""A consortium for the benchmarks: one that asks, in this process, and holders in others, over TLS."""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from bare_lines import BareLines, bare_lines
from facts import FactsOnly, Registration
from holder import InThisProcess
from members import Prepared, reserved_ports
from rows import progress

from oracle.crypto.workers import Workers
from oracle.domain.reports import AskingMode, HolderProgress, HolderState, RawSubject
from oracle.wiring.member import Member
from oracle.wiring.rounds import Round

ASKER = 1
_SAID_EVERY = 10
_LOOK_S = 0.001
"""Short: cores that rest for longer take longer to begin again, which is not the query's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What every process makes its chain of."""

    registered: Sequence[Registration]
    began: int
    governed: Mapping[str, int]

    def chain(self) -> FactsOnly:
        return FactsOnly(self.registered, began=self.began, governed=self.governed)


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
        """Wait until the receipts of what was answered are, so that nothing is left over for the next."""
        journals = self.member.requester.journals
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._rests() and not (
                await journals.replies.without_receipt() or await journals.receipts.pending()
            ):
                return

    def _rests(self) -> bool:
        rounds = _woken(self.member)
        return not any(one.line.running or one.news.is_set() for one in rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Who is there, and what is not governed as by default."""

    holders: int
    records: int
    """Of each of them."""
    processes: int
    """That the holders are in; whoever asks is in this one."""
    askers: int = 1
    governed: Mapping[str, int] = field(default_factory=dict)


@asynccontextmanager
async def consortium(layout: Layout) -> AsyncIterator[Sequence[Asker]]:
    """Those that ask, with lines to all the holders."""
    numbers = range(ASKER + 1, ASKER + 1 + layout.holders)
    shares = [list(numbers[start :: layout.processes]) for start in range(layout.processes)]
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    children = []
    with reserved_ports() as ports:
        for share in shares:
            near, far = context.Pipe()
            child = context.Process(target=_host, args=(far, share, layout.records, ports))
            child.start()
            far.close()
            pipes.append(near)
            children.append(child)
        try:
            async with _asking(pipes, layout, ports) as askers:
                yield askers
        finally:
            for pipe in pipes:
                pipe.close()
            for child in children:
                await asyncio.to_thread(child.join)


@asynccontextmanager
async def _asking(pipes: Sequence[Connection], layout: Layout, ports: int) -> AsyncIterator[Sequence[Asker]]:
    more = range(ASKER + 1 + layout.holders, ASKER + layout.holders + layout.askers)
    own = [Prepared(number, 0, ports=ports) for number in (ASKER, *more)]
    made: list[tuple[Registration, int]] = []
    for pipe in pipes:
        made += await _heard(pipe)
    known = [await one.register() for one in own] + [one for one, _ in made]
    told = Told(
        registered=sorted(known, key=lambda one: one.member),
        began=int(time.time()) - 1_000,
        governed=layout.governed,
    )
    for pipe in pipes:
        pipe.send(told)
    for pipe in pipes:
        await _heard(pipe)
    workers = Workers(1)
    try:
        async with AsyncExitStack() as stack:
            askers = []
            for one in own:
                member = await stack.enter_async_context(one.open(told.chain(), workers))
                await stack.enter_async_context(_rounds(member))
                lines = [(port, holder.certificate) for holder, port in made]
                bare = await stack.enter_async_context(bare_lines(member.succession.identity, lines))
                askers.append(Asker(member=member, holders=layout.holders, bare=bare))
            yield askers
    finally:
        workers.close()


def _woken(member: Member) -> tuple[Round, ...]:
    return member.rounds.express, member.rounds.judge, member.rounds.receipts


@asynccontextmanager
async def _rounds(member: Member) -> AsyncIterator[None]:
    """Those that an express query wakes: what asks, what judges and what sends the receipts."""
    running = [asyncio.create_task(one.run()) for one in _woken(member)]
    try:
        yield
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _heard(pipe: Connection) -> Any:
    try:
        return await asyncio.to_thread(pipe.recv)
    except EOFError as error:
        raise SystemExit("A process of holders has ended; why stands above.") from error


def _host(pipe: Connection, numbers: Sequence[int], records: int, ports: int) -> None:
    """A process of holders; it ends when the pipe does."""
    asyncio.run(_hosted(pipe, [Prepared(number, records, ports=ports) for number in numbers]))


async def _hosted(pipe: Connection, prepared: Sequence[Prepared]) -> None:
    made = []
    for one in prepared:
        made.append((await one.register(), one.bare_port))
        if len(made) % _SAID_EVERY == 0:
            progress(f"{len(made)} of {len(prepared)} lists of this process are ready")
    pipe.send(made)
    told: Told = await asyncio.to_thread(pipe.recv)
    # One holder evaluates in a worker, as its daemon does; many of them share the cores as it is.
    workers = Workers(1) if len(prepared) == 1 else InThisProcess()
    chain = told.chain()
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
