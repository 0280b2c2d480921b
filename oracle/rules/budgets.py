"""How many evaluations a member may ask for in an epoch, as the QueryLedger counts them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Committed and anchored elements of one epoch, and how many there may be."""

    epoch: int
    used: int = 0
    limit: int
    opened: bool = False
    """Whether the limit is the member's entitlement; before, it is the least that every member has."""

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    def allows(self, elements: int) -> bool:
        return self.used + elements <= self.limit


def budget_in(epoch: int, last: Budget | None, *, floor: int) -> Budget:
    """The budget as it stands in `epoch`: an epoch that nobody asked or opened it in begins anew."""
    if last is None or last.epoch != epoch:
        return Budget(epoch=epoch, limit=floor)
    return last
