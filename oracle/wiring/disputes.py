"""Builds the requester's side of disputes."""

from oracle.accounting.disputing import DisputePolicy, Disputing
from oracle.asking.desk import QueryJournals
from oracle.asking.receipt_writing import ReceiptWriter
from oracle.domain.ids import MemberId
from oracle.peer.notary import Notary
from oracle.store.disputes import DisputeJournal
from oracle.wiring.foundation import Foundation


def build_disputing(
    base: Foundation, me: MemberId, journals: QueryJournals, *, writer: ReceiptWriter, notary: Notary
) -> Disputing:
    settings = base.settings.disputes
    return Disputing(
        me=me,
        policy=DisputePolicy(automatic=settings.automatic, unanswered_after_s=settings.unanswered_after_s),
        journal=DisputeJournal(base.database),
        asked=journals.asked,
        replies=journals.replies,
        receipts=journals.receipts,
        pricing=writer,
        notary=notary,
        ledger=base.contracts.audits,
        lane=base.lane,
        view=base.view,
        clock=base.clock,
    )
