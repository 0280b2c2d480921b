"""When a disclosure may be disputed, and what for: decided from windows, times and reasons alone."""

from dataclasses import dataclass
from typing import Final

from oracle.domain.disputes import DisputeGround
from oracle.domain.settlement import RefusalReason

OWN_FAULT: Final = frozenset({RefusalReason.CLAIM_WINDOW_CLOSED})
"""Reasons of a holder that are no offence of its."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeWindows:
    """Governed periods in seconds."""

    claim_s: int
    dispute_s: int

    def closes(self, deadline: int) -> int:
        """When claims on a batch are not served any more. Unix seconds, as all times here."""
        return deadline + self.claim_s

    def ends(self, deadline: int) -> int:
        """Until when holders keep what they need to answer."""
        return self.closes(deadline) + self.dispute_s


def ground_of(reason: int, *, served: bool) -> DisputeGround | None:
    """What a claim without a good record is disputed for; None where that is the requester's own fault.

    `served` says whether the holder claims to have served it.
    """
    if served:
        return DisputeGround.WRONG
    return None if reason in OWN_FAULT else DisputeGround.REFUSED


def is_unanswered(windows: DisputeWindows, *, deadline: int, now: int, patience_s: int) -> bool:
    """Whether a receipt that is still on its way has waited too long, and not so long that it is too late."""
    return windows.closes(deadline) + patience_s < now <= windows.ends(deadline)


def amount_of(ground: DisputeGround, *, hit_price: int) -> int:
    """What waits in escrow: a claim that the holder itself refuses is not charged."""
    return 0 if ground is DisputeGround.REFUSED else hit_price
