"""Where the agreed values leave it worth cheating."""

from dataclasses import dataclass
from enum import StrEnum


class Cheat(StrEnum):
    """What a member could do that its own numbers do not speak against."""

    UNCLAIMED_HITS = "unclaimed_hits"
    """Reading hits and not claiming them, for all that draws find of it."""
    UNCLAIMED_TOO_OLD = "unclaimed_too_old"
    """The same early in an epoch, in batches that are too old for an audit when the draw is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Temptation:
    """A cheat that costs no more than it saves. Credits are decimal text, because they may exceed 64 bits."""

    cheat: Cheat
    saved: str
    """Credits that a hit saves at most."""
    costs: str
    """Credits that it costs on average, rounded down, beside the penalty of the case itself."""
    from_hits: int
    """Hits of one batch from which on the cheat costs no more than it saves."""
    gain: str
    """Credits gained on average at most: with every element of the largest batch a hit everywhere."""
    parameter: str
    """That ends it when it is great enough."""
    least: str | None
    """Its least value that does; None where no value of it alone does."""
    words: str
    """All this in a sentence."""
    remedy: str
    """What to set, in a sentence."""
