"""Ratings, freshness and breaches by holder and epoch, and the scores and entitlements they make."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from oracle.chain.facts import Breached, FreshnessNoted, Rated
from oracle.domain.ids import MemberId
from oracle.rules.evidence import Breaches, Freshness, Tally, Voice
from oracle.rules.quality import FULL_BPS, entitlement, merit, score_bps


class _Kept(Protocol):
    @property
    def epoch(self) -> int: ...


K = TypeVar("K", bound=_Kept)


@dataclass(slots=True)
class _History(Generic[K]):
    """One value for each epoch that something happened in, ascending: a batch is priced by its own epoch."""

    epochs: list[int] = field(default_factory=list)
    values: list[K] = field(default_factory=list)

    def at(self, epoch: int) -> K | None:
        """The last value of this epoch or an earlier one."""
        index = bisect_right(self.epochs, epoch)
        return self.values[index - 1] if index else None

    @property
    def newest(self) -> K | None:
        return self.values[-1] if self.values else None

    def put(self, value: K) -> None:
        if self.epochs and self.epochs[-1] == value.epoch:
            self.values[-1] = value
        else:
            self.epochs.append(value.epoch)
            self.values.append(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementTerms:
    """The governed numbers that an entitlement is made with, in evaluations an epoch."""

    floor: int
    per_rating: int
    ceiling: int


@dataclass(slots=True)
class QualityBook:
    """Folds what the `QualityLedger` said, voice by voice."""

    _tallies: dict[tuple[MemberId, int | None], _History[Tally]] = field(default_factory=dict)
    """By holder and category; None for all categories."""
    _voices: dict[tuple[MemberId, MemberId, int | None], Voice] = field(default_factory=dict)
    """By requester, holder and category."""
    _freshness: dict[MemberId, _History[Freshness]] = field(default_factory=dict)
    _breaches: dict[MemberId, _History[Breaches]] = field(default_factory=dict)
    _rated: dict[tuple[MemberId, MemberId], int] = field(default_factory=dict)

    def apply(self, fact: Rated | FreshnessNoted | Breached) -> None:
        match fact:
            case Rated():
                self._rate(fact)
            case FreshnessNoted():
                noted = self._freshness.setdefault(fact.member_id, _History())
                earlier = noted.newest or Freshness(epoch=fact.epoch)
                noted.put(earlier.plus(fact.epoch, fact.counted))
            case Breached():
                breaches = self._breaches.setdefault(fact.member_id, _History())
                breaches.put((breaches.newest or Breaches()).plus(fact.epoch))

    def rated(self, requester: MemberId, holder: MemberId) -> int:
        """How many hits of this pair are rated; never more than its redeemed hits."""
        return self._rated.get((requester, holder), 0)

    def weights(self, holder: MemberId, epoch: int, category: int | None = None) -> tuple[int, int]:
        """Confirmed and refuted that count in this epoch, in thousandths of a rating."""
        history = self._tallies.get((holder, category))
        tally = None if history is None else history.at(epoch)
        return (0, 0) if tally is None else tally.at(epoch)

    def fresh_bps(self, holder: MemberId, epoch: int) -> int:
        """Full until a first publication."""
        history = self._freshness.get(holder)
        freshness = None if history is None else history.at(epoch)
        return FULL_BPS if freshness is None else freshness.at(epoch)

    def breaches(self, holder: MemberId, epoch: int) -> tuple[int, int]:
        """How many up to this epoch, and what they take from its score in basis points."""
        history = self._breaches.get(holder)
        breaches = None if history is None else history.at(epoch)
        return (0, 0) if breaches is None else (breaches.count, breaches.at(epoch))

    def categories(self, holder: MemberId) -> tuple[int, ...]:
        """Those with ratings, ascending."""
        return tuple(sorted(code for member, code in self._tallies if member == holder and code is not None))

    def score_bps(self, holder: MemberId, epoch: int, category: int | None = None) -> int:
        """The score that is fixed for this epoch: from facts of earlier epochs only."""
        confirmed, refuted = self.weights(holder, epoch, category)
        _, breach_bps = self.breaches(holder, epoch)
        return score_bps(
            confirmed=confirmed,
            refuted=refuted,
            fresh_bps=self.fresh_bps(holder, epoch),
            breach_bps=breach_bps,
        )

    def entitlement(self, member: MemberId, epoch: int, terms: EntitlementTerms) -> int:
        """Evaluations that a member may ask for in this epoch."""
        confirmed, refuted = self.weights(member, epoch)
        return entitlement(
            merit=merit(confirmed=confirmed, refuted=refuted),
            score=self.score_bps(member, epoch),
            floor=terms.floor,
            per_rating=terms.per_rating,
            ceiling=terms.ceiling,
        )

    def _rate(self, fact: Rated) -> None:
        for topic in (fact.category, None):
            place = (fact.requester, fact.holder, topic)
            voice = self._voices.get(place, Voice())
            back = self._voices.get((fact.holder, fact.requester, topic), Voice())
            louder = voice.plus(fact.epoch, confirmed=fact.confirmed, refuted=fact.refuted, back=back)
            self._voices[place] = louder
            history = self._tallies.setdefault((fact.holder, topic), _History())
            history.put((history.newest or Tally()).plus(fact.epoch, *voice.change_to(louder)))
        pair = (fact.requester, fact.holder)
        self._rated[pair] = self._rated.get(pair, 0) + fact.confirmed + fact.refuted
