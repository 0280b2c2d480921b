"""Builds a member's accounts: redemption, ratings and what the interface shows of them."""

from dataclasses import dataclass

from oracle.accounting.anchoring import Anchoring
from oracle.accounting.desk import CreditsDesk, VerdictDesk
from oracle.accounting.dispute_desk import DisputesDesk
from oracle.accounting.outcomes import OutcomeDesk
from oracle.accounting.places import AnchorPlaces
from oracle.accounting.proving import Proving
from oracle.accounting.rating import RatingDesk
from oracle.accounting.recalling import Recalling
from oracle.accounting.redeeming import Redeeming, RedemptionPolicy
from oracle.accounting.reporting import Reporting
from oracle.accounting.statements import LedgerReader, Statements
from oracle.accounting.upkeep import EpochUpkeep
from oracle.domain.ids import MemberId
from oracle.governing.audits import AuditsDesk
from oracle.governing.names import MemberNames
from oracle.peer.courier import Courier
from oracle.rules.anchoring import AnchorPolicy
from oracle.store.disputes import DisputeJournal
from oracle.store.ratings import RatingJournal
from oracle.wiring.foundation import Foundation
from oracle.wiring.holder import Holder
from oracle.wiring.journals import StoredFacts
from oracle.wiring.requester import Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Two desks for the institution, two kinds of work for the rounds."""

    redeeming: Redeeming
    rating: RatingDesk
    upkeep: EpochUpkeep
    credits: CreditsDesk
    ratings: VerdictDesk
    anchoring: Anchoring
    proving: Proving
    reporting: Reporting
    recalling: Recalling
    disputes: DisputesDesk


def build_accounts(
    base: Foundation,
    me: MemberId,
    *,
    requester: Requester,
    holder: Holder,
    names: MemberNames,
    courier: Courier,
) -> Accounts:
    redeeming = _redeeming(base, holder)
    rating = RatingDesk(
        me=me,
        together=base.settings.policy.rate_together,
        journal=RatingJournal(base.database),
        lane=base.lane,
        ledger=base.contracts.quality,
        view=base.view,
        clock=base.clock,
    )
    places = AnchorPlaces(requester.anchors)
    return Accounts(
        redeeming=redeeming,
        rating=rating,
        upkeep=EpochUpkeep(
            me=me,
            credit_ledger=base.contracts.credits,
            query_ledger=base.contracts.queries,
            lane=base.lane,
            view=base.view,
            clock=base.clock,
        ),
        credits=CreditsDesk(
            me=me,
            charges=requester.journals.charges,
            vouchers=holder.vouchers,
            redeeming=redeeming,
            statements=_statements(base, me, names),
            view=base.view,
            names=names,
            clock=base.clock,
        ),
        ratings=_ratings(requester, rating, names),
        anchoring=_anchoring(base, me, requester, places),
        proving=_proving(base, me, requester, places, courier),
        reporting=_reporting(base, me, holder, courier),
        recalling=_recalling(base, requester, holder, names, courier),
        disputes=_disputes(base, me, requester, names),
    )


def _redeeming(base: Foundation, holder: Holder) -> Redeeming:
    policy = base.settings.policy
    return Redeeming(
        policy=RedemptionPolicy(
            min_amount=policy.redeem_min_amount,
            max_age_s=policy.redeem_max_age_s,
            at_epoch_end=policy.redeem_at_epoch_end,
        ),
        journal=holder.vouchers,
        lane=base.lane,
        ledger=base.contracts.credits,
        view=base.view,
        clock=base.clock,
    )


def _recalling(
    base: Foundation, requester: Requester, holder: Holder, names: MemberNames, courier: Courier
) -> Recalling:
    return Recalling(
        given=holder.recalls,
        taken=requester.journals.recalled,
        asked=requester.journals.asked,
        receipts=requester.journals.receipts,
        counterparties=courier,
        names=names,
        clock=base.clock,
    )


def _disputes(base: Foundation, me: MemberId, requester: Requester, names: MemberNames) -> DisputesDesk:
    return DisputesDesk(
        journal=DisputeJournal(base.database),
        asked=requester.journals.asked,
        disputing=requester.disputing,
        cases=AuditsDesk(me=me, view=base.view, names=names, clock=base.clock),
        view=base.view,
        names=names,
    )


def _ratings(requester: Requester, rating: RatingDesk, names: MemberNames) -> VerdictDesk:
    asked, receipts = requester.journals.asked, requester.journals.receipts
    return VerdictDesk(
        asked=asked,
        receipts=receipts,
        rating=rating,
        outcomes=OutcomeDesk(asked=asked, receipts=receipts, rating=rating, names=names),
    )


def _statements(base: Foundation, me: MemberId, names: MemberNames) -> Statements:
    return Statements(
        me=me,
        facts=StoredFacts(base.facts),
        ledger=LedgerReader(me=me, ledger=base.contracts.credits, connection=base.connection),
        view=base.view,
        names=names,
    )


def _anchoring(base: Foundation, me: MemberId, requester: Requester, places: AnchorPlaces) -> Anchoring:
    settings = base.settings.express
    return Anchoring(
        me=me,
        policy=AnchorPolicy(batches=settings.anchor_batches, age_s=settings.anchor_age_s),
        journal=requester.anchors,
        places=places,
        ledger=base.contracts.queries,
        lane=base.lane,
        view=base.view,
        clock=base.clock,
    )


def _proving(
    base: Foundation, me: MemberId, requester: Requester, places: AnchorPlaces, courier: Courier
) -> Proving:
    return Proving(
        me=me,
        journal=requester.anchors,
        places=places,
        replies=requester.journals.replies,
        counterparties=courier,
        view=base.view,
        clock=base.clock,
    )


def _reporting(base: Foundation, me: MemberId, holder: Holder, courier: Courier) -> Reporting:
    return Reporting(
        me=me,
        journal=holder.evidence,
        ledger=base.contracts.queries,
        audits=base.contracts.audits,
        lane=base.lane,
        counterparties=courier,
        view=base.view,
        clock=base.clock,
    )
