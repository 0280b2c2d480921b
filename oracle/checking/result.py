"""How one check ends, before it has a name."""

from dataclasses import dataclass
from typing import Protocol

from oracle.checking.case import Case
from oracle.domain.reports import CheckOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    outcome: CheckOutcome
    found: str
    action: str = ""


class Check(Protocol):
    """Looks at one thing. May raise `NotLookedAt`, and any error of ours: that is its problem then."""

    @property
    def name(self) -> str:
        """A few words, as they stand in the table."""
        ...

    async def look(self, case: Case) -> Result: ...


def ok(found: str) -> Result:
    return Result(outcome=CheckOutcome.OK, found=found)


def warning(found: str, action: str) -> Result:
    return Result(outcome=CheckOutcome.WARNING, found=found, action=action)


def problem(found: str, action: str) -> Result:
    return Result(outcome=CheckOutcome.PROBLEM, found=found, action=action)


def skipped(found: str, action: str = "") -> Result:
    return Result(outcome=CheckOutcome.SKIPPED, found=found, action=action)
