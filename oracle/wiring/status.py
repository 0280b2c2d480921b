"""The daemon's own health in one value: status, what waits, whether it is ready, and its figures."""

import time

from oracle import __version__
from oracle.domain.ids import MemberId, Sequence
from oracle.domain.reports import (
    ChainStatus,
    EndpointState,
    HeldReorganisation,
    LaneLine,
    MetricsText,
    Readiness,
    StatusReport,
    WaitingReport,
)
from oracle.store.answered import OPEN_STATES
from oracle.store.asked import OPEN_BATCHES
from oracle.store.census import Census
from oracle.wiring.foundation import Foundation
from oracle.wiring.gauges import Gauges
from oracle.wiring.insight import Figures, Insight
from oracle.wiring.problems import problems_of, told_missing
from oracle.wiring.readiness import reasons_against
from oracle.wiring.snapshots import missing_snapshot

SERVING = (EndpointState.USABLE, EndpointState.LAGGING)


class StatusDesk:
    """Counts come from whoever keeps them; before membership there are few."""

    def __init__(self, base: Foundation) -> None:
        self._base = base
        self._started = time.monotonic()
        self._insight: Insight | None = None
        self._census = Census(base.database)
        self._gauges = Gauges(base, self._census)

    def attach(self, insight: Insight) -> None:
        """The member is open: from here on it is asked, too."""
        self._insight = insight

    async def status(self) -> StatusReport:
        base, insight = self._base, self._insight
        chain = self._chain()
        me = base.member_id()
        figures = Figures(records=0, unpublished=0) if insight is None else await insight.figures()
        states = await self._census.states()
        missing = await self._missing(me)
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
            open_queries=sum(states.get(("batches", state), 0) for state in OPEN_BATCHES),
            open_answers=sum(states.get(("answers", state), 0) for state in OPEN_STATES),
            problems=(
                *problems_of(base, chain, me, now_s=base.clock.wall_ms() // 1_000),
                *(() if missing is None else (told_missing(missing, shared=base.database.shared),)),
                *(() if insight is None else await insight.recovery.problems()),
            ),
            lane=LaneLine(
                account=base.keyring.operator_address(),
                queued=states.get(("transactions", "queued"), 0),
                sent=states.get(("transactions", "sent"), 0),
            ),
            lease=await base.leadership.line(),
            rounds=() if insight is None else insight.round_lines,
        )

    async def waiting(self) -> WaitingReport:
        """What is in flight and why; nothing before membership."""
        if self._insight is None:
            return WaitingReport(lines=(), total=0)
        return await self._insight.waiting.report(self._chain())

    async def readiness(self) -> Readiness:
        """Read to the chain's head, the store writable, the dataset open; of several, the published one."""
        me = self._base.member_id()
        return Readiness(
            reasons=await reasons_against(
                self._chain(),
                self._census,
                admitted=me is not None,
                opened=self._insight is not None,
                elsewhere=await self._missing(me) if self._base.database.shared else None,
            )
        )

    async def _missing(self, me: MemberId | None) -> Sequence | None:
        """The published snapshot that this daemon's dataset does not have."""
        if me is None or self._insight is None:
            return None
        return await missing_snapshot(self._insight.holder.dataset, self._base.view, me)

    async def metrics(self) -> MetricsText:
        """All figures, those that are counted and those that are looked up now."""
        report, ready = await self.status(), await self.readiness()
        return MetricsText(text=await self._gauges.text(report, ready, self._insight))

    async def accept_reorganisation(self, *, first_block: int) -> HeldReorganisation:
        """The operator's decision; the stream rolls back and goes on at once."""
        accepted = self._base.hold.accept(first_block=first_block)
        self._base.stream.wake()
        return accepted

    def _chain(self) -> ChainStatus:
        """By the newest look at the nodes: a node that hangs does not make the status hang."""
        base, endpoints = self._base, self._base.connection.report()
        cursor = 0 if base.view.head is None else base.view.head.number
        serving = [node.head_block or 0 for node in endpoints if node.state in SERVING]
        return ChainStatus(
            chain_id=base.record.chain_id,
            reachable=bool(serving),
            head_block=max((cursor, *serving)),
            cursor_block=cursor,
            endpoints=endpoints,
            held=base.hold.current,
        )


def _status(base: Foundation, me: MemberId | None) -> str:
    return "unknown" if me is None else base.view.member(me).status.name.lower()


def _sequence(base: Foundation, me: MemberId | None) -> int | None:
    published = () if me is None else base.view.publications_of(me)
    return published[-1].publication.sequence if published else None
