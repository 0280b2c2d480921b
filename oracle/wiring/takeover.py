"""What a daemon does when it comes to lead: it sees to the store first, then finishes what was left."""

from oracle.domain.ids import BlockNumber
from oracle.wiring.foundation import Foundation
from oracle.wiring.member import Member
from oracle.wiring.undoing import patiently

LOOKED_AT_AGAIN = 64
"""Blocks whose transactions a new leader follows once more."""


async def prepare(base: Foundation, member: Member) -> bool:
    """Bring a shared store up to what the chain has, before anything is sent, paid or published by it.

    Another daemon may have left what a reorganisation undid and it did not live to see; and the database may
    have been set back to an older copy since. False when another daemon leads by now.
    """
    await base.clock.caught_up.wait()
    await member.undoing.finish()
    if not await member.undoing.undo(_surely_there(base)):
        return False

    async def recover() -> None:
        await member.recovery.begin(await base.restoration.known_to())

    return await patiently(recover)


async def take_over(base: Foundation, member: Member) -> bool:
    """Finish transactions that an earlier run left, before anything new would wait behind them."""
    done = await patiently(base.lane.resume)
    if base.database.shared:
        for entry in member.rounds.all:
            entry.wake()
    return done


def _surely_there(base: Foundation) -> BlockNumber:
    """Whatever was mined up to this block no reorganisation can have taken unnoticed."""
    head = base.view.head
    depth = max(LOOKED_AT_AGAIN, base.finality())
    return BlockNumber(max(0, 0 if head is None else head.number - depth))
