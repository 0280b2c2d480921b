"""Where our history and a node's part ways: the common ancestor after a reorganisation."""

from dataclasses import dataclass

from oracle.chain.answers import Block
from oracle.chain.journal import BlockMark, FactJournal
from oracle.chain.node import Node
from oracle.domain.ids import BlockNumber

_STEP = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The journal and a node have one history up to `ancestor` and two after it."""

    ancestor: BlockNumber
    """The block to roll back to."""
    first_other: BlockMark
    """The oldest block of ours that the node has not got, as far as blocks are marked."""


async def _agrees(node: Node, mark: BlockMark, latest: Block) -> bool:
    block = latest if mark.number == latest.number else await node.block(mark.number)
    return block.hash == mark.hash


async def parting(
    journal: FactJournal, node: Node, latest: Block, first_block: BlockNumber
) -> Parting | None:
    """None when the journal agrees with the node as far as the node goes.

    Only blocks up to the node's head are compared: a node that lags is no reorganisation.
    """
    up_to, other = latest.number, None
    while marks := await journal.marks(up_to, 1 if other is None else _STEP):
        for mark in marks:
            if await _agrees(node, mark, latest):
                return None if other is None else Parting(ancestor=mark.number, first_other=other)
            other = mark
        up_to = BlockNumber(marks[-1].number - 1)
    # Not even the first mark is left: everything since the deployment is read again.
    return None if other is None else Parting(ancestor=BlockNumber(first_block - 1), first_other=other)
