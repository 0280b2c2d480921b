"""When a disclosure may be disputed, what for, and how that ends: decided from what is found alone."""

from dataclasses import dataclass
from enum import StrEnum
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


def hits_owed(*, claimed: frozenset[int], served: frozenset[int], escrowed: frozenset[int]) -> frozenset[int]:
    """Elements whose hits a voucher has to count once its receipt is answered.

    A hit whose price waits in escrow, or was awarded to either party, is set off against the voucher: one
    that did not count it would have the holder pay for it out of its other answers.
    """
    return claimed & (served | escrowed)


class Shown(StrEnum):
    """What the requester of a dispute showed."""

    PROVEN = "proven"
    """A signed claim on an element that the holder's own reply proves, and that is paid for."""
    UNFOUNDED = "unfounded"
    """Anything else, and nothing at all."""


class Served(StrEnum):
    """What the holder showed, once it had the claim."""

    RIGHT = "right"
    """The committed record, signed, and handed on to the requester."""
    WITHDRAWN = "withdrawn"
    """The record is erased, or its snapshot past its time: nothing to serve, and nothing owed."""
    NOT = "not"
    """Anything else, and nothing at all."""


def faults(shown: Shown, served: Served) -> int | None:
    """What an auditor finds in a dispute. None where it casts no verdict: the case lapses, escrow goes back.

    A record that was erased is not paid for, and that it was is no breach.
    """
    if shown is Shown.UNFOUNDED:
        return 0
    match served:
        case Served.RIGHT:
            return 0
        case Served.WITHDRAWN:
            return None
        case Served.NOT:
            return 1


def is_paid(*, escrowed: int, hit_price: int, refused_for: int | None) -> bool:
    """Whether a disputed claim is paid for: its price waits, or the holder refused it for what is no fault.

    `refused_for` is the reason in the holder's own signed answer; None where it did not refuse the claim.
    """
    return escrowed >= hit_price or (refused_for is not None and refused_for not in OWN_FAULT)
