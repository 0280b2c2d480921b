"""Balances and redeemed vouchers, computed from the facts exactly as the ledger does."""

from dataclasses import dataclass, field
from typing import assert_never

from oracle.chain.facts import AccountFact, Granted, Redeemed
from oracle.domain.ids import Credits, MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemedTotals:
    """What a holder has redeemed of a requester: totals of the newest voucher, and what was paid of it."""

    queries: int = 0
    hits: int = 0
    amount: Credits = Credits(0)
    paid: Credits = Credits(0)


_NOTHING = RedeemedTotals()


@dataclass(slots=True)
class CreditBook:
    _balances: dict[MemberId, int] = field(default_factory=dict)
    _grants: dict[MemberId, int] = field(default_factory=dict)
    _redeemed: dict[tuple[MemberId, MemberId], RedeemedTotals] = field(default_factory=dict)

    def apply(self, fact: AccountFact) -> None:
        match fact:
            case Granted():
                self._move(fact.member_id, fact.amount)
                self._grants[fact.member_id] = self._grants.get(fact.member_id, 0) + fact.amount
            case Redeemed():
                self._move(fact.requester, -fact.paid)
                self._move(fact.holder, fact.paid)
                pair = (fact.requester, fact.holder)
                paid = self._redeemed.get(pair, _NOTHING).paid + fact.paid
                self._redeemed[pair] = RedeemedTotals(
                    queries=fact.queries, hits=fact.hits, amount=fact.amount, paid=Credits(paid)
                )
            case _:
                assert_never(fact)

    def _move(self, member: MemberId, amount: int) -> None:
        self._balances[member] = self._balances.get(member, 0) + amount

    def balance(self, member: MemberId) -> Credits:
        """May be negative down to the floor."""
        return Credits(self._balances.get(member, 0))

    def granted(self, member: MemberId) -> Credits:
        return Credits(self._grants.get(member, 0))

    def redeemed(self, requester: MemberId, holder: MemberId) -> RedeemedTotals:
        return self._redeemed.get((requester, holder), _NOTHING)

    @property
    def conserved(self) -> bool:
        """Credits are only ever granted or moved."""
        return sum(self._balances.values()) == sum(self._grants.values())
