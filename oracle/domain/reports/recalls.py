"""Records that do not stand any more: what holders told this institution, and whom it told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallTaken:
    """A record that was disclosed to this institution and recalled since."""

    query_id: str
    index: int
    """Position of the subject in the submitted list."""
    holder: int
    name: str
    reason: str
    """`withdrawn`, which says nothing of whether it was right, or `refuted`."""
    taken_at: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallSent:
    """A record of this institution that one requester had claimed."""

    requester: int
    name: str
    reason: str
    noted_at: int
    """Unix seconds."""
    told: bool
    """Whether the requester has taken it; it is told until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallReport:
    """Both, the newest first."""

    taken: tuple[RecallTaken, ...]
    sent: tuple[RecallSent, ...]
