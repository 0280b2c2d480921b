"""May this member be answered now: standing, deadline, budget and what it owes, decided in one place."""

from dataclasses import dataclass

from oracle.domain.messages import Request
from oracle.domain.settlement import RefusalReason
from oracle.rules.express import Allowance


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What the chain's `Committed` event says of a batch."""

    count: int
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskerAccount:
    """What a holder knows of an asker before it spends a single scalar multiplication. Amounts in credits."""

    in_standing: bool
    balance: int
    """On the chain; may be negative."""
    floor: int
    """A balance may fall to `-floor`."""
    holders_in_standing: int
    """Over how many holders the asker's means are spread."""
    unredeemed: int
    """Accepted at this holder and not yet paid on the chain."""
    unreceipted: int
    """Query fees of replies whose receipt has not come yet."""
    receipts_overdue: int
    """Replies delivered whose deadline passed without a receipt."""
    allowance: Allowance | None
    """What may still be evaluated; None where the ledger has counted the batch, at its commitment."""


def share_of_means(*, balance: int, floor: int, holders: int) -> int:
    """The most that a member may owe one holder: an equal share of what it could still pay."""
    return max(0, (balance + floor) // max(1, holders))


def exposure_limit(account: AskerAccount) -> int:
    """The same of an asker."""
    return share_of_means(balance=account.balance, floor=account.floor, holders=account.holders_in_standing)


def refusal_of_asker(account: AskerAccount, *, elements: int, cost: int) -> RefusalReason | None:
    """Why the asker is not answered about so many elements, or None; `cost` is their query fees."""
    if not account.in_standing:
        return RefusalReason.NOT_IN_STANDING
    if account.allowance is not None and not account.allowance.allows(elements):
        return RefusalReason.BUDGET_EXCEEDED
    if account.receipts_overdue > 0:
        return RefusalReason.RECEIPT_OUTSTANDING
    if account.unredeemed + account.unreceipted + cost > exposure_limit(account):
        return RefusalReason.EXPOSURE_EXCEEDED
    return None


def refusal_of_request(request: Request, commitment: Commitment, *, now: int) -> RefusalReason | None:
    """Why the signed request does not fit its commitment, or None; `now` is the newest block's time."""
    if request.count != commitment.count:
        return RefusalReason.COUNT_DIFFERS
    if request.deadline != commitment.deadline:
        return RefusalReason.DEADLINE_DIFFERS
    if now > request.deadline:
        return RefusalReason.DEADLINE_PASSED
    return None


def refusal_of_prefixes(prefix_bits: tuple[int, ...], governed: frozenset[int]) -> RefusalReason | None:
    """A prefix of another length than the governed ones would widen or narrow the candidates at will."""
    if all(bits in governed for bits in prefix_bits):
        return None
    return RefusalReason.PREFIX_NOT_GOVERNED
