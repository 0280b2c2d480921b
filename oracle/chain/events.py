"""The event stream: the chain read by cursor, journalled first, then told to whoever listens."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from oracle.chain.answers import Block
from oracle.chain.connection import ChainConnection
from oracle.chain.errors import NodeOnOtherBranch, NodeRefused
from oracle.chain.facts import Fact
from oracle.chain.history import Parting, parting
from oracle.chain.holding import Hold
from oracle.chain.journal import BlockMark, FactJournal
from oracle.chain.node import LATEST, Node
from oracle.chain.reading import RangeReader
from oracle.chain.view import AllianceView
from oracle.domain.errors import Transient
from oracle.domain.ids import BlockNumber
from oracle.domain.reports import HeldReorganisation

_MARKS_KEPT = 4_096
_MARKS_FORGOTTEN_EVERY = 1_024

_log = structlog.get_logger("riskmesh.chain")

_Key = tuple[BlockNumber, bytes, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """News of the chain. `facts` may be empty: time has passed, which deadlines care about."""

    facts: tuple[Fact, ...]
    head: BlockMark
    """The newest block whose facts are in the view."""
    caught_up: bool
    """Whether `head` was the node's head, too."""


_Step = Arrival | BlockNumber
FactsListener = Callable[[Arrival], Awaitable[None]]
RollbackListener = Callable[[BlockNumber], Awaitable[None]]
"""Told the last block that is still valid, after journal and view were rolled back to it."""


async def _has(node: Node, mark: BlockMark) -> bool:
    block = await node.find_block(mark.number)
    return block is not None and block.hash == mark.hash


def _key(fact: Fact) -> _Key:
    return fact.at.block_number, fact.at.block_hash, fact.at.log_index


