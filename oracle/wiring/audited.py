"""Builds a member's part in cases: it answers and shows what it kept, and hands it to auditors."""

from dataclasses import dataclass

from oracle.auditing.accusing import Accusing
from oracle.auditing.answering_cases import CaseAnswering
from oracle.auditing.decoys_back import DecoysBack
from oracle.auditing.drawn import DrawnBatches
from oracle.auditing.handing_over import HandingOver
from oracle.auditing.presenting import Presenting
from oracle.auditing.serving import Serving
from oracle.crypto.typed_data import member_domain
from oracle.domain.ids import MemberId
from oracle.peer.notary import Notary
from oracle.store.disputes import DisputeJournal
from oracle.store.openings import OpeningJournal
from oracle.wiring.decoys import decoy_journal
from oracle.wiring.dossiers import addresses_of, build_gathering
from oracle.wiring.foundation import Foundation
from oracle.wiring.holder import Holder
from oracle.wiring.keys import SealingKeys
from oracle.wiring.requester import Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What a member has to do with cases, accused or accusing."""

    answering: CaseAnswering
    handing: HandingOver


def build_audited(
    base: Foundation, me: MemberId, requester: Requester, holder: Holder, *, notary: Notary
) -> Audited:
    addresses = addresses_of(base.record)
    journal = OpeningJournal(base.database, base.keyring.storage_cipher("openings"))
    journals = requester.journals
    gathering = build_gathering(base, requester)
    answering = CaseAnswering(
        me=me,
        addresses=addresses,
        journal=journal,
        serving=_serving(base, me, holder, journal, notary=notary),
        accusing=_accusing(base, requester, journal, notary=notary),
        gathering=gathering,
        drawn=DrawnBatches(requester.anchors),
        places=holder.evidence,
        asked=journals.asked,
        replies=journals.replies,
        receipts=journals.receipts,
        ledger=base.contracts.audits,
        lane=base.lane,
        view=base.view,
        clock=base.clock,
    )
    return Audited(
        answering=answering,
        handing=HandingOver(
            me=me,
            domain=member_domain(addresses.chain_id, addresses.registry),
            journal=journal,
            parties=answering,
            decoys=DecoysBack(
                journal=decoy_journal(base),
                asked=journals.asked,
                gathering=gathering,
                deciding=answering,
            ),
            presenting=Presenting(receipts=holder.receipts, view=base.view),
            opener=SealingKeys(base.keyring, me, base.view),
            view=base.view,
            clock=base.clock,
        ),
    )


def _serving(
    base: Foundation, me: MemberId, holder: Holder, journal: OpeningJournal, *, notary: Notary
) -> Serving:
    return Serving(
        me=me,
        journal=journal,
        claimed=holder.claimed,
        answers=holder.journal,
        discloser=holder.discloser,
        keys=base.keyring,
        workers=base.workers,
        notary=notary,
        view=base.view,
        restoration=base.restoration,
        vouchers=holder.vouchers,
    )


def _accusing(base: Foundation, requester: Requester, journal: OpeningJournal, *, notary: Notary) -> Accusing:
    journals = requester.journals
    return Accusing(
        addresses=addresses_of(base.record),
        journal=journal,
        disputes=DisputeJournal(base.database),
        asked=journals.asked,
        replies=journals.replies,
        receipts=journals.receipts,
        notary=notary,
        changed=requester.changed,
    )
