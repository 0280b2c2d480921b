"""Statements of account: what moved in each epoch and with whom, from single movements, by arithmetic alone.

A statement of an epoch begins with what the one before ended with; the last one ends with the balance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from oracle.domain.ids import MemberId


class Kind(StrEnum):
    """Why a balance changed."""

    GRANT = "grant"
    ALLOWANCE = "allowance"
    EXPIRY = "expiry"
    PAID = "paid"
    RECEIVED = "received"
    ESCROW = "escrow"
    REFUND = "refund"
    """From escrow, back to who had paid into it."""
    AWARD = "award"
    """From escrow, to the other side, which this is."""
    LOST = "lost"
    """From escrow to the other side; it had left the balance before."""
    REBATE = "rebate"
    """What own ratings earned back from the holder."""
    RETURN = "return"
    """What a requester's ratings earned back from this holder."""
    PENALTY = "penalty"


TAKEN: Final = frozenset({Kind.EXPIRY, Kind.PAID, Kind.ESCROW, Kind.RETURN, Kind.PENALTY})
"""These take from the balance, the others add to it, but for what is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One change of a member's balance, or of what a pair has redeemed."""

    epoch: int
    kind: Kind
    amount: int
    """In credits, never negative."""
    other: MemberId | None = None
    """None where nobody else is on the other side."""
    queries: int = 0
    """That a redeemed voucher adds to the one redeemed before."""
    hits: int = 0

    @property
    def change(self) -> int:
        """What the balance changes by."""
        if self.kind is Kind.LOST:
            return 0
        return -self.amount if self.kind in TAKEN else self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Movements of one kind, with one member or with nobody."""

    amount: int = 0
    queries: int = 0
    hits: int = 0

    def plus(self, moved: Movement) -> "Sum":
        return Sum(
            amount=self.amount + moved.amount,
            queries=self.queries + moved.queries,
            hits=self.hits + moved.hits,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One epoch of one member."""

    epoch: int
    opening: int
    closing: int
    sums: Mapping[tuple[MemberId | None, Kind], Sum]

    def total(self, kind: Kind) -> int:
        """With all members together."""
        return sum(one.amount for (_, of_kind), one in self.sums.items() if of_kind is kind)

    @property
    def others(self) -> tuple[MemberId, ...]:
        """Members that something moved with, in ascending number."""
        return tuple(sorted({other for other, _ in self.sums if other is not None}))

    def of(self, other: MemberId, kind: Kind) -> Sum:
        return self.sums.get((other, kind), Sum())


def statements(movements: Iterable[Movement], *, epochs: Iterable[int]) -> tuple[Statement, ...]:
    """In ascending order: every epoch in which something moved, and the ones named, moved in or not."""
    made: dict[int, dict[tuple[MemberId | None, Kind], Sum]] = {epoch: {} for epoch in epochs}
    changes: dict[int, int] = dict.fromkeys(made, 0)
    for moved in movements:
        sums, key = made.setdefault(moved.epoch, {}), (moved.other, moved.kind)
        sums[key] = sums.get(key, Sum()).plus(moved)
        changes[moved.epoch] = changes.get(moved.epoch, 0) + moved.change
    balance, listed = 0, []
    for epoch in sorted(made):
        opening, balance = balance, balance + changes[epoch]
        listed.append(Statement(epoch=epoch, opening=opening, closing=balance, sums=made[epoch]))
    return tuple(listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTotals:
    """What one member has been paid by another, as statements add it up or as the ledger has it."""

    paid: int = 0
    """By vouchers, and from escrow."""
    queries: int = 0
    hits: int = 0

    def plus(self, moved: Sum) -> "PairTotals":
        return replace(
            self,
            paid=self.paid + moved.amount,
            queries=self.queries + moved.queries,
            hits=self.hits + moved.hits,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is compared with the ledger, in credits and counts."""

    balance: int
    held: int
    """Of the member's credits, waiting in escrow."""
    paid: Mapping[MemberId, PairTotals]
    """By holder."""
    received: Mapping[MemberId, PairTotals]
    """By requester."""


def standing(listed: Iterable[Statement]) -> Standing:
    """What all statements from the first one on come to."""
    balance, held = 0, 0
    paid: dict[MemberId, PairTotals] = {}
    received: dict[MemberId, PairTotals] = {}
    for statement in listed:
        balance = statement.closing
        for (other, kind), moved in statement.sums.items():
            if other is None:
                continue
            if kind in {Kind.PAID, Kind.LOST}:
                paid[other] = paid.get(other, PairTotals()).plus(moved)
            if kind in {Kind.RECEIVED, Kind.AWARD}:
                received[other] = received.get(other, PairTotals()).plus(moved)
            elif kind is Kind.ESCROW:
                held += moved.amount
            elif kind in {Kind.REFUND, Kind.LOST}:
                held -= moved.amount
    return Standing(balance=balance, held=held, paid=paid, received=received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One value, by the statements and by the ledger."""

    name: str
    stated: int
    ledger: int
    other: MemberId | None = None

    @property
    def agrees(self) -> bool:
        return self.stated == self.ledger


def compare(stated: Standing, ledger: Standing) -> tuple[Compared, ...]:
    """Every value that both must agree on, also where only one of them knows a pair."""
    found = [
        Compared(name="balance", stated=stated.balance, ledger=ledger.balance),
        Compared(name="escrow", stated=stated.held, ledger=ledger.held),
    ]
    for direction, ours, theirs in (
        ("paid", stated.paid, ledger.paid),
        ("received", stated.received, ledger.received),
    ):
        for other in sorted({*ours, *theirs}):
            mine, chain = ours.get(other, PairTotals()), theirs.get(other, PairTotals())
            found += [
                Compared(name=f"{direction} credits", stated=mine.paid, ledger=chain.paid, other=other),
                Compared(name=f"{direction} queries", stated=mine.queries, ledger=chain.queries, other=other),
                Compared(name=f"{direction} hits", stated=mine.hits, ledger=chain.hits, other=other),
            ]
    return tuple(found)
