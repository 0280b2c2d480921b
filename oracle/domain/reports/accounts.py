"""What the institution owes and is owed, and what its ratings did."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAccount:
    """The running totals with one other member, in one direction."""

    member_id: int
    """The other member."""
    name: str
    """As this institution knows it; empty when it has no name for it."""
    queries: int
    hits: int
    amount: int
    """Credits vouched for in all."""
    paid: int
    """Credits of it that have been redeemed on the chain, or were awarded from escrow."""
    set_off: int = 0
    """Credits of it that wait in escrow for a dispute, or that one has decided to be owed by nobody."""

    @property
    def open(self) -> int:
        """Credits that vouchers are still to be paid for."""
        return self.amount - self.paid - self.set_off


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditsSummary:
    """The institution's account on the chain, the prices, and its vouchers in both directions."""

    balance: int
    floor: int
    """The balance may go down to minus this."""
    exposure_limit: int
    """The most that this institution may owe one holder; beyond it holders refuse its queries."""
    granted: int
    """Credits granted on admission."""
    allowance: int
    """Credits of the epoch's allowance; 0 while it is not claimed."""
    allowance_unspent: int
    """Of the newest allowance; expires when the next one is claimed."""
    escrowed: int
    """Credits of this institution that wait for disputes to be decided."""
    penalties: int
    """Credits that penalties have taken in all."""
    evaluations_used: int
    """Subjects committed in this epoch."""
    evaluations_limit: int
    """Subjects that may be asked about in this epoch."""
    epoch: int
    epoch_ends: int
    """Unix seconds; then budget and allowance renew."""
    price_version: int
    query_fee: int
    hit_fee: int
    """Before the holder's score is applied."""
    given: tuple[PairAccount, ...]
    """What this institution owes holders it asked."""
    received: tuple[PairAccount, ...]
    """What requesters owe this institution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemedPair:
    """One voucher brought to the chain."""

    requester: int
    amount: int
    """The voucher's total."""
    paid: int
    """Paid now; what the floor did not allow stays redeemable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionReport:
    """What a redemption did; no pairs when nothing was worth redeeming."""

    pairs: tuple[RedeemedPair, ...]
    transaction: str = ""
    """Hash as `0x` hex; empty when none was sent."""


class Verdict(StrEnum):
    """What the requester found out about a disclosed item."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingReport:
    """A rating that was journalled; it reaches the chain with the next batch of ratings."""

    holder: int
    category: str
    verdict: Verdict
    transaction: str = ""
    """Hash as `0x` hex; empty while it is waiting to be sent."""
