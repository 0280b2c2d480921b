"""Finds the base of a pair's vouchers again: a store that is an older copy adopts what it signed since."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from oracle.chain.view import AllianceView
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.domain.messages import Voucher
from oracle.domain.settlement import AcceptedTotals, Signed, VoucherState
from oracle.peer.notary import Notary
from oracle.rules.vouchers import Totals, least, most, totals_of
from oracle.store.charges import ChargeJournal
from oracle.store.disputes import DisputeJournal
from oracle.store.restoration import RestorationJournal

log = structlog.get_logger()
LARGEST_TOTAL = 2**63 - 1
"""What a column of the store holds."""
NOTHING = Totals()


class Counterparties(Protocol):
    """Asks other members what they hold."""

    async def voucher_state(self, holder: MemberId) -> VoucherState: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What a holder or the chain proves, and what the holder says that it accepted."""

    proven: Totals
    accepted: Totals
    price_version: int


class Adoption:
    """Adopts nothing but what bears this member's own signature, and never more than is owed.

    What a holder has accepted less what our own list still has is what the lost part of the list came to.
    A charge of our list may be among the accepted ones or not: it is counted as if it were, so that nothing
    is paid twice; where it is not, the holder refuses the receipt and the base is raised then.
    """

    def __init__(
        self,
        *,
        me: MemberId,
        charges: ChargeJournal,
        disputes: DisputeJournal,
        restoration: RestorationJournal,
        counterparties: Counterparties,
        notary: Notary,
        view: AllianceView,
    ) -> None:
        self._me = me
        self._charges = charges
        self._disputes = disputes
        self._restoration = restoration
        self._counterparties = counterparties
        self._notary = notary
        self._view = view

    async def needed(self, holder: MemberId) -> bool:
        """Whether the store was restored and this holder has not been asked since."""
        if await self._restoration.current() is None:
            return False
        return holder not in await self._restoration.asked()

    async def adopt(self, holder: MemberId) -> None:
        """Ask once. Raises `Transient` when the holder is not reached: until then nothing is signed for it.

        Every reply of this holder that the journal knows must have been charged before.
        """
        try:
            shown = await self._ask(holder)
        except Refused as error:
            # It shows nothing, so there is nothing to adopt: what it refuses later, it loses.
            log.warning("voucher_state_refused", holder=int(holder), reason=error.code)
            shown = None
        most_lost = Totals()
        if shown is not None:
            # All that a receipt was written for stands in the newest voucher; the rest of it was lost.
            most_lost = (await self._bound(holder, shown)).less(await self._charges.receipted(holder))
            await self._adopt(holder, shown, most_lost)
            log.info("vouchers_adopted", holder=int(holder))
        await self._restoration.note_asked(holder, most_lost)

    async def adopt_after_refusal(self, holder: MemberId, batch_id: BatchId) -> bool:
        """The holder does not accept this batch's voucher: whether its state shows why, and was adopted.

        It does when it holds a voucher of ours that our journal knows nothing of: then the store is an older
        copy, whether somebody said so or not. Otherwise we owe what our list says and nothing else.
        """
        shown = await self._ask(holder)
        if shown is None:
            return False
        if await self._restoration.current() is None:
            if (await self._charges.signed(holder)).at_least(shown.proven):
                return False
            log.warning("store_is_older_than_its_vouchers", holder=int(holder))
            await self._restoration.begin(0)
        charge = await self._charges.charge_of(holder, batch_id) or Totals()
        most_lost = await self._restoration.most_lost(holder)
        if most_lost is None:
            known = (await self._charges.receipted(holder)).less(charge)
            most_lost = (await self._bound(holder, shown)).less(known)
            await self._restoration.note_asked(holder, most_lost)
        return await self._adopt(holder, shown, most_lost, refused=charge)

    async def _adopt(
        self, holder: MemberId, shown: _Shown, most_lost: Totals, *, refused: Totals = NOTHING
    ) -> bool:
        accepted = least(shown.accepted, await self._bound(holder, shown))
        return await self._charges.adopt(
            holder,
            accepted=accepted.plus(refused),
            proven=shown.proven,
            price_version=shown.price_version,
            most_lost=most_lost,
        )

    async def _bound(self, holder: MemberId, shown: _Shown) -> Totals:
        """The most that the holder can have accepted: what is signed in vouchers, and in lost disputes.

        A dispute that is settled counts with the holder, even if no voucher with its hit has reached it.
        """
        restored, bound = await self._restoration.current(), shown.proven
        if restored is None:
            return bound
        for case in tuple(self._view.audits.cases.values()):
            ours = case.kind is CaseKind.DISPUTE and (case.opener, case.accused) == (self._me, holder)
            if not ours or case.opened_at <= restored.backed_up_at or case.outcome is CaseState.LAPSED:
                continue
            if case.amount and await self._disputes.of_claim(holder, case.subject) is None:
                bound = bound.plus(Totals(hits=1, amount=Credits(case.amount)))
        return bound

    async def _ask(self, holder: MemberId) -> _Shown | None:
        state = await self._counterparties.voucher_state(holder)
        paid = self._view.redeemed(self._me, holder)
        # The ledger has checked our signature under it: as good a proof, of a holder that lost it, too.
        proven = Totals(queries=paid.queries, hits=paid.hits, amount=paid.amount)
        price_version = 0
        if state.voucher is not None:
            if self._genuine(state.voucher, holder):
                proven = most(proven, totals_of(state.voucher.value))
                price_version = state.voucher.value.price_version
            else:
                log.warning("voucher_state_wrong", holder=int(holder))
        if proven == Totals():
            return None
        return _Shown(proven=proven, accepted=_totals(state.accepted), price_version=price_version)

    def _genuine(self, signed: Signed[Voucher], holder: MemberId) -> bool:
        voucher = signed.value
        return (
            (voucher.requester, voucher.holder) == (self._me, holder)
            and max(voucher.queries, voucher.hits, voucher.amount) <= LARGEST_TOTAL
            and self._notary.signed_by(voucher, signed.signature, self._me, voucher.key_version)
        )


def _totals(accepted: AcceptedTotals) -> Totals:
    return Totals(queries=accepted.queries, hits=accepted.hits, amount=accepted.amount)
