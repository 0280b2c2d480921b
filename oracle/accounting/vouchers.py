"""One lane a pair: allocates charges in order, journals them, signs their sum."""

import asyncio
from collections import defaultdict

from oracle.accounting.adopting import Adoption
from oracle.chain.view import AllianceView
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Voucher
from oracle.domain.settlement import Signed
from oracle.peer.notary import Notary
from oracle.rules.vouchers import Totals
from oracle.store.charges import ChargeJournal


class VoucherBook:
    """A voucher is the sum of the journalled list, and never less than the one before."""

    def __init__(
        self,
        *,
        me: MemberId,
        journal: ChargeJournal,
        adoption: Adoption,
        notary: Notary,
        view: AllianceView,
    ) -> None:
        self._me = me
        self._journal = journal
        self._adoption = adoption
        self._notary = notary
        self._view = view
        self._lanes: defaultdict[MemberId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def charge(
        self,
        holder: MemberId,
        batch_id: BatchId,
        charge: Totals,
        price_version: int,
        *,
        anew: bool = False,
    ) -> Signed[Voucher]:
        """Journal the charge, unless the batch has one, and sign the pair's total.

        `anew`: what the batch has is of a reply that was superseded, and this one may cost more.

        Raises `Transient` while a restored store has to ask a holder that is not reached what it had signed.
        """
        async with self._lanes[holder]:
            write = self._journal.charge_anew if anew else self._journal.charge
            await write(holder, batch_id, charge, price_version)
            if await self._adoption.needed(holder):
                await self._adoption.adopt(holder)
            return self._sign(holder, *await self._journal.to_sign(holder))

    async def note(self, holder: MemberId, batch_id: BatchId, charge: Totals, price_version: int) -> None:
        """Journal the charge alone, while the pair's base has to be found: what is known comes first."""
        if await self._adoption.needed(holder):
            await self._journal.charge(holder, batch_id, charge, price_version)

    async def adopt(self, holder: MemberId) -> None:
        """Find the pair's base now, if the store was restored; every known reply must be noted before."""
        async with self._lanes[holder]:
            if await self._adoption.needed(holder):
                await self._adoption.adopt(holder)

    async def rebased(self, holder: MemberId, batch_id: BatchId) -> Signed[Voucher] | None:
        """A voucher that covers more, after the holder refused one; None when it proves nothing new."""
        async with self._lanes[holder]:
            if not await self._adoption.adopt_after_refusal(holder, batch_id):
                return None
            return self._sign(holder, *await self._journal.to_sign(holder))

    async def current(self, holder: MemberId) -> Signed[Voucher] | None:
        """The newest total; None when nothing was ever owed."""
        async with self._lanes[holder]:
            totals, newest = await self._journal.to_sign(holder)
        return None if newest == 0 else self._sign(holder, totals, newest)

    async def correct(self, holder: MemberId, batch_id: BatchId, charge: Totals) -> None:
        """Charge less for a batch whose hits were not all served; later vouchers make up for it."""
        async with self._lanes[holder]:
            await self._journal.correct(holder, batch_id, charge)

    def _sign(self, holder: MemberId, totals: Totals, price_version: int) -> Signed[Voucher]:
        voucher = Voucher(
            requester=self._me,
            holder=holder,
            queries=totals.queries,
            hits=totals.hits,
            amount=totals.amount,
            price_version=price_version,
            key_version=self._view.member(self._me).operator.version,
        )
        return Signed(value=voucher, signature=self._notary.sign(voucher))
