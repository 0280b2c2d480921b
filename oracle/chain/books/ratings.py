"""Ratings by holder, category and epoch, and the scores that follow from them."""

from dataclasses import dataclass, field

from oracle.chain.facts import Rated
from oracle.domain.ids import MemberId
from oracle.rules.pricing import score_bps


@dataclass(slots=True)
class _Tally:
    confirmed: int = 0
    refuted: int = 0


@dataclass(slots=True)
class RatingBook:
    _tallies: dict[tuple[MemberId, int], dict[int, _Tally]] = field(default_factory=dict)
    """Holder and category to epoch to counts."""
    _rated: dict[tuple[MemberId, MemberId], int] = field(default_factory=dict)

    def apply(self, fact: Rated) -> None:
        tally = self._tallies.setdefault((fact.holder, fact.category), {}).setdefault(fact.epoch, _Tally())
        tally.confirmed += fact.confirmed
        tally.refuted += fact.refuted
        pair = (fact.requester, fact.holder)
        self._rated[pair] = self._rated.get(pair, 0) + fact.confirmed + fact.refuted

    def rated(self, requester: MemberId, holder: MemberId) -> int:
        """How many hits of this pair are rated; never more than its redeemed hits."""
        return self._rated.get((requester, holder), 0)

    def score_bps(self, holder: MemberId, epoch: int, category: int | None = None) -> int:
        """The score that is fixed for this epoch: from ratings of earlier epochs only."""
        confirmed = refuted = 0
        for (rated, rated_category), epochs in self._tallies.items():
            if rated != holder or category not in {None, rated_category}:
                continue
            for rated_epoch, tally in epochs.items():
                if rated_epoch < epoch:
                    confirmed += tally.confirmed
                    refuted += tally.refuted
        return score_bps(confirmed=confirmed, refuted=refuted)
