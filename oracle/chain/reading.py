"""One range of blocks read from one node, and held against the node's own headers.

A node that lags, prunes or balances between several may leave logs out and not say so. Headers tell: they are
linked by their hashes, every log names its block's, and the filter in each says what its logs touch.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from oracle.chain.answers import Block, RawLog
from oracle.chain.bloom import bloom_of, may_hold
from oracle.chain.decoding import LogDecoder
from oracle.chain.errors import LogRefused, NodeRefused, NodeUnreachable, NodeUnreliable
from oracle.chain.facts import Fact
from oracle.chain.journal import BlockMark
from oracle.chain.node import Node
from oracle.domain.ids import BlockNumber

_AT_ONCE = 8
_HEADERS_A_CALL = 128
NEWEST_MARKED = 128
"""Of each range the hashes of the newest blocks are kept: a reorganisation's depth is known exactly."""

_Logs = dict[BlockNumber, list[RawLog]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRange:
    facts: tuple[Fact, ...]
    marks: tuple[BlockMark, ...]
    """Of the blocks with facts and of the newest ones."""
    last: BlockMark


@dataclass(slots=True, kw_only=True)
class RangeReader:
    """Adapts the number of blocks it asks for to what nodes are willing to answer."""

    decoder: LogDecoder
    longest: int = 5_000
    overlap: int = 8
    """Blocks read again: a node behind a load balancer may have missed logs of its newest ones."""
    _size: int = field(init=False)
    _headers_a_call: int = _HEADERS_A_CALL

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
            try:
                logs = await node.logs(begin, last, self.decoder.addresses, self.decoder.topics)
            except (NodeRefused, NodeUnreachable, NodeUnreliable):
                if last == begin:
                    raise
                self._size = max(1, (last - begin + 1) // 2)
                continue
            headers = await self._headers(node, begin, last)
            await _linked(node, headers, anchor)
            found = await self._complete(node, headers, logs)
            self._size = min(self.longest, self._size * 2)
            marked = [
                block
                for block in headers
                if block.number in found or block.number >= max(first, last - NEWEST_MARKED + 1)
            ]
            return ReadRange(
                facts=self._decoded(headers, found),
                marks=tuple(map(_mark, marked)),
                last=_mark(headers[-1]),
            )

    async def _headers(self, node: Node, begin: BlockNumber, last: BlockNumber) -> list[Block]:
        """Of all blocks from `begin` to `last`, in their order; in batches where the node takes them."""
        headers: list[Block] = []
        while (first := begin + len(headers)) <= last:
            numbers = range(first, min(last + 1, first + self._headers_a_call))
            try:
                headers += await node.blocks([BlockNumber(number) for number in numbers])
            except NodeRefused:
                if self._headers_a_call == 1:
                    raise
                self._headers_a_call = max(1, self._headers_a_call // 4)
        return headers

    async def _complete(self, node: Node, headers: Sequence[Block], logs: Sequence[RawLog]) -> _Logs:
        """The logs by block, with those that the node had left out. Raises NodeUnreliable if it insists."""
        by_block: _Logs = {}
        for log in logs:
            by_block.setdefault(log.block_number, []).append(log)
        doubtful = [block for block in headers if self._doubtful(block, by_block.get(block.number, ()))]
        gate = asyncio.Semaphore(_AT_ONCE)

        async def ask(block: Block) -> list[RawLog]:
            async with gate:
                return await self._all_of(node, block)

        answers = await asyncio.gather(*map(ask, doubtful))
        for block, complete in zip(doubtful, answers, strict=True):
            by_block.pop(block.number, None)
            if complete:
                by_block[block.number] = complete
        return by_block

    def _doubtful(self, block: Block, logs: Sequence[RawLog]) -> bool:
        if any(log.block_hash != block.hash for log in logs):
            raise NodeUnreliable(f"Block {block.number} changed while it was read")
        if block.bloom is None or not (logs or may_hold(block.bloom, self.decoder.table)):
            return False
        return bloom_of(logs) != block.bloom

    async def _all_of(self, node: Node, block: Block) -> list[RawLog]:
        """Our logs of one block, taken out of all logs of all contracts in it, which must fill its filter."""
        logs = await node.logs_of(block.hash)
        if any(log.block_number != block.number for log in logs) or bloom_of(logs) != block.bloom:
            raise NodeUnreliable(
                f"Node {node.name} keeps logs of block {block.number} from us: it has not got them yet or "
                "not any more. A node that prunes logs cannot serve a daemon"
            )
        return [log for log in logs if log.topics and (log.address, log.topics[0]) in self.decoder.table]

    def _decoded(
        self, headers: Sequence[Block], logs: Mapping[BlockNumber, list[RawLog]]
    ) -> tuple[Fact, ...]:
        try:
            return tuple(
                self.decoder.decode(log, block.timestamp)
                for block in headers
                for log in logs.get(block.number, ())
            )
        except LogRefused as error:
            raise NodeUnreliable(f"A node sent a log that our contracts do not emit: {error}") from error


def _mark(block: Block) -> BlockMark:
    return BlockMark(number=block.number, hash=block.hash, timestamp=block.timestamp)


async def _linked(node: Node, headers: Sequence[Block], anchor: BlockMark | None) -> None:
    """All headers are of one branch, and the journal's newest block is in it."""
    for before, after in pairwise(headers):
        if after.parent_hash != before.hash:
            raise NodeUnreliable(f"Block {after.number} of node {node.name} changed while it was read")
    if anchor is None:
        return
    begin = headers[0].number
    if anchor.number == begin - 1:
        found = headers[0].parent_hash
    elif anchor.number < begin:
        found = (await node.block(anchor.number)).hash
    else:
        found = headers[anchor.number - begin].hash
    if found != anchor.hash:
        raise NodeUnreliable(f"Block {anchor.number} of node {node.name} changed while it was read")
