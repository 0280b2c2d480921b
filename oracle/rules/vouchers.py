"""Voucher arithmetic: totals of a pair, when one covers what is owed, when two can be compared.

A voucher is the signed sum of a list of charges, never a message with a life of its own (protocol.md
section 6): all three totals only ever grow, so of two honest vouchers one is at least the other in each.
"""

from dataclasses import dataclass

from oracle.domain.ids import Credits
from oracle.domain.messages import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What one member has come to owe another: counts of queries and hits, and the amount in credits."""

    queries: int = 0
    hits: int = 0
    amount: Credits = Credits(0)

    def plus(self, charge: "Totals") -> "Totals":
        return Totals(
            queries=self.queries + charge.queries,
            hits=self.hits + charge.hits,
            amount=Credits(self.amount + charge.amount),
        )

    def less(self, other: "Totals") -> "Totals":
        """What is left of each total; never below zero."""
        return Totals(
            queries=max(0, self.queries - other.queries),
            hits=max(0, self.hits - other.hits),
            amount=Credits(max(0, self.amount - other.amount)),
        )

    def at_least(self, other: "Totals") -> bool:
        """Whether every total is at least the other's."""
        return self.queries >= other.queries and self.hits >= other.hits and self.amount >= other.amount


def least(one: Totals, other: Totals) -> Totals:
    """The smaller of each total."""
    return Totals(
        queries=min(one.queries, other.queries),
        hits=min(one.hits, other.hits),
        amount=Credits(min(one.amount, other.amount)),
    )


def most(one: Totals, other: Totals) -> Totals:
    """The greater of each total."""
    return Totals(
        queries=max(one.queries, other.queries),
        hits=max(one.hits, other.hits),
        amount=Credits(max(one.amount, other.amount)),
    )


def totals_of(voucher: Voucher) -> Totals:
    return Totals(queries=voucher.queries, hits=voucher.hits, amount=voucher.amount)


def charge_for(*, queries: int, hits: int, query_fee: int, hit_price: int) -> Totals:
    """What one accepted reply costs: the proven answer for each query, and each hit once."""
    return Totals(queries=queries, hits=hits, amount=Credits(queries * query_fee + hits * hit_price))


def greatest(seen: Totals | None, incoming: Totals) -> Totals | None:
    """The greater of two totals of a pair; None when neither is (someone signed out of order).

    An older voucher that arrives late is no offence: the one seen before stays the greatest.
    """
    if seen is None or incoming.at_least(seen):
        return incoming
    return seen if seen.at_least(incoming) else None


def covers(held: Totals, accepted: Totals, charge: Totals) -> bool:
    """Whether the greatest voucher held pays for all that was accepted before and this charge too."""
    return held.at_least(accepted.plus(charge))
