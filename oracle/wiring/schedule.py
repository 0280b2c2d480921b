"""Which work is done in rounds, and what wakes which."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from oracle.accounting.anchoring import Anchoring
from oracle.accounting.proving import Proving
from oracle.accounting.rating import RatingDesk
from oracle.accounting.recalling import Recalling
from oracle.accounting.redeeming import Redeeming
from oracle.accounting.reporting import Reporting
from oracle.accounting.upkeep import EpochUpkeep
from oracle.auditing.answering_cases import CaseAnswering
from oracle.governing.upkeep import Upkeep
from oracle.wiring.compacting import Compacting
from oracle.wiring.holder import Holder
from oracle.wiring.recovery.recovering import Recovery
from oracle.wiring.requester import Requester
from oracle.wiring.rounds import Round

COMPACT_S = 600.0
NEWS_S = 5.0
"""Rounds that news wakes run this often in any case, to try again what could not be done."""
SHARED_NEWS_S = 1.0
"""And this often where the news may have come to another daemon of this member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """All work of a member that is not an answer to somebody."""

    commit: Round
    judge: Round
    receipts: Round
    answer: Round
    remind: Round
    set_off: Round
    publish: Round
    upkeep: Round
    redeem: Round
    rate: Round
    compact: Round
    recover: Round
    express: Round
    anchor: Round
    prove: Round
    report: Round
    dispute: Round
    open: Round
    recall: Round
    decoy: Round

    @property
    def all(self) -> tuple[Round, ...]:
        return (
            self.commit,
            self.judge,
            self.receipts,
            self.answer,
            self.remind,
            self.set_off,
            self.publish,
            self.upkeep,
            self.redeem,
            self.rate,
            self.compact,
            self.recover,
            self.express,
            self.anchor,
            self.prove,
            self.report,
            self.dispute,
            self.open,
            self.recall,
            self.decoy,
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
    anchoring: Anchoring
    proving: Proving
    reporting: Reporting
    opening: CaseAnswering
    recalling: Recalling

    async def keep_up(self) -> None:
        """What time brings: decisions to carry out, an epoch's claims."""
        await self.upkeep.round()
        await self.epoch_upkeep.round()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """When rounds of which kind begin nothing, and how often those that news wakes look in any case."""

    all: Callable[[], bool]
    """Nothing may leave."""
    leading: Callable[[], bool]
    """Another daemon of this member sends, pays and publishes."""
    publishing: Callable[[], bool]
    """Or what that one left is not finished yet."""
    answering: Callable[[], bool]
    """Where the store may know more than this daemon has read of the chain: until it has caught up."""
    look_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Set by the requester's side, which is built before the rounds that they wake."""

    submitted: asyncio.Event = field(default_factory=asyncio.Event)
    launched: asyncio.Event = field(default_factory=asyncio.Event)
    judged: asyncio.Event = field(default_factory=asyncio.Event)


def schedule(work: Work, *, news: News, publish_s: float, pauses: Pauses) -> Rounds:
    collector, look_s = work.requester.collector, pauses.look_s

    def led(name: str, work: Callable[[], Awaitable[None]], *, overlap: bool = False) -> Round:
        return Round(name=name, work=work, every_s=look_s, held=pauses.leading, overlap=overlap)

    async def follow() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(work.requester.receipts.round())
            group.create_task(work.requester.reminders.round())

    receipts = led("receipts", follow, overlap=True)

    async def judge() -> None:
        await collector.note_commitments()
        await collector.judge_all()
        receipts.wake()
        await collector.end_overdue()

    commit = led("commit", work.requester.committing.round, overlap=True)
    commit.news = news.submitted
    judging = led("judge", judge)
    judging.news = news.judged
    express = Round(
        name="express", work=work.requester.express.round, every_s=look_s, held=pauses.all, overlap=True
    )
    express.news = news.launched
    return Rounds(
        commit=commit,
        judge=judging,
        receipts=receipts,
        answer=Round(
            name="answer",
            work=work.holder.answering.round,
            every_s=look_s,
            held=pauses.answering,
            overlap=True,
        ),
        remind=led("remind", work.holder.reminding.round, overlap=True),
        set_off=led("set off", work.holder.setting_off.round),
        publish=Round(
            name="publish", work=work.holder.publisher.round, every_s=publish_s, held=pauses.publishing
        ),
        upkeep=led("upkeep", work.keep_up),
        redeem=led("redeem", work.redeeming.round),
        rate=led("rate", work.rating.round),
        recover=led("recover", work.recovery.round),
        express=express,
        anchor=led("anchor", work.anchoring.round),
        prove=led("prove", work.proving.round, overlap=True),
        report=led("report", work.reporting.round),
        dispute=led("dispute", work.requester.disputing.round),
        open=led("open", work.opening.round),
        recall=led("recall", work.recalling.round, overlap=True),
        decoy=led("decoy", work.requester.decoys.round),
        compact=Round(name="compact", work=work.compacting.round, every_s=COMPACT_S, held=pauses.all),
    )
