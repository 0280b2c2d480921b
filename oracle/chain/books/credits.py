"""Balances, allowances, escrow and redeemed vouchers, computed from the facts exactly as the ledger does."""

from dataclasses import dataclass, field, replace
from typing import assert_never

from oracle.chain.facts import (
    AccountFact,
    AllowanceClaimed,
    Escrowed,
    GivenBack,
    Granted,
    Penalized,
    Rebated,
    Redeemed,
    Released,
)
from oracle.domain.errors import Broken
from oracle.domain.ids import Credits, MemberId
from oracle.rules.credits import Account, paid_hits


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemedTotals:
    """What a holder has redeemed of a requester: totals of the newest voucher, and what was paid."""

    queries: int = 0
    hits: int = 0
    amount: Credits = Credits(0)
    paid: Credits = Credits(0)
    """By vouchers, and from escrow."""
    set_off: Credits = Credits(0)
    """What vouchers count and none pays: it waits in escrow, or was decided to be owed by nobody."""
    times: int = 0
    """How often a voucher of the pair was redeemed, also where nothing could be paid."""

    @property
    def met(self) -> Credits:
        """As much of the vouchers' amount is not to be paid by them any more, or not now."""
        return Credits(self.paid + self.set_off)

    @property
    def paid_hits(self) -> int:
        """As many hits of the pair may be rated."""
        return paid_hits(hits=self.hits, amount=self.amount, paid=self.paid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Escrow:
    """A disputed sum."""

    payer: MemberId
    payee: MemberId
    amount: Credits
    winner: MemberId | None = None
    """None while it waits; the payer also where nobody decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """All that was ever created and ended, and what waits now."""

    granted: int = 0
    allowances: int = 0
    expired: int = 0
    penalties: int = 0
    escrowed: int = 0

    @property
    def outstanding(self) -> int:
        """What all balances add up to."""
        return self.granted + self.allowances - self.expired - self.penalties - self.escrowed


_NOTHING, _EMPTY = RedeemedTotals(), Account()


@dataclass(slots=True)
class CreditBook:
    sums: Sums = field(default_factory=Sums)
    _accounts: dict[MemberId, Account] = field(default_factory=dict)
    _grants: dict[MemberId, int] = field(default_factory=dict)
    _allowances: dict[MemberId, int] = field(default_factory=dict)
    _penalties: dict[MemberId, int] = field(default_factory=dict)
    _redeemed: dict[tuple[MemberId, MemberId], RedeemedTotals] = field(default_factory=dict)
    _escrows: dict[bytes, Escrow] = field(default_factory=dict)

    def apply(self, fact: AccountFact) -> None:
        match fact:
            case Granted():
                self._accounts[fact.member_id] = self.account(fact.member_id).credited(fact.amount)
                self._grants[fact.member_id] = self._grants.get(fact.member_id, 0) + fact.amount
                self.sums = replace(self.sums, granted=self.sums.granted + fact.amount)
            case AllowanceClaimed():
                self._allow(fact)
            case Redeemed():
                self._redeem(fact)
            case Escrowed():
                self._hold(fact)
            case Released():
                held = self._end(fact.dispute_id, fact.amount, fact.winner)
                if fact.winner == held.payee:
                    self._settle(held, set_off=-held.amount, paid=held.amount)
            case GivenBack():
                held = self._end(fact.dispute_id, fact.amount, None)
                self._settle(held, set_off=-held.amount)
            case Rebated():
                self._debit(fact.holder, fact.amount)
                self._accounts[fact.requester] = self.account(fact.requester).credited(fact.amount)
            case Penalized():
                self._debit(fact.member_id, fact.amount)
                self._penalties[fact.member_id] = self.penalties(fact.member_id) + fact.amount
                self.sums = replace(self.sums, penalties=self.sums.penalties + fact.amount)
            case _:
                assert_never(fact)

    def _allow(self, fact: AllowanceClaimed) -> None:
        before = self.account(fact.member_id)
        if before.unspent != fact.expired:
            raise Broken("An allowance expired in another amount than was unspent: a fact is missing")
        self._accounts[fact.member_id] = before.allowed(fact.epoch, fact.amount)
        self._allowances[fact.member_id] = fact.amount
        self.sums = replace(
            self.sums,
            allowances=self.sums.allowances + fact.amount,
            expired=self.sums.expired + fact.expired,
        )

    def _redeem(self, fact: Redeemed) -> None:
        if fact.paid:
            self._debit(fact.requester, fact.paid)
            self._accounts[fact.holder] = self.account(fact.holder).credited(fact.paid)
        pair = (fact.requester, fact.holder)
        before = self._redeemed.get(pair, _NOTHING)
        self._redeemed[pair] = replace(
            before,
            queries=fact.queries,
            hits=fact.hits,
            amount=fact.amount,
            paid=Credits(before.paid + fact.paid),
            times=before.times + 1,
        )

    def _hold(self, fact: Escrowed) -> None:
        self._debit(fact.payer, fact.amount)
        held = Escrow(payer=fact.payer, payee=fact.payee, amount=fact.amount)
        self._escrows[fact.dispute_id] = held
        self._settle(held, set_off=held.amount)
        self.sums = replace(self.sums, escrowed=self.sums.escrowed + fact.amount)

    def _end(self, dispute: bytes, amount: int, winner: MemberId | None) -> Escrow:
        """What waited, credited to the winner; to the payer where there is none."""
        held = self._escrows.get(dispute)
        if held is None or held.winner is not None or held.amount != amount:
            raise Broken("A dispute is released that does not wait so: a fact is missing from the journal")
        to = held.payer if winner is None else winner
        self._escrows[dispute] = replace(held, winner=to)
        self._accounts[to] = self.account(to).credited(amount)
        self.sums = replace(self.sums, escrowed=self.sums.escrowed - amount)
        return held

    def _settle(self, held: Escrow, *, set_off: int, paid: int = 0) -> None:
        pair = (held.payer, held.payee)
        before = self._redeemed.get(pair, _NOTHING)
        self._redeemed[pair] = replace(
            before, set_off=Credits(before.set_off + set_off), paid=Credits(before.paid + paid)
        )

    def _debit(self, member: MemberId, amount: int) -> None:
        self._accounts[member] = self.account(member).debited(amount)

    def account(self, member: MemberId) -> Account:
        return self._accounts.get(member, _EMPTY)

    def balance(self, member: MemberId) -> Credits:
        """May be negative."""
        return Credits(self.account(member).balance)

    def granted(self, member: MemberId) -> Credits:
        return Credits(self._grants.get(member, 0))

    def allowance(self, member: MemberId) -> Credits:
        """What its newest claim credited it with."""
        return Credits(self._allowances.get(member, 0))

    def penalties(self, member: MemberId) -> Credits:
        return Credits(self._penalties.get(member, 0))

    def redeemed(self, requester: MemberId, holder: MemberId) -> RedeemedTotals:
        return self._redeemed.get((requester, holder), _NOTHING)

    def escrow(self, dispute: bytes) -> Escrow | None:
        return self._escrows.get(dispute)

    def held_of(self, payer: MemberId) -> Credits:
        """What waits now of this member's credits for disputes to be decided."""
        waiting = (held for held in self._escrows.values() if held.payer == payer and held.winner is None)
        return Credits(sum(held.amount for held in waiting))

    @property
    def conserved(self) -> bool:
        """Credits come from grants and allowances, move, wait, and end by expiry and penalty."""
        return sum(account.balance for account in self._accounts.values()) == self.sums.outstanding
