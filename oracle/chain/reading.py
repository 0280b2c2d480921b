"""One range of blocks read from one node, checked against the node's own hashes before and after."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from oracle.chain.answers import Block, RawLog
from oracle.chain.decoding import LogDecoder
from oracle.chain.errors import LogRefused, NodeRefused, NodeUnreachable, NodeUnreliable
from oracle.chain.facts import Fact
from oracle.chain.journal import BlockMark
from oracle.chain.node import Node
from oracle.domain.ids import BlockNumber

_HEADERS_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRange:
    facts: tuple[Fact, ...]
    marks: tuple[BlockMark, ...]
    """Of the blocks with facts and of the last one."""
    last: BlockMark


@dataclass(slots=True, kw_only=True)
class RangeReader:
    """Adapts the number of blocks it asks for to what nodes are willing to answer."""

    decoder: LogDecoder
    longest: int = 5_000
    overlap: int = 8
    """Blocks read again: a node behind a load balancer may have missed logs of its newest ones."""
    _size: int = field(init=False)

    def __post_init__(self) -> None:
        self._size = self.longest

    async def read(
        self, node: Node, first: BlockNumber, anchor: BlockMark | None, head: BlockNumber
    ) -> ReadRange:
        """Facts from `first` (and an overlap before it) towards `head`, as far as the node goes at once.

        `anchor` is the newest mark of the journal: when it changes meanwhile, what lies before `first` is of
        another branch than what was read, and nothing of it may be kept. Raises NodeUnreliable then.
        """
        while True:
            last = BlockNumber(min(head, first + self._size - 1))
            begin = BlockNumber(max(1, first - min(self.overlap, self._size - 1)))
            before = await node.block(last)
            try:
                logs = await node.logs(begin, last, self.decoder.addresses, self.decoder.topics)
            except (NodeRefused, NodeUnreachable, NodeUnreliable):
                if last == begin:
                    raise
                self._size = max(1, (last - begin + 1) // 2)
                continue
            blocks = await _headers(node, logs)
            if anchor is not None:
                await _unchanged(node, anchor.number, anchor.hash)
            await _unchanged(node, last, before.hash)
            self._size = min(self.longest, self._size * 2)
            marks = {block.number: _mark(block) for block in (*blocks.values(), before)}
            return ReadRange(
                facts=self._decoded(logs, blocks), marks=tuple(marks.values()), last=_mark(before)
            )

    def _decoded(self, logs: Sequence[RawLog], blocks: dict[BlockNumber, Block]) -> tuple[Fact, ...]:
        try:
            return tuple(self.decoder.decode(log, blocks[log.block_number].timestamp) for log in logs)
        except LogRefused as error:
            raise NodeUnreliable(f"A node sent a log that our contracts do not emit: {error}") from error


def _mark(block: Block) -> BlockMark:
    return BlockMark(number=block.number, hash=block.hash, timestamp=block.timestamp)


async def _unchanged(node: Node, number: BlockNumber, expected: bytes) -> None:
    block = await node.find_block(number)
    if block is None or block.hash != expected:
        raise NodeUnreliable(f"Block {number} of node {node.name} changed while it was read")


async def _headers(node: Node, logs: Sequence[RawLog]) -> dict[BlockNumber, Block]:
    """Headers of the blocks of these logs, which must be in the blocks they claim to be in."""
    gate = asyncio.Semaphore(_HEADERS_AT_ONCE)

    async def fetch(number: BlockNumber) -> Block:
        async with gate:
            return await node.block(number)

    numbers = sorted({log.block_number for log in logs})
    blocks = dict(zip(numbers, await asyncio.gather(*map(fetch, numbers)), strict=True))
    for log in logs:
        if blocks[log.block_number].hash != log.block_hash:
            raise NodeUnreliable(f"Block {log.block_number} of node {node.name} changed while it was read")
    return blocks
