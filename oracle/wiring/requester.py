"""Builds the requester's side of a member."""

from collections.abc import Callable
from dataclasses import dataclass

from oracle.accounting.vouchers import VoucherBook
from oracle.asking.collecting import Collector, Journals
from oracle.asking.committing import Committing
from oracle.asking.desk import Changes, QueryDesk, QueryJournals
from oracle.asking.receipts import Receipts
from oracle.asking.submission import AskingPolicy, Submission
from oracle.domain.ids import MemberId
from oracle.domain.query import MAX_BATCH
from oracle.governing.names import MemberNames
from oracle.peer.courier import Courier
from oracle.peer.notary import Notary
from oracle.store.asked import AskedJournal
from oracle.store.charges import ChargeJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal
from oracle.wiring.foundation import Foundation


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """What asks: the desk for the institution, the rest for the rounds."""

    journals: QueryJournals
    desk: QueryDesk
    committing: Committing
    collector: Collector
    receipts: Receipts


def build_requester(
    base: Foundation,
    me: MemberId,
    *,
    notary: Notary,
    courier: Courier,
    names: MemberNames,
    submitted: Callable[[], None],
) -> Requester:
    """`submitted` wakes the round that commits."""
    journals, changes = _journals(base), Changes()
    receipts = Receipts(
        me=me,
        asked=journals.asked,
        journal=journals.receipts,
        replies=journals.replies,
        lane=VoucherBook(me=me, journal=journals.charges, notary=notary, view=base.view),
        notary=notary,
        courier=courier,
        view=base.view,
        changed=changes.tell,
    )
    submission = Submission(
        me=me,
        policy=AskingPolicy(
            default_purpose=base.settings.policy.default_purpose,
            default_deadline_s=base.settings.policy.default_deadline_s,
            batch_size=MAX_BATCH,
        ),
        journal=journals.asked,
        notary=notary,
        view=base.view,
        clock=base.clock,
        workers=base.workers,
        submitted=submitted,
    )
    return Requester(
        journals=journals,
        desk=QueryDesk(
            submission=submission, journals=journals, names=names, changes=changes, clock=base.clock
        ),
        committing=_committing(base, me, journals, changes),
        collector=Collector(
            me=me,
            journals=Journals(asked=journals.asked, replies=journals.replies),
            receipts=receipts,
            notary=notary,
            view=base.view,
            clock=base.clock,
            workers=base.workers,
            changed=changes.tell,
        ),
        receipts=receipts,
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
    )
