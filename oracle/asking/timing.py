"""When a query is asked and until when holders may answer, in both modes."""

from dataclasses import dataclass

from oracle.domain.errors import Refused
from oracle.domain.messages import Mode
from oracle.domain.reference import ReferenceBlock
from oracle.rules.express import LONGEST_S, SHORTEST_MS


class DeadlineNotAllowed(Refused):
    """The chain, or the holders, would refuse a batch with such a deadline."""

    code = "deadline_not_allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Times of one query's requests."""

    mode: Mode
    deadline_ms: int
    """From now on."""
    reference: ReferenceBlock | None
    """Of an express query."""

    def deadline(self, issued_at: int) -> int:
        """Unix seconds; of express the last second that the milliseconds reach into."""
        return issued_at + -(-self.deadline_ms // 1_000)


def committed_timing(deadline_s: int, *, longest_s: int) -> Timing:
    """Raises `DeadlineNotAllowed`."""
    if not 1 <= deadline_s <= longest_s:
        raise DeadlineNotAllowed(f"A deadline of {deadline_s} s is not between 1 and the agreed {longest_s}.")
    return Timing(mode=Mode.COMMITTED, deadline_ms=deadline_s * 1_000, reference=None)


def express_timing(deadline_ms: int, reference: ReferenceBlock) -> Timing:
    """Raises `DeadlineNotAllowed`."""
    longest_ms = LONGEST_S * 1_000
    if not SHORTEST_MS <= deadline_ms <= longest_ms:
        raise DeadlineNotAllowed(
            f"A deadline of {deadline_ms} ms is not between {SHORTEST_MS} and {longest_ms}; a query that "
            "takes longer is asked in committed mode."
        )
    return Timing(mode=Mode.EXPRESS, deadline_ms=deadline_ms, reference=reference)
