"""Builds the requester's side of a member."""

from collections.abc import Callable
from dataclasses import dataclass

from oracle.accounting.adopting import Adoption
from oracle.accounting.disputing import Disputing
from oracle.accounting.vouchers import VoucherBook
from oracle.asking.budget import OwnBudget
from oracle.asking.changes import Changes
from oracle.asking.collecting import Collector, Journals
from oracle.asking.committing import Committing
from oracle.asking.decoys import Decoys
from oracle.asking.desk import QueryDesk, QueryJournals
from oracle.asking.express import Expressing
from oracle.asking.judging import Judge
from oracle.asking.receipt_writing import ReceiptWriter
from oracle.asking.receipts import Receipts
from oracle.asking.reminders import Reminders
from oracle.asking.reordering import Reordering
from oracle.asking.submission import AskingPolicy, Submission
from oracle.domain.ids import MemberId
from oracle.domain.query import MAX_BATCH
from oracle.governing.names import MemberNames
from oracle.peer.courier import Courier
from oracle.peer.notary import Notary
from oracle.store.anchors import AnchorJournal
from oracle.store.asked import AskedJournal
from oracle.store.charges import ChargeJournal
from oracle.store.disputes import DisputeJournal
from oracle.store.following import FollowedQuery
from oracle.store.recalls import TakenRecalls
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal
from oracle.store.stretches import StretchJournal
from oracle.store.superseded_replies import SupersededReplies
from oracle.wiring.decoys import build_decoys
from oracle.wiring.disputes import build_disputing
from oracle.wiring.foundation import Foundation


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """What asks: the desk for the institution, the rest for the rounds."""

    journals: QueryJournals
    superseded: SupersededReplies
    desk: QueryDesk
    committing: Committing
    collector: Collector
    receipts: Receipts
    reminders: Reminders
    lane: VoucherBook
    express: Expressing
    anchors: AnchorJournal
    disputing: Disputing
    decoys: Decoys
    changed: Callable[[], None]
    """Tells whoever watches a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wakings:
    """What the requester wakes."""

    submitted: Callable[[], None]
    """The round that commits."""
    launched: Callable[[], None]
    """The round that takes express batches to holders."""
    judged: Callable[[], None]
    """The round that writes receipts."""


def build_requester(
    base: Foundation,
    me: MemberId,
    *,
    notary: Notary,
    courier: Courier,
    names: MemberNames,
    wakings: Wakings,
) -> Requester:
    journals, changes = _journals(base), Changes()
    lane = _lane(base, me, journals, notary=notary, courier=courier)
    writer = ReceiptWriter(me=me, lane=lane, notary=notary, view=base.view)
    disputing = build_disputing(base, me, journals, writer=writer, notary=notary)
    reminders = Reminders(journal=journals.receipts, writer=writer, courier=courier)
    receipts = _receipts(
        base, me, journals, lane, disputing, notary=notary, courier=courier, changed=changes.tell
    )
    superseded = SupersededReplies(base.database, base.keyring.storage_cipher("asked"))
    judge = Judge(me=me, notary=notary, view=base.view, workers=base.workers)
    collector = Collector(
        me=me,
        journals=Journals(asked=journals.asked, replies=journals.replies),
        receipts=receipts,
        reminders=reminders,
        reordering=_reordering(base, me, journals, superseded, receipts=receipts, changed=changes.tell),
        judge=judge,
        view=base.view,
        clock=base.clock,
        changed=changes.tell,
    )
    express = _express(base, journals, collector, courier, judge=judge, wakings=wakings, changes=changes)
    submission = _submission(base, me, journals.asked, notary=notary, express=express, wakings=wakings)
    return Requester(
        journals=journals,
        superseded=superseded,
        desk=QueryDesk(
            submission=submission, journals=journals, names=names, changes=changes, clock=base.clock
        ),
        committing=_committing(base, me, journals, changes),
        collector=collector,
        receipts=receipts,
        reminders=reminders,
        lane=lane,
        express=express,
        anchors=AnchorJournal(base.database),
        disputing=disputing,
        decoys=build_decoys(base, me, journals.asked, submission),
        changed=changes.tell,
    )


def _receipts(
    base: Foundation,
    me: MemberId,
    journals: QueryJournals,
    lane: VoucherBook,
    disputing: Disputing,
    *,
    notary: Notary,
    courier: Courier,
    changed: Callable[[], None],
) -> Receipts:
    return Receipts(
        me=me,
        asked=journals.asked,
        journal=journals.receipts,
        replies=journals.replies,
        lane=lane,
        grievances=disputing,
        notary=notary,
        courier=courier,
        view=base.view,
        changed=changed,
    )


def _express(
    base: Foundation,
    journals: QueryJournals,
    collector: Collector,
    courier: Courier,
    *,
    judge: Judge,
    wakings: Wakings,
    changes: Changes,
) -> Expressing:
    return Expressing(
        asked=journals.asked,
        replies=journals.replies,
        judge=judge,
        collector=collector,
        courier=courier,
        clock=base.clock,
        launched=wakings.launched,
        judged=wakings.judged,
        changed=changes.tell,
        taken=changes.tell_taken,
    )


def _reordering(
    base: Foundation,
    me: MemberId,
    journals: QueryJournals,
    superseded: SupersededReplies,
    *,
    receipts: Receipts,
    changed: Callable[[], None],
) -> Reordering:
    return Reordering(
        me=me,
        journal=superseded,
        replies=journals.replies,
        receipts=receipts,
        view=base.view,
        clock=base.clock,
        changed=changed,
    )


def _lane(
    base: Foundation, me: MemberId, journals: QueryJournals, *, notary: Notary, courier: Courier
) -> VoucherBook:
    adoption = Adoption(
        me=me,
        charges=journals.charges,
        disputes=DisputeJournal(base.database),
        restoration=base.restoration,
        counterparties=courier,
        notary=notary,
        view=base.view,
    )
    return VoucherBook(me=me, journal=journals.charges, adoption=adoption, notary=notary, view=base.view)


def _submission(
    base: Foundation,
    me: MemberId,
    journal: AskedJournal,
    *,
    notary: Notary,
    express: Expressing,
    wakings: Wakings,
) -> Submission:
    policy = AskingPolicy(
        default_purpose=base.settings.policy.default_purpose,
        default_deadline_s=base.settings.policy.default_deadline_s,
        express_deadline_ms=base.settings.express.default_deadline_ms,
        batch_size=MAX_BATCH,
    )
    return Submission(
        me=me,
        policy=policy,
        journal=journal,
        notary=notary,
        view=base.view,
        clock=base.clock,
        workers=base.workers,
        budget=OwnBudget(me=me, view=base.view, clock=base.clock),
        references=base.references,
        submitted=wakings.submitted,
        launch=express.launch,
    )


def _committing(base: Foundation, me: MemberId, journals: QueryJournals, changes: Changes) -> Committing:
    return Committing(
        me=me,
        journal=journals.asked,
        ledger=base.contracts.queries,
        lane=base.lane,
        view=base.view,
        changed=changes.tell,
    )


def _journals(base: Foundation) -> QueryJournals:
    cipher = base.keyring.storage_cipher("asked")
    return QueryJournals(
        asked=AskedJournal(base.database, cipher),
        replies=ReplyJournal(base.database, cipher),
        receipts=ReceiptJournal(base.database, cipher),
        charges=ChargeJournal(base.database),
        stretches=StretchJournal(base.database, cipher),
        recalled=TakenRecalls(base.database),
        follow=lambda query_id: FollowedQuery(base.database, cipher, query_id),
    )
