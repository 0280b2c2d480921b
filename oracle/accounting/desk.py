"""The institution's account as its interface shows it: balance, vouchers both ways, ratings."""

from collections.abc import Sequence

from oracle.accounting.outcomes import OutcomeDesk
from oracle.accounting.ports import Clock, Names
from oracle.accounting.rating import RatingDesk
from oracle.accounting.redeeming import Redeeming
from oracle.accounting.statements import Statements
from oracle.chain.books.credits import RedeemedTotals
from oracle.chain.view import AllianceView
from oracle.domain.errors import Refused
from oracle.domain.ids import MemberId
from oracle.domain.record import Category
from oracle.domain.reports import (
    CreditsSummary,
    OutcomeLine,
    OutcomeReport,
    PairAccount,
    RatingReport,
    RedemptionReport,
    StatementReport,
    UnknownReference,
    Verdict,
)
from oracle.rules.answering import share_of_means
from oracle.rules.vouchers import Totals, totals_of
from oracle.store.asked import AskedJournal
from oracle.store.charges import ChargeJournal
from oracle.store.ratings import RatedItem
from oracle.store.receipts import ReceiptJournal
from oracle.store.vouchers import VoucherJournal


class AlreadyRated(Refused):
    """The item has a verdict already; the first one stands."""

    code = "already_rated"


class NothingDisclosed(Refused):
    """There is no disclosed record of that category, so there is nothing to rate."""

    code = "nothing_disclosed"


class CreditsDesk:
    """Amounts are the journals' and the local view's, which agree with the chain's to the unit."""

    def __init__(
        self,
        *,
        me: MemberId,
        charges: ChargeJournal,
        vouchers: VoucherJournal,
        redeeming: Redeeming,
        statements: Statements,
        view: AllianceView,
        names: Names,
        clock: Clock,
    ) -> None:
        self._me = me
        self._charges = charges
        self._vouchers = vouchers
        self._redeeming = redeeming
        self._statements = statements
        self._view = view
        self._names = names
        self._clock = clock

    async def credits(self) -> CreditsSummary:
        view, now = self._view, self._clock.chain_time()
        epoch = view.epoch_of(now)
        prices, budget = view.price_at(epoch), view.budget(self._me, epoch)
        account = view.credits.account(self._me)
        return CreditsSummary(
            balance=self._view.balance(self._me),
            floor=self._view.parameter("credit_floor").value,
            exposure_limit=share_of_means(
                balance=self._view.balance(self._me),
                floor=self._view.parameter("credit_floor").value,
                holders=len(self._view.members_in_standing()) - 1,
            ),
            granted=self._view.credits.granted(self._me),
            allowance=view.credits.allowance(self._me) if account.claimed_in == epoch else 0,
            allowance_unspent=account.unspent,
            escrowed=view.credits.held_of(self._me),
            penalties=view.credits.penalties(self._me),
            evaluations_used=budget.used,
            evaluations_limit=max(budget.limit, view.entitlement(self._me, epoch)),
            epoch=epoch,
            epoch_ends=view.parameters.checkpoint_at(now).end_of(epoch),
            price_version=prices.version,
            query_fee=prices.query_fee,
            hit_fee=prices.hit_fee,
            given=tuple([await self._given(holder) for holder in sorted(await self._charges.holders())]),
            received=await self._received(),
        )

    async def redeem(self, requesters: Sequence[int]) -> RedemptionReport:
        """Redeem the newest vouchers of these members; of all when empty."""
        return await self._redeeming.redeem_now({MemberId(number) for number in requesters})

    async def statement(self, *, epoch: int | None) -> StatementReport:
        """What moved, epoch by epoch, held against the ledger."""
        return await self._statements.statement(epoch)

    async def _given(self, holder: MemberId) -> PairAccount:
        totals, _ = await self._charges.totals(holder)
        return self._pair(holder, totals, self._view.redeemed(self._me, holder))

    async def _received(self) -> tuple[PairAccount, ...]:
        held = [one.voucher for one in await self._vouchers.all_held()]
        return tuple(
            self._pair(one.requester, totals_of(one), self._view.redeemed(one.requester, self._me))
            for one in held
        )

    def _pair(self, other: MemberId, owed: Totals, redeemed: RedeemedTotals) -> PairAccount:
        return PairAccount(
            member_id=other,
            name=self._names.name_of(other),
            queries=owed.queries,
            hits=owed.hits,
            amount=owed.amount,
            paid=redeemed.paid,
            set_off=redeemed.set_off,
        )


class VerdictDesk:
    """Takes verdicts on disclosed items; each must cite a disclosure in the journal."""

    def __init__(
        self, *, asked: AskedJournal, receipts: ReceiptJournal, rating: RatingDesk, outcomes: OutcomeDesk
    ) -> None:
        self._asked = asked
        self._outcomes = outcomes
        self._receipts = receipts
        self._rating = rating

    async def rate(
        self, *, query_id: str, index: int, holder: int, category: Category, verdict: Verdict
    ) -> RatingReport:
        """Rate one disclosed item once; `index` is the subject's position in the submitted list."""
        item = await self._item(query_id, index, MemberId(holder), category, verdict)
        if not await self._rating.add(item):
            raise AlreadyRated("This item has a verdict already; the first one stands.")
        return RatingReport(holder=holder, category=category.label, verdict=verdict)

    async def rate_outcomes(self, lines: Sequence[OutcomeLine]) -> OutcomeReport:
        """Rate what was disclosed by what own cases came to."""
        return await self._outcomes.rate_outcomes(lines)

    async def _item(
        self, query_id: str, index: int, holder: MemberId, category: Category, verdict: Verdict
    ) -> RatedItem:
        batches = await self._asked.batches_of(query_id)
        if not batches:
            raise UnknownReference("No query has this identifier; `GET /v1/queries` lists them.")
        for batch in batches:
            for element, opening in enumerate(batch.content.openings):
                if index not in opening.positions:
                    continue
                receipt = await self._receipts.receipt(batch.batch_id, holder)
                records = () if receipt is None or receipt.settled is None else receipt.settled.records
                for record in records:
                    if record.index == element and category in {item.category for item in record.items}:
                        return RatedItem(
                            batch_id=batch.batch_id,
                            index=element,
                            holder=holder,
                            category=category,
                            verdict=verdict,
                        )
        raise NothingDisclosed(
            f"Member {holder} disclosed no {category.label} record about subject {index} of this query."
        )
