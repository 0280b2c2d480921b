"""What a daemon does first when it leads: it finishes what an earlier run, or the leader before, has left."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from oracle.chain.errors import NodeRefused
from oracle.domain.errors import Transient
from oracle.domain.ids import BlockNumber
from oracle.store.errors import StandingBy
from oracle.wiring.foundation import Foundation
from oracle.wiring.member import Member

log = structlog.get_logger()
RETRY_S = 2.0
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
    await patiently(lambda: base.lane.roll_back(_surely_there(base)))
    await patiently(member.requester.collector.note_reorganisation)
    await patiently(member.holder.answering.note_reorganisation)
    for entry in member.rounds.all:
        entry.wake()


def _surely_there(base: Foundation) -> BlockNumber:
    """Whatever was mined up to this block no reorganisation can have taken unnoticed."""
    head = base.view.head
    depth = max(LOOKED_AT_AGAIN, base.finality())
    return BlockNumber(max(0, 0 if head is None else head.number - depth))


async def patiently(step: Callable[[], Awaitable[object]]) -> None:
    """However long nodes or store are away: a transaction that is left out would hold up all later ones."""
    while True:
        try:
            await step()
        except StandingBy:
            return  # it is for the daemon that leads now
        except (Transient, NodeRefused) as error:
            log.warning("transactions_wait", reason=error.code)
            await asyncio.sleep(RETRY_S)
        else:
            return
