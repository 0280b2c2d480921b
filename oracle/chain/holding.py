"""What becomes of a reorganisation that replaces final blocks: nothing leaves until it is decided."""

from dataclasses import dataclass, field
from typing import ClassVar

import structlog

from oracle.chain.errors import ReorganisationHeld
from oracle.domain.errors import Refused
from oracle.domain.ids import BlockNumber
from oracle.domain.reports import HeldReorganisation

_log = structlog.get_logger("riskmesh.chain")


class NoSuchReorganisation(Refused):
    """What is to be accepted is not what is held."""

    code: ClassVar[str] = "no_such_reorganisation"


@dataclass(slots=True)
class Hold:
    """Begun by the event stream, asked by whatever sends or answers, ended by chain or operator."""

    current: HeldReorganisation | None = None
    _accepted: HeldReorganisation | None = field(default=None, init=False)

    def holds(self) -> bool:
        return self.current is not None

    def check(self) -> None:
        """Raises ReorganisationHeld while nothing may leave."""
        if self.current is not None:
            raise ReorganisationHeld(explained(self.current))

    def begin(self, found: HeldReorganisation) -> None:
        if found == self.current:
            return
        _log.error(
            "final_blocks_replaced",
            from_block=found.first_block,
            to_block=found.last_block,
            depth=found.depth,
            error=ReorganisationHeld(explained(found)),
        )
        self.current = found

    def release(self) -> None:
        """The journal was rolled back: to the decided branch, or because the old blocks are back."""
        if self.current is not None:
            _log.warning("final_blocks_settled", from_block=self.current.first_block)
        self.current = self._accepted = None

    def accept(self, *, first_block: int) -> HeldReorganisation:
        """The operator's decision that the other branch holds from this block on."""
        if self.current is None:
            raise NoSuchReorganisation("No final block was replaced: there is nothing to accept.")
        if self.current.first_block != first_block:
            raise NoSuchReorganisation(
                f"Blocks were replaced from {self.current.first_block} on, not from {first_block}: it has "
                "changed meanwhile. Look at `riskmesh status` again."
            )
        _log.warning("reorganisation_accepted", from_block=first_block, depth=self.current.depth)
        self._accepted = self.current
        return self.current

    def accepts(self, first_block: BlockNumber) -> bool:
        """Whether replacing blocks from this one on was decided on; a deeper one is another decision."""
        return self._accepted is not None and first_block >= self._accepted.first_block


def explained(held: HeldReorganisation) -> str:
    if held.set_back:
        return (
            f"Node {held.node} ends before block {held.first_block}, but blocks up to {held.last_block} had "
            f"been read ({held.depth} are gone), and a block is final under {held.finality_depth} others. It "
            "has not caught up, or its chain was started again from an older state. Nothing is sent or "
            "answered. Ask the other members how far theirs goes. If it is only this node, wait or repair "
            "it: this daemon goes on by itself when the blocks are back. If the chain was set back for all, "
            "run `riskmesh chain accept-reorganisation`."
        )
    return (
        f"Blocks {held.first_block} to {held.last_block} were replaced by others ({held.depth} deep), though "
        f"a block is final under {held.finality_depth} others. Nothing is sent or answered. Find out with "
        "the other members which branch holds. If it is the new one, run "
        "`riskmesh chain accept-reorganisation`. If not, repair or replace the node: this daemon goes on by "
        "itself when the old blocks are back."
    )
