"""What `riskmesh check` looked at, what it found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class CheckOutcome(StrEnum):
    """How one check ended."""

    OK = "ok"
    WARNING = "warning"
    """It works, and will not for long, or not as well as it should."""
    PROBLEM = "problem"
    """It does not work."""
    SKIPPED = "skipped"
    """Not looked at, because of what the line names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check."""

    name: str
    outcome: CheckOutcome
    found: str
    action: str = ""
    """What to do; empty when there is nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All checks in their order."""

    version: str
    """Of the program that checked."""
    checks: tuple[CheckLine, ...]

    @property
    def passed(self) -> bool:
        """No check found a problem; warnings pass."""
        return all(check.outcome is not CheckOutcome.PROBLEM for check in self.checks)
