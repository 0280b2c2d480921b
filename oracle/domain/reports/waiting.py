"""What is in flight and why it waits, line by line."""

from dataclasses import dataclass
from enum import StrEnum


class WaitingKind(StrEnum):
    """What waits."""

    COMMITMENT = "commitment"
    """Own batch that is not on the chain yet."""
    REPLY = "reply"
    """Own batch that a holder has not answered yet."""
    RECEIPT = "receipt"
    """Receipt that a holder has not answered, or has refused."""
    ANSWER = "answer"
    """Batch of another member that is still to be answered."""
    SETTLEMENT = "settlement"
    """Answer of this member whose receipt has not come."""
    ANCHOR = "anchor"
    """Express batches, own or others', that no anchor is known of yet."""
    REPORT = "report"
    """Report of an express batch that is not closed."""
    TRANSACTION = "transaction"
    """Anything else that this member's account brings to the chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """One thing in flight."""

    kind: WaitingKind
    reference: str
    """Batch identifier as `0x` hex, or the name of a transaction's intent."""
    code: str
    """Why, as a stable word: docs/operations.md lists them."""
    why: str
    """Why, in a sentence."""
    query_id: str = ""
    member: int | None = None
    """Whom it waits for, or whose it is."""
    name: str = ""
    """That member's, empty when this institution has no name for it."""
    since: int | None = None
    """Unix seconds."""
    deadline: int | None = None
    """Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingReport:
    """Everything in flight, the oldest first."""

    lines: tuple[WaitingLine, ...]
    total: int
    """More than there are lines when the list was cut."""
