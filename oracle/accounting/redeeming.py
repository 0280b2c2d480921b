"""Brings vouchers to the chain: only the newest of a pair, many in one transaction, by amount, age, epoch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog

from oracle.accounting.ports import Clock
from oracle.chain.books.credits import RedeemedTotals
from oracle.chain.books.members import at_version
from oracle.chain.contracts.credit_ledger import CreditLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.transactions import Transaction
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import MemberId
from oracle.domain.messages import Voucher
from oracle.domain.reports import RedeemedPair, RedemptionReport
from oracle.rules.epochs import is_redeemed_now
from oracle.store.vouchers import HeldVoucher, VoucherJournal
from oracle.telemetry.metrics import timed_stage

log = structlog.get_logger()
MAX_VOUCHERS = 20
"""In one transaction; the gas of one redeemed voucher is measured at this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionPolicy:
    """When a voucher is worth a transaction."""

    min_amount: int
    """Credits not yet paid; smaller sums wait for `max_age_s`."""
    max_age_s: int
    at_epoch_end: bool
    """Whatever the amount."""


class Redeeming:
    """Redeeming twice is harmless: the chain pays the difference to what it has paid before."""

    def __init__(
        self,
        *,
        policy: RedemptionPolicy,
        journal: VoucherJournal,
        lane: Lane,
        ledger: CreditLedger,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._journal = journal
        self._lane = lane
        self._ledger = ledger
        self._view = view
        self._clock = clock

    async def round(self) -> None:
        """Redeem what the policy says is due."""
        due = [held for held in await self._outstanding() if self._is_due(held)]
        for start in range(0, len(due), MAX_VOUCHERS):
            await self._redeem_all(due[start : start + MAX_VOUCHERS])

    async def redeem_now(self, requesters: Collection[MemberId]) -> RedemptionReport:
        """Redeem what is outstanding of these members, of all when empty; waits for the chain."""
        chosen = [
            held
            for held in await self._outstanding()
            if not requesters or held.voucher.requester in requesters
        ]
        before = {held.voucher.requester: self._paid(held) for held in chosen}
        transactions: list[Transaction] = []
        for start in range(0, len(chosen), MAX_VOUCHERS):
            transactions += await self._redeem_all(chosen[start : start + MAX_VOUCHERS])
        await self._clock.reached(max((row.block_number or 0 for row in transactions), default=0))
        return RedemptionReport(
            pairs=tuple(
                RedeemedPair(
                    requester=held.voucher.requester,
                    amount=held.voucher.amount,
                    paid=self._paid(held) - before[held.voucher.requester],
                )
                for held in chosen
            ),
            transaction="0x" + (transactions[-1].tx_hash or b"").hex() if transactions else "",
        )

    async def _redeem_all(self, held: Sequence[HeldVoucher]) -> list[Transaction]:
        """In one transaction; where the ledger refuses that, one by one: no voucher holds back another."""
        try:
            return [await self._redeem(held)]
        except TransactionReverted as error:
            log.warning("redemption_refused", count=len(held), error=error)
            if len(held) == 1:
                return []
        return [row for entry in held for row in await self._redeem_all([entry])]

    async def _redeem(self, held: Sequence[HeldVoucher]) -> Transaction:
        content = b"".join(entry.signature for entry in held) + str(self._state(held)).encode()
        order = self._ledger.redeem([(entry.voucher, entry.signature) for entry in held])
        with timed_stage("redeem"):
            return await self._lane.execute("redeem:" + keccak256(content).hex(), order)

    def _state(self, held: Sequence[HeldVoucher]) -> list[tuple[int, int]]:
        """By requester how often before: what the floor held back, even all of it, is redeemed later."""
        return [(entry.voucher.requester, self._redeemed(entry).times) for entry in held]

    def _paid(self, held: HeldVoucher) -> int:
        return self._redeemed(held).paid

    def _redeemed(self, held: HeldVoucher) -> RedeemedTotals:
        return self._view.redeemed(held.voucher.requester, held.voucher.holder)

    async def _outstanding(self) -> list[HeldVoucher]:
        return [held for held in await self._journal.all_held() if self._payable(held) > 0]

    def _payable(self, held: HeldVoucher) -> int:
        """What the chain would pay now: the unpaid part, as far as the requester's floor allows."""
        voucher = held.voucher
        end, now = self._ended_at(voucher), self._clock.chain_time()
        if end is not None and now > end + self._view.parameters.checkpoint_at(now).length_s:
            return 0
        unpaid = voucher.amount - self._redeemed(held).met
        floor = self._view.parameter("credit_floor").value
        return max(0, min(unpaid, self._view.balance(voucher.requester) + floor))

    def _is_due(self, held: HeldVoucher) -> bool:
        age = self._clock.chain_time() - held.received_at
        return (
            self._payable(held) >= self._policy.min_amount
            or age >= self._policy.max_age_s
            or self._ended_at(held.voucher) is not None
            or (self._policy.at_epoch_end and self._epoch_ends())
        )

    def _ended_at(self, voucher: Voucher) -> int | None:
        """When its key stopped counting or a party left: an epoch later the ledger takes it no more."""
        members = self._view.members.all
        requester, holder = members.get(voucher.requester), members.get(voucher.holder)
        ends = [None if one is None else one.exited_at for one in (requester, holder)]
        if requester is not None and voucher.key_version < len(requester.operators):
            key = at_version(requester.operators, voucher.key_version)
            ends.append(max(key.valid_until or 0, key.replaced_at or 0))
        return min((end for end in ends if end is not None), default=None)

    def _epoch_ends(self) -> bool:
        now = self._clock.chain_time()
        checkpoint = self._view.parameters.checkpoint_at(now)
        return is_redeemed_now(
            now=now,
            epoch_end=checkpoint.end_of(self._view.epoch_of(now)),
            epoch_length_s=checkpoint.length_s,
        )
