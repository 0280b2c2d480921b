"""Ratings by holder, category and epoch, and the scores that follow from them."""

from bisect import bisect_left
from dataclasses import dataclass, field

from oracle.chain.facts import Rated
from oracle.domain.ids import MemberId
from oracle.rules.pricing import score_bps


@dataclass(slots=True)
class _Tally:
    """Running totals at the end of each epoch that had a rating, in ascending order."""

    epochs: list[int] = field(default_factory=list)
    totals: list[tuple[int, int]] = field(default_factory=list)
    """Confirmed and refuted."""

    def add(self, epoch: int, confirmed: int, refuted: int) -> None:
        before = self.totals[-1] if self.totals else (0, 0)
        total = (before[0] + confirmed, before[1] + refuted)
        if self.epochs and self.epochs[-1] == epoch:
            self.totals[-1] = total
        else:
            self.epochs.append(epoch)
            self.totals.append(total)

    def before(self, epoch: int) -> tuple[int, int]:
        index = bisect_left(self.epochs, epoch)
        return self.totals[index - 1] if index else (0, 0)


@dataclass(slots=True)
class RatingBook:
    _tallies: dict[tuple[MemberId, int | None], _Tally] = field(default_factory=dict)
    """By holder and category; None for all categories."""
    _rated: dict[tuple[MemberId, MemberId], int] = field(default_factory=dict)

    def apply(self, fact: Rated) -> None:
        for category in (fact.category, None):
            tally = self._tallies.setdefault((fact.holder, category), _Tally())
            tally.add(fact.epoch, fact.confirmed, fact.refuted)
        pair = (fact.requester, fact.holder)
        self._rated[pair] = self._rated.get(pair, 0) + fact.confirmed + fact.refuted

    def rated(self, requester: MemberId, holder: MemberId) -> int:
        """How many hits of this pair are rated; never more than its redeemed hits."""
        return self._rated.get((requester, holder), 0)

    def score_bps(self, holder: MemberId, epoch: int, category: int | None = None) -> int:
        """The score that is fixed for this epoch: from ratings of earlier epochs only."""
        tally = self._tallies.get((holder, category))
        confirmed, refuted = (0, 0) if tally is None else tally.before(epoch)
        return score_bps(confirmed=confirmed, refuted=refuted)
