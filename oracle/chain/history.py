"""Where our history and a node's part ways: the common ancestor after a reorganisation."""

from oracle.chain.answers import Block
from oracle.chain.journal import BlockMark, FactJournal
from oracle.chain.node import Node
from oracle.domain.ids import BlockNumber

_STEP = 64


async def _agrees(node: Node, mark: BlockMark, latest: Block) -> bool:
    block = latest if mark.number == latest.number else await node.block(mark.number)
    return block.hash == mark.hash


async def common_ancestor(
    journal: FactJournal, node: Node, latest: Block, first_block: BlockNumber
) -> BlockNumber | None:
    """The block to roll back to, or None when the journal agrees with the node as far as the node goes.

    Only blocks up to the node's head are compared: a node that lags is no reorganisation.
    """
    up_to, newest = latest.number, True
    while marks := await journal.marks(up_to, 1 if newest else _STEP):
        for mark in marks:
            if await _agrees(node, mark, latest):
                return None if newest else mark.number
            newest = False
        up_to = BlockNumber(marks[-1].number - 1)
    # Not even the first mark is left: everything since the deployment is read again.
    return None if newest else BlockNumber(first_block - 1)
