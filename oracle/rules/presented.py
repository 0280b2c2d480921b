"""Whether a receipt that a holder presents speaks against what its requester shows of it. Pure."""

from dataclasses import dataclass, field

from oracle.domain.settlement import RefusalReason

UNDECIDED = frozenset({RefusalReason.REPLY_LATE, RefusalReason.JOURNAL_LOST})
"""Reasons that only the requester knows to be true; a holder that is given them too often brings a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a signed receipt says of the reply, whatever its salt and its voucher are."""

    accepted: bool
    reason: int
    """0 when accepted."""
    claims: tuple[tuple[int, bytes, bytes], ...] = field(default=(), repr=False)
    """Index, subject and blind of each."""


def hides(shown: Said | None, presented: Said) -> bool:
    """Whether the requester told the holder another thing than it tells the auditors.

    `shown` is None where it shows no receipt for this holder. A receipt that is signed anew, with another
    voucher or after a restore, says the same as before. Nothing is hidden by a refusal that auditors check,
    nor by one that they have to believe anyway.
    """
    if shown is not None and shown.accepted:
        return presented != shown
    if presented.accepted:
        return True
    believed = shown is None or shown.reason in UNDECIDED
    return believed and presented.reason not in UNDECIDED
