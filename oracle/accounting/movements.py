"""A member's movements of credits out of the chain's facts, one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from oracle.chain.facts import (
    AllowanceClaimed,
    Escrowed,
    Fact,
    GivenBack,
    Granted,
    Penalized,
    Rebated,
    Redeemed,
    Released,
)
from oracle.domain.errors import Broken
from oracle.domain.ids import MemberId
from oracle.rules.statements import Kind, Movement


@dataclass(slots=True, kw_only=True)
class MovementReader:
    """Takes all facts in the order of the chain; those of others come to nothing."""

    me: MemberId
    disputes: dict[bytes, Escrowed] = field(default_factory=dict)
    """In which this member is a party."""
    _redeemed: dict[tuple[MemberId, MemberId], Redeemed] = field(default_factory=dict)

    def read(self, fact: Fact, epoch: int) -> Iterator[Movement]:
        match fact:
            case Granted(member_id=self.me):
                yield Movement(epoch=epoch, kind=Kind.GRANT, amount=fact.amount)
            case AllowanceClaimed(member_id=self.me):
                yield Movement(epoch=epoch, kind=Kind.EXPIRY, amount=fact.expired)
                yield Movement(epoch=epoch, kind=Kind.ALLOWANCE, amount=fact.amount)
            case Penalized(member_id=self.me):
                yield Movement(epoch=epoch, kind=Kind.PENALTY, amount=fact.amount)
            case Redeemed() if self.me in {fact.requester, fact.holder}:
                yield self._redemption(fact, epoch)
            case Escrowed() if self.me in {fact.payer, fact.payee}:
                self.disputes[fact.dispute_id] = fact
                if fact.payer == self.me:
                    yield Movement(epoch=epoch, kind=Kind.ESCROW, amount=fact.amount, other=fact.payee)
            case Released() | GivenBack() if fact.dispute_id in self.disputes:
                yield from self._end_of_dispute(fact, epoch)
            case Rebated() if self.me in {fact.requester, fact.holder}:
                earned = fact.requester == self.me
                yield Movement(
                    epoch=epoch,
                    kind=Kind.REBATE if earned else Kind.RETURN,
                    amount=fact.amount,
                    other=fact.holder if earned else fact.requester,
                )
            case _:
                pass  # nothing of this member moved

    def _redemption(self, fact: Redeemed, epoch: int) -> Movement:
        pair = (fact.requester, fact.holder)
        before, self._redeemed[pair] = self._redeemed.get(pair), fact
        queries, hits = (0, 0) if before is None else (before.queries, before.hits)
        paying = fact.requester == self.me
        return Movement(
            epoch=epoch,
            kind=Kind.PAID if paying else Kind.RECEIVED,
            amount=fact.paid,
            other=fact.holder if paying else fact.requester,
            queries=fact.queries - queries,
            hits=fact.hits - hits,
        )

    def _end_of_dispute(self, fact: Released | GivenBack, epoch: int) -> Iterator[Movement]:
        held = self.disputes[fact.dispute_id]
        if held.amount != fact.amount:
            raise Broken("A dispute is released in another amount than was held: a fact is missing")
        to = held.payer if isinstance(fact, GivenBack) else fact.winner
        if held.payer == self.me:
            kind = Kind.REFUND if to == self.me else Kind.LOST
            yield Movement(epoch=epoch, kind=kind, amount=fact.amount, other=held.payee)
        elif to == self.me:
            yield Movement(epoch=epoch, kind=Kind.AWARD, amount=fact.amount, other=held.payer)
