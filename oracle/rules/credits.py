"""The arithmetic of balances and allowances, as the CreditLedger does it.

Everything that leaves a balance is taken from the unspent part of the newest allowance first; what is unspent
when the next one is claimed expires. So `unspent` is never more than a positive balance.
"""

from dataclasses import dataclass, replace

RATE_SCALE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One member's credits."""

    balance: int = 0
    """May be negative: payments go down to the floor, penalties below it."""
    unspent: int = 0
    """Of the newest allowance."""
    claimed_in: int | None = None
    """Epoch of the newest allowance; None before the first."""

    def credited(self, amount: int) -> "Account":
        return replace(self, balance=self.balance + amount)

    def debited(self, amount: int) -> "Account":
        return replace(self, balance=self.balance - amount, unspent=max(0, self.unspent - amount))

    def allowed(self, epoch: int, amount: int) -> "Account":
        """With the allowance of an epoch, after what was unspent of the one before has expired."""
        balance = self.balance - self.unspent + amount
        return Account(balance=balance, unspent=unspent_of(balance, amount), claimed_in=epoch)


def unspent_of(balance: int, amount: int) -> int:
    """What is unspent of a fresh allowance in the balance that it was credited to: what filled no debt."""
    return min(amount, max(0, balance))


def allowance_of(entitlement: int, rate: int) -> int:
    """Credits for an epoch's entitlement of evaluations, at `rate` credits a thousand."""
    return entitlement * rate // RATE_SCALE


def coverable(*, balance: int, floor: int, owed: int) -> int:
    """How much of `owed` a balance covers down to `-floor`; nothing when it is below already."""
    return max(0, min(owed, balance + floor))


def paid_hits(*, hits: int, amount: int, paid: int) -> int:
    """Hits of a voucher that what was paid covers, in proportion; as many may be rated."""
    return hits if paid >= amount else hits * paid // amount
