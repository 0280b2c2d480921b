"""Builds a member's side of audits: it answers those that a draw brings, and hands openings to auditors."""

from dataclasses import dataclass

from oracle.auditing.answering_cases import CaseAnswering
from oracle.auditing.handing_over import HandingOver
from oracle.crypto.typed_data import member_domain
from oracle.domain.ids import MemberId
from oracle.store.openings import OpeningJournal
from oracle.wiring.dossiers import addresses_of, build_gathering
from oracle.wiring.foundation import Foundation
from oracle.wiring.requester import Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What a member has to do with audits of its own batches."""

    answering: CaseAnswering
    handing: HandingOver


def build_audited(base: Foundation, me: MemberId, requester: Requester) -> Audited:
    addresses = addresses_of(base.record)
    journal = OpeningJournal(base.database, base.keyring.storage_cipher("openings"))
    journals = requester.journals
    return Audited(
        answering=CaseAnswering(
            me=me,
            addresses=addresses,
            journal=journal,
            gathering=build_gathering(base, requester),
            asked=journals.asked,
            replies=journals.replies,
            receipts=journals.receipts,
            ledger=base.contracts.audits,
            lane=base.lane,
            view=base.view,
            clock=base.clock,
        ),
        handing=HandingOver(
            me=me,
            domain=member_domain(addresses.chain_id, addresses.registry),
            journal=journal,
            view=base.view,
            clock=base.clock,
        ),
    )