@dataclass(slots=True, kw_only=True)
class EventStream:
    """Owns `view`, which follows the journal. Listeners are called in the order of their registration."""

    connection: ChainConnection
    journal: FactJournal
    reader: RangeReader
    first_block: BlockNumber
    interval_s: float = 1.0
    finality: Callable[[], int] | None = None
    """Blocks that may be replaced without anybody's decision; None for any number."""
    hold: Hold = field(default_factory=Hold)
    set_back_after_s: float = 30.0
    """How long a node may lack blocks that were read before it counts as set back, and not as behind."""
    view: AllianceView = field(default_factory=AllianceView)
    _facts_listeners: list[FactsListener] = field(default_factory=list)
    _rollback_listeners: list[RollbackListener] = field(default_factory=list)
    _recent: set[_Key] = field(default_factory=set)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _next_forgetting: int = 0
    _ends_early_since: float | None = None

    def on_facts(self, listener: FactsListener) -> None:
        self._facts_listeners.append(listener)

    def on_rollback(self, listener: RollbackListener) -> None:
        self._rollback_listeners.append(listener)

    def wake(self) -> None:
        """Polls at once instead of at the end of the interval."""
        self._wake.set()

    async def run(self) -> None:
        """Follows the chain until it is cancelled; nodes that fail are tried again."""
        await self.rebuild()
        if self.view.head is not None:
            # Who waits for what the journal has already is not left to wait for the next block.
            await self._tell(Arrival(facts=(), head=self.view.head, caught_up=False))
        away = False
        while True:
            try:
                step = await self._step()
            except (Transient, NodeRefused) as error:
                # Said once an outage: the status has it as long as it lasts.
                _log.log(logging.DEBUG if away else logging.WARNING, "chain_not_read", error=error)
                away, step = True, None
            else:
                if away:
                    _log.info("chain_read_again")
                away = False
            if step is not None:
                await self._tell(step)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self.interval_s):
                    await self._wake.wait()
            self._wake.clear()

    async def poll(self) -> None:
        """Reads up to the head of one node. Raises Transient or NodeRefused when no node can be read."""
        while (step := await self._step()) is not None:
            await self._tell(step)

    async def rebuild(self) -> None:
        """Folds the whole journal into the view; called once before the first `poll`."""
        fresh, cursor = AllianceView(), await self.journal.cursor()
        oldest = 0 if cursor is None else cursor - self.reader.overlap
        recent: set[_Key] = set()
        async for fact in self.journal.facts():
            fresh.apply(fact)
            if fact.at.block_number >= oldest:
                recent.add(_key(fact))
        marks = () if cursor is None else await self.journal.marks(cursor, 1)
        fresh.head = marks[0] if marks else None
        self._recent = recent
        self.view.become(fresh)

    async def _step(self) -> _Step | None:
        """One range read or one rollback, journalled; None when there is nothing new."""
        return await self.connection.ask(self._step_on)

    async def _step_on(self, node: Node) -> _Step | None:
        latest = await node.block(LATEST)
        stored = await self.journal.cursor()
        cursor = BlockNumber(self.first_block - 1) if stored is None else stored
        parted = await parting(self.journal, node, latest, self.first_block)
        if parted is not None:
            if await self._holds(node, parted, cursor):
                return None
            await self._roll_back(parted.ancestor)
            return parted.ancestor
        held = self.hold.current
        if held is not None and not held.set_back and latest.number >= held.first_block:
            # Our blocks are back. What was concluded from the others meanwhile is concluded anew.
            await self._roll_back(BlockNumber(held.first_block - 1))
            return BlockNumber(held.first_block - 1)
        if latest.number < cursor:
            # A node that lags agrees with every branch; one that stays there was set back.
            return await self._shortened(node, latest, cursor) if await self._set_back(node, cursor) else None
        self._ends_early_since = None
        if held is not None:
            self.hold.release()  # it had only been behind: there was nothing else to conclude anything from
        return await self._advance(node, cursor, latest) if cursor < latest.number else None

    async def _set_back(self, node: Node, cursor: BlockNumber) -> bool:
        """Whether our newest block is gone from every node, and has been for long."""
        newest = await self.journal.marks(cursor, 1)
        if not newest or any(await self.connection.ask_others(node, lambda other: _has(other, newest[0]))):
            self._ends_early_since = None
            return False
        if self._ends_early_since is None:
            self._ends_early_since = time.monotonic()
        return time.monotonic() - self._ends_early_since >= self.set_back_after_s

    async def _shortened(self, node: Node, latest: Block, cursor: BlockNumber) -> BlockNumber | None:
        """The block that was rolled back to; None while the operator has not decided about it."""
        first = BlockNumber(latest.number + 1)
        if not self._decided(first, cursor):
            held = self.hold.current
            if held is None or first < held.first_block:
                self._begin_hold(node, first, cursor, set_back=True)
            return None
        # The block that it ends with is read again, so that everybody hears where the chain stands now.
        kept = await self.journal.marks(BlockNumber(latest.number - 1), 1)
        ancestor = kept[0].number if kept else BlockNumber(self.first_block - 1)
        _log.warning("chain_set_back", node=node.name, from_block=first, to_block=cursor)
        await self._roll_back(ancestor)
        return ancestor

    async def _tell(self, step: _Step) -> None:
        # Outside of `ask`: what a listener raises is no reason to read the chain from another node.
        if isinstance(step, Arrival):
            for facts_listener in self._facts_listeners:
                await facts_listener(step)
        else:
            for rollback_listener in self._rollback_listeners:
                await rollback_listener(step)

    async def _holds(self, node: Node, parted: Parting, cursor: BlockNumber) -> bool:
        """Whether final blocks were replaced and nobody has decided about it yet.

        Raises NodeOnOtherBranch when another node still has our block: then it is this one that is wrong.
        """
        other = parted.first_other
        if self._decided(other.number, cursor):
            return False
        if any(await self.connection.ask_others(node, lambda witness: _has(witness, other))):
            error = NodeOnOtherBranch(
                f"Node {node.name} has replaced block {other.number}, which is final and which another "
                "node still has: it is cut off, or was given another history. It is not asked until it agrees"
            )
            self.connection.set_aside(node, error)
            raise error
        self._begin_hold(node, other.number, cursor, set_back=False)
        return True

    def _decided(self, first: BlockNumber, cursor: BlockNumber) -> bool:
        """Whether blocks of ours from this one on may be given up: none was final, or operators say so."""
        return self.finality is None or cursor - first < self.finality() or self.hold.accepts(first)

    def _begin_hold(self, node: Node, first: BlockNumber, cursor: BlockNumber, *, set_back: bool) -> None:
        self.hold.begin(
            HeldReorganisation(
                first_block=first,
                last_block=cursor,
                depth=cursor - first + 1,
                finality_depth=0 if self.finality is None else self.finality(),
                node=node.name,
                set_back=set_back,
            )
        )

    async def _roll_back(self, ancestor: BlockNumber) -> None:
        _log.warning("chain_reorganised", back_to=ancestor)
        await self.journal.rollback_to(ancestor)
        await self.rebuild()
        self.hold.release()

    async def _advance(self, node: Node, cursor: BlockNumber, latest: Block) -> Arrival:
        marks = await self.journal.marks(cursor, 1)
        anchor = marks[0] if marks else None
        read = await self.reader.read(node, BlockNumber(cursor + 1), anchor, latest.number)
        new = tuple(fact for fact in read.facts if _key(fact) not in self._recent)
        await self.journal.append(new, read.marks, read.last.number)
        self._recent.update(map(_key, new))
        await self._fold(new, cursor)
        self.view.head = read.last
        await self._keep_short(read.last.number)
        return Arrival(facts=new, head=read.last, caught_up=read.last.number == latest.number)

    async def _fold(self, new: Sequence[Fact], cursor: BlockNumber) -> None:
        if any(fact.at.block_number <= cursor for fact in new):
            # A node had kept facts from us: they belong between others that are folded already.
            await self.rebuild()
        else:
            self.view.fold(new)

    async def _keep_short(self, cursor: BlockNumber) -> None:
        oldest = cursor - self.reader.overlap
        self._recent = {key for key in self._recent if key[0] >= oldest}
        if cursor >= self._next_forgetting:
            await self.journal.forget_marks(BlockNumber(max(0, cursor - _MARKS_KEPT)))
            self._next_forgetting = cursor + _MARKS_FORGOTTEN_EVERY
