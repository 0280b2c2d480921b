"""Builds a member's accounts: redemption, ratings and what the interface shows of them."""

from dataclasses import dataclass

from oracle.accounting.desk import CreditsDesk, VerdictDesk
from oracle.accounting.rating import RatingDesk
from oracle.accounting.redeeming import Redeeming, RedemptionPolicy
from oracle.accounting.upkeep import EpochUpkeep
from oracle.domain.ids import MemberId
from oracle.governing.names import MemberNames
from oracle.store.ratings import RatingJournal
from oracle.wiring.foundation import Foundation
from oracle.wiring.holder import Holder
from oracle.wiring.requester import Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Two desks for the institution, two kinds of work for the rounds."""

    redeeming: Redeeming
    rating: RatingDesk
    upkeep: EpochUpkeep
    credits: CreditsDesk
    ratings: VerdictDesk


def build_accounts(
    base: Foundation, me: MemberId, *, requester: Requester, holder: Holder, names: MemberNames
) -> Accounts:
    policy = base.settings.policy
    redeeming = Redeeming(
        policy=RedemptionPolicy(min_amount=policy.redeem_min_amount, max_age_s=policy.redeem_max_age_s),
        journal=holder.vouchers,
        lane=base.lane,
        ledger=base.contracts.credits,
        view=base.view,
        clock=base.clock,
    )
    rating = RatingDesk(
        me=me,
        journal=RatingJournal(base.database),
        lane=base.lane,
        ledger=base.contracts.quality,
        view=base.view,
        clock=base.clock,
    )
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
            view=base.view,
            names=names,
            clock=base.clock,
        ),
        ratings=VerdictDesk(
            asked=requester.journals.asked, receipts=requester.journals.receipts, rating=rating
        ),
    )
