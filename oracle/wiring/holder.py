"""Builds the holder's side of a member."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from oracle.answering.admission import Admission
from oracle.answering.disclosing import Discloser
from oracle.answering.express import ExpressAnswering, ExpressPolicy
from oracle.answering.ports import Always, Turns
from oracle.answering.reminding import Reminding
from oracle.answering.reordering import Reordering
from oracle.answering.replying import ReplyMaker
from oracle.answering.service import Answering, Lanes
from oracle.answering.setting_off import SettingOff
from oracle.answering.settling import Settling
from oracle.dataset.dataset import Dataset
from oracle.dataset.desk import RecordsDesk
from oracle.dataset.publishing import Publisher
from oracle.domain.ids import MemberId
from oracle.peer.courier import Courier
from oracle.peer.notary import Notary
from oracle.store.answered import AnswerJournal
from oracle.store.askers import AskerJournal
from oracle.store.disputes import ClaimedJournal
from oracle.store.evidence import EvidenceJournal
from oracle.store.recalls import RecallJournal
from oracle.store.superseded_answers import SupersededAnswers
from oracle.store.taken_receipts import TakenReceipts
from oracle.store.turns import AnsweringTurns
from oracle.store.vouchers import VoucherJournal
from oracle.wiring.foundation import Foundation
from oracle.wiring.keys import OwnTagger
from oracle.wiring.snapshots import DatasetSnapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What answers, and the data that it answers from."""

    dataset: Dataset
    publisher: Publisher
    records: RecordsDesk
    recalls: RecallJournal
    journal: AnswerJournal
    superseded: SupersededAnswers
    vouchers: VoucherJournal
    claimed: ClaimedJournal
    receipts: TakenReceipts
    discloser: Discloser
    answering: Answering
    settling: Settling
    setting_off: SettingOff
    reminding: Reminding
    express: ExpressAnswering
    evidence: EvidenceJournal


@asynccontextmanager
async def open_holder(
    base: Foundation, me: MemberId, *, notary: Notary, courier: Courier
) -> AsyncIterator[Holder]:
    """Open the dataset and build what answers from it."""
    tagger = OwnTagger(base.keyring, me, base.view, base.settings.dataset.workers)
    dataset = await Dataset.open(
        base.settings.dataset.folder, cipher=base.keyring.storage_cipher("records"), tagger=tagger.current()
    )
    try:
        async with _turns(base) as turns:
            yield _build(base, me, dataset, tagger, notary=notary, courier=courier, turns=turns)
    finally:
        await dataset.close()


@asynccontextmanager
async def _turns(base: Foundation) -> AsyncIterator[Turns]:
    """Where several daemons answer, one at a time answers a requester."""
    if not base.database.shared:
        yield Always()
        return
    turns = AnsweringTurns(base.database)
    keeping = asyncio.create_task(turns.keep())
    try:
        yield turns
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


def _publisher(base: Foundation, me: MemberId, dataset: Dataset, tagger: OwnTagger) -> Publisher:
    return Publisher(
        me=me,
        dataset=dataset,
        tagger=tagger,
        registry=base.contracts.datasets,
        lane=base.lane,
        view=base.view,
        clock=base.clock,
        interval_s=base.settings.dataset.publish_interval_s,
        clear=base.leadership.check,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What both ways of answering share."""

    journal: AnswerJournal
    evidence: EvidenceJournal
    admission: Admission
    maker: ReplyMaker
    notary: Notary
    lanes: Lanes
    turns: Turns


def _shared(
    base: Foundation,
    me: MemberId,
    journal: AnswerJournal,
    evidence: EvidenceJournal,
    snapshots: DatasetSnapshots,
    *,
    notary: Notary,
    turns: Turns,
) -> _Parts:
    return _Parts(
        journal=journal,
        evidence=evidence,
        admission=Admission(
            me=me, view=base.view, notary=notary, askers=AskerJournal(base.database), clock=base.clock
        ),
        maker=ReplyMaker(
            snapshots=snapshots, keys=base.keyring, notary=notary, clock=base.clock, workers=base.workers
        ),
        notary=notary,
        lanes=defaultdict(asyncio.Lock),
        turns=turns,
    )


def _answering(
    base: Foundation, me: MemberId, parts: _Parts, *, courier: Courier, reordering: Reordering
) -> Answering:
    return Answering(
        me=me,
        journal=parts.journal,
        admission=parts.admission,
        maker=parts.maker,
        reordering=reordering,
        courier=courier,
        view=base.view,
        clock=base.clock,
        turns=parts.turns,
        lanes=parts.lanes,
    )


def _express(base: Foundation, me: MemberId, parts: _Parts) -> ExpressAnswering:
    return ExpressAnswering(
        me=me,
        policy=_policy(base),
        journal=parts.journal,
        evidence=parts.evidence,
        admission=parts.admission,
        maker=parts.maker,
        notary=parts.notary,
        references=base.references,
        view=base.view,
        clock=base.clock,
        lanes=parts.lanes,
        turns=parts.turns,
    )


def _policy(base: Foundation) -> ExpressPolicy:
    settings = base.settings.express
    return ExpressPolicy(serve=settings.serve, least_score_bps=settings.min_score_bps)


def _build(
    base: Foundation,
    me: MemberId,
    dataset: Dataset,
    tagger: OwnTagger,
    *,
    notary: Notary,
    courier: Courier,
    turns: Turns,
) -> Holder:
    publisher = _publisher(base, me, dataset, tagger)
    snapshots = DatasetSnapshots(dataset, shared=base.database.shared)
    cipher = base.keyring.storage_cipher("answered")
    journal, superseded = AnswerJournal(base.database, cipher), SupersededAnswers(base.database, cipher)
    evidence, recalls = EvidenceJournal(base.database, cipher), RecallJournal(base.database)
    vouchers, claimed = VoucherJournal(base.database, me), ClaimedJournal(base.database)
    parts = _shared(base, me, journal, evidence, snapshots, notary=notary, turns=turns)
    discloser = Discloser(snapshots=snapshots, notary=notary)
    return Holder(
        dataset=dataset,
        publisher=publisher,
        records=RecordsDesk(dataset=dataset, publisher=publisher, recalls=recalls, clock=base.clock),
        recalls=recalls,
        journal=journal,
        superseded=superseded,
        vouchers=vouchers,
        claimed=claimed,
        receipts=TakenReceipts(base.database, cipher),
        discloser=discloser,
        answering=_answering(
            base,
            me,
            parts,
            courier=courier,
            reordering=Reordering(me=me, journal=superseded, view=base.view, clock=base.clock),
        ),
        settling=Settling(
            journal=journal,
            superseded=superseded,
            vouchers=vouchers,
            claimed=claimed,
            discloser=discloser,
            notary=notary,
            keys=base.keyring,
            view=base.view,
            clock=base.clock,
            workers=base.workers,
            restoration=base.restoration,
        ),
        setting_off=SettingOff(me=me, vouchers=vouchers, claimed=claimed, view=base.view),
        reminding=Reminding(journal=journal, courier=courier, clock=base.clock),
        express=_express(base, me, parts),
        evidence=evidence,
    )
