"""May an express request be answered now: its times, its reference block, and what it takes of the budget."""

from dataclasses import dataclass

from oracle.domain.messages import Request
from oracle.domain.settlement import RefusalReason
from oracle.rules.budgets import Budget

SKEW_S = 30
"""How far two members' clocks may be apart."""
LONGEST_S = 60
"""From the issue of an express request to its deadline: snapshots are kept for far longer deadlines."""
SHORTEST_MS = 50
"""Of a requester's own limit: less than that not even a holder beside it keeps."""
RECEIPT_GRACE_S = 60
"""An express deadline is short; the receipt of an answer is due so long after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Two clocks, unix seconds: on a chain that makes blocks on demand the newest block may be long past."""

    chain: int
    wall: int

    @property
    def latest(self) -> int:
        return max(self.chain, self.wall)


def refusal_of_times(request: Request, now: Now) -> RefusalReason | None:
    """Why a request's times are not taken, or None."""
    if not 0 <= request.deadline - request.issued_at <= LONGEST_S or request.issued_at > now.latest + SKEW_S:
        return RefusalReason.TIMES_NOT_ALLOWED
    if request.deadline < now.chain or request.deadline + SKEW_S < now.wall:
        return RefusalReason.DEADLINE_PASSED
    return None


def reference_is_fresh(*, reference_time: int, head_time: int, max_age_s: int) -> bool:
    """Whether a reference block is recent by the time of the newest block that the holder has read."""
    return head_time - reference_time <= max_age_s


def reference_is_final(*, reference_block: int, finality_depth: int, cursor: int) -> bool:
    """Whether a reference block has its confirmations for whoever has read the chain up to `cursor`."""
    return reference_block + finality_depth <= cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a requester may still ask for in an epoch, as a holder or the requester itself counts it."""

    budget: Budget
    """Committed and anchored elements, as on the chain."""
    entitlement: int
    """The limit once the epoch's budget is opened, which anybody may do."""
    unanchored: int
    """Express elements that are answered and stand in no anchor yet."""

    def allows(self, elements: int) -> bool:
        return self.used + elements <= self.limit

    @property
    def used(self) -> int:
        return self.budget.used + self.unanchored

    @property
    def limit(self) -> int:
        return max(self.budget.limit, self.entitlement)
