"""Builds the holder's side of a member."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from oracle.answering.admission import Admission
from oracle.answering.disclosing import Discloser
from oracle.answering.ports import Always, Turns
from oracle.answering.reminding import Reminding
from oracle.answering.reordering import Reordering
from oracle.answering.replying import ReplyMaker
from oracle.answering.service import Answering
from oracle.answering.settling import Settling
from oracle.dataset.dataset import Dataset
from oracle.dataset.desk import RecordsDesk
from oracle.dataset.publishing import Publisher
from oracle.domain.ids import MemberId
from oracle.peer.courier import Courier
from oracle.peer.notary import Notary
from oracle.store.answered import AnswerJournal
from oracle.store.superseded_answers import SupersededAnswers
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
    journal: AnswerJournal
    superseded: SupersededAnswers
    vouchers: VoucherJournal
    answering: Answering
    settling: Settling
    reminding: Reminding


@asynccontextmanager
async def open_holder(
    base: Foundation, me: MemberId, *, notary: Notary, courier: Courier
) -> AsyncIterator[Holder]:
    """Open the dataset and build what answers from it."""
    tagger = OwnTagger(base.keyring, me, base.view, base.workers)
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
    vouchers = VoucherJournal(base.database, me)
    return Holder(
        dataset=dataset,
        publisher=publisher,
        records=RecordsDesk(dataset=dataset, publisher=publisher, clock=base.clock),
        journal=journal,
        superseded=superseded,
        vouchers=vouchers,
        answering=Answering(
            me=me,
            journal=journal,
            admission=Admission(
                view=base.view, notary=notary, answers=journal, vouchers=vouchers, clock=base.clock
            ),
            maker=ReplyMaker(
                snapshots=snapshots,
                keys=base.keyring,
                notary=notary,
                clock=base.clock,
                workers=base.workers,
            ),
            reordering=Reordering(me=me, journal=superseded, view=base.view, clock=base.clock),
            courier=courier,
            view=base.view,
            clock=base.clock,
            turns=turns,
        ),
        settling=Settling(
            journal=journal,
            superseded=superseded,
            vouchers=vouchers,
            discloser=Discloser(snapshots=snapshots, notary=notary),
            notary=notary,
            keys=base.keyring,
            view=base.view,
            clock=base.clock,
            workers=base.workers,
            restoration=base.restoration,
        ),
        reminding=Reminding(journal=journal, courier=courier, clock=base.clock),
    )
