"""The daemon's own health in one value."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from oracle import __version__
from oracle.domain.errors import Transient
from oracle.domain.ids import MemberId
from oracle.domain.reports import ChainStatus, StatusReport
from oracle.wiring.foundation import Foundation

LAGGING_BLOCKS = 10
STILL_S = 45
"""A chain whose newest block is older stands still: many times the time between two blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is in the journals and the dataset."""

    records: int = 0
    open_queries: int = 0
    open_answers: int = 0


class StatusDesk:
    """Counts come from whoever keeps them; before membership there are none."""

    def __init__(self, base: Foundation) -> None:
        self._base = base
        self._started = time.monotonic()
        self.figures: Callable[[], Awaitable[Figures]] = _none_yet

    async def status(self) -> StatusReport:
        base = self._base
        chain = await self._chain()
        me = base.member_id()
        figures = await self.figures()
        return StatusReport(
            version=__version__,
            name=base.settings.member.name,
            member_id=me,
            member_status=_status(base, me),
            uptime_s=int(time.monotonic() - self._started),
            chain=chain,
            records=figures.records,
            published_sequence=_sequence(base, me),
            balance=0 if me is None else base.view.balance(me),
            open_queries=figures.open_queries,
            open_answers=figures.open_answers,
            problems=_problems(base, chain, me, now_s=base.clock.wall_ms() // 1_000),
        )

    async def _chain(self) -> ChainStatus:
        cursor = 0 if self._base.view.head is None else self._base.view.head.number
        try:
            head: int = await self._base.connection.ask_once(lambda node: node.block_number())
            reachable = True
        except Transient:
            head, reachable = cursor, False
        return ChainStatus(
            chain_id=self._base.record.chain_id,
            reachable=reachable,
            head_block=head,
            cursor_block=cursor,
            endpoints=self._base.connection.report(),
        )


def _still_s(base: Foundation, now_s: int) -> int:
    """Age of the newest block read; 0 before the first."""
    return 0 if base.view.head is None else now_s - base.clock.chain_time()


async def _none_yet() -> Figures:
    return Figures()


def _status(base: Foundation, me: MemberId | None) -> str:
    return "unknown" if me is None else base.view.member(me).status.name.lower()


def _sequence(base: Foundation, me: MemberId | None) -> int | None:
    published = () if me is None else base.view.publications_of(me)
    return published[-1].publication.sequence if published else None


def _problems(base: Foundation, chain: ChainStatus, me: MemberId | None, *, now_s: int) -> tuple[str, ...]:
    problems = []
    if not chain.reachable:
        problems.append("No node answers. Check [chain] rpc and that the node runs; nothing is lost.")
        problems += [f"{each.name}: {each.reason}" for each in chain.endpoints if each.reason]
    elif chain.head_block - chain.cursor_block > LAGGING_BLOCKS:
        behind = chain.head_block - chain.cursor_block
        problems.append(f"Events are read up to {behind} blocks behind the node; it is catching up.")
    elif (still_s := _still_s(base, now_s)) > STILL_S:
        problems.append(
            f"The chain stands still: its newest block, {chain.head_block}, is {still_s} s old. Too few "
            "validators run or reach each other, or this node is cut off. Nothing is lost: what is "
            "open goes on with the next block."
        )
    if me is None:
        problems.append(
            "The registry does not know this institution yet. Give application.json to a member, who runs "
            "`riskmesh propose admit`; this daemon starts its work when the vote is carried out."
        )
    elif not base.view.member(me).in_standing:
        problems.append("This member is not in standing: it can neither ask nor be asked.")
    return tuple(problems)
