"""Which work is done in rounds, and what wakes which."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from oracle.accounting.rating import RatingDesk
from oracle.accounting.redeeming import Redeeming
from oracle.accounting.upkeep import EpochUpkeep
from oracle.governing.upkeep import Upkeep
from oracle.wiring.compacting import Compacting
from oracle.wiring.holder import Holder
from oracle.wiring.recovery.recovering import Recovery
from oracle.wiring.requester import Requester
from oracle.wiring.rounds import Round

COMPACT_S = 600.0
NEWS_S = 5.0
"""Rounds that news wakes run this often in any case, to try again what could not be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """All work of a member that is not an answer to somebody."""

    commit: Round
    judge: Round
    receipts: Round
    answer: Round
    remind: Round
    publish: Round
    upkeep: Round
    redeem: Round
    rate: Round
    compact: Round
    recover: Round

    @property
    def all(self) -> tuple[Round, ...]:
        return (
            self.commit,
            self.judge,
            self.receipts,
            self.answer,
            self.remind,
            self.publish,
            self.upkeep,
            self.redeem,
            self.rate,
            self.compact,
            self.recover,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything that is done in rounds."""

    requester: Requester
    holder: Holder
    redeeming: Redeeming
    rating: RatingDesk
    upkeep: Upkeep
    epoch_upkeep: EpochUpkeep
    compacting: Compacting
    recovery: Recovery


def schedule(work: Work, *, submitted: asyncio.Event, publish_s: float, held: Callable[[], bool]) -> Rounds:
    async def follow() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(work.requester.receipts.round())
            group.create_task(work.requester.reminders.round())

    receipts = Round(name="receipts", work=follow, every_s=NEWS_S, held=held, overlap=True)
    collector = work.requester.collector

    async def judge() -> None:
        await collector.note_commitments()
        await collector.judge_all()
        receipts.wake()
        await collector.end_overdue()

    async def upkeep() -> None:
        await work.upkeep.round()
        await work.epoch_upkeep.round()

    return Rounds(
        commit=Round(
            name="commit",
            work=work.requester.committing.round,
            every_s=NEWS_S,
            held=held,
            overlap=True,
            news=submitted,
        ),
        judge=Round(name="judge", work=judge, every_s=NEWS_S, held=held),
        receipts=receipts,
        answer=Round(
            name="answer", work=work.holder.answering.round, every_s=NEWS_S, held=held, overlap=True
        ),
        remind=Round(
            name="remind", work=work.holder.reminding.round, every_s=NEWS_S, held=held, overlap=True
        ),
        publish=Round(name="publish", work=work.holder.publisher.round, every_s=publish_s, held=held),
        upkeep=Round(name="upkeep", work=upkeep, every_s=NEWS_S, held=held),
        redeem=Round(name="redeem", work=work.redeeming.round, every_s=NEWS_S, held=held),
        rate=Round(name="rate", work=work.rating.round, every_s=NEWS_S, held=held),
        recover=Round(name="recover", work=work.recovery.round, every_s=NEWS_S, held=held),
        compact=Round(name="compact", work=work.compacting.round, every_s=COMPACT_S, held=held),
    )
