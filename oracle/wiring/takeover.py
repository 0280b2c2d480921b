"""What a daemon does first when it leads: it finishes what an earlier run, or the leader before, has left."""

from oracle.domain.ids import BlockNumber
from oracle.wiring.foundation import Foundation
from oracle.wiring.member import Member
from oracle.wiring.undoing import patiently

LOOKED_AT_AGAIN = 64
"""Blocks whose transactions a new leader follows once more."""


async def take_over(base: Foundation, member: Member) -> None:
    """Finish transactions that an earlier run left, before anything new would wait behind them.

    Another daemon may also have left what a reorganisation undid and it did not live to see.
    """
    if not base.database.shared:
        await patiently(base.lane.resume)
        return
    await base.clock.caught_up.wait()
    await member.undoing.finish()
    await member.undoing.undo(_surely_there(base))
    await patiently(base.lane.resume)
    for entry in member.rounds.all:
        entry.wake()


def _surely_there(base: Foundation) -> BlockNumber:
    """Whatever was mined up to this block no reorganisation can have taken unnoticed."""
    head = base.view.head
    depth = max(LOOKED_AT_AGAIN, base.finality())
    return BlockNumber(max(0, 0 if head is None else head.number - depth))
