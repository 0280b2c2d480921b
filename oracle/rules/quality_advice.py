"""What would raise a member's score and entitlement, in plain sentences: each with what it would come to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from oracle.rules.quality import (
    FULL_BPS,
    PAIR_CAP,
    WEIGHT,
    entitlement,
    freshness_of,
    merit,
    score_bps,
)

ENOUGH_BPS = 9_000
"""Fresher than this, staleness takes less than a twentieth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityStanding:
    """What a member's score and entitlement are made of in an epoch. Weights in thousandths of a rating."""

    confirmed: int
    refuted: int
    fresh_bps: int
    breach_bps: int
    paid_hits: int
    """That all requesters have paid for and may rate."""
    rated_hits: int
    floor: int
    per_rating: int
    ceiling: int

    @property
    def score_bps(self) -> int:
        return score_bps(
            confirmed=self.confirmed,
            refuted=self.refuted,
            fresh_bps=self.fresh_bps,
            breach_bps=self.breach_bps,
        )

    @property
    def entitlement(self) -> int:
        return entitlement(
            merit=merit(confirmed=self.confirmed, refuted=self.refuted),
            score=self.score_bps,
            floor=self.floor,
            per_rating=self.per_rating,
            ceiling=self.ceiling,
        )


def advice(now: QualityStanding) -> tuple[str, ...]:
    """What helps, the most urgent first; one sentence that all is well where nothing would."""
    found = (*_breaches(now), *_refuted(now), *_stale(now), *_unrated(now), *_raters(now))
    return found or ("Nothing would raise it further.",)


def _breaches(now: QualityStanding) -> Iterator[str]:
    if now.breach_bps:
        without = replace(now, breach_bps=0)
        yield (
            f"Breaches take {_percent(now.breach_bps)} of the score. That fades by an eighth an epoch, to "
            f"less than half after six if no other is added; without them: {_becomes(now, without)}."
        )


def _refuted(now: QualityStanding) -> Iterator[str]:
    if now.refuted >= WEIGHT:
        without = replace(now, refuted=0)
        yield (
            f"Refuted ratings weigh {_ratings(now.refuted)}, and each counts twice. Remove records that are "
            f"wrong; without refuted ones: {_becomes(now, without)}."
        )


def _stale(now: QualityStanding) -> Iterator[str]:
    if now.fresh_bps < ENOUGH_BPS:
        changed = _records_for(ENOUGH_BPS)
        fresh = replace(now, fresh_bps=freshness_of(changed))
        yield (
            f"Freshness is {_percent(now.fresh_bps)}. Publishing {changed:,} records that are new or changed "
            f"within one epoch, in publications of two or more: {_becomes(now, fresh)}."
        )


def _unrated(now: QualityStanding) -> Iterator[str]:
    waiting = now.paid_hits - now.rated_hits
    if waiting > 0:
        yield (
            f"{waiting:,} of {now.paid_hits:,} paid hits are not rated. Ratings are their requesters' to "
            "give; vouchers that are redeemed early can be rated early."
        )


def _raters(now: QualityStanding) -> Iterator[str]:
    if now.entitlement >= now.ceiling:
        return
    more = replace(now, confirmed=now.confirmed + PAIR_CAP)
    yield (
        f"One more member that confirms {PAIR_CAP // WEIGHT} hits or more: {_becomes(now, more)}. Who has "
        "confirmed so many is heard no louder."
    )


def _records_for(wanted_bps: int) -> int:
    """The least number of changed records in one epoch that make a holder so fresh."""
    changed = 0
    while freshness_of(changed) < wanted_bps:
        changed += 1
    return changed


def _becomes(now: QualityStanding, then: QualityStanding) -> str:
    return (
        f"score {_percent(now.score_bps)} → {_percent(then.score_bps)}, "
        f"entitlement {now.entitlement:,} → {then.entitlement:,}"
    )


def _percent(bps: int) -> str:
    return f"{bps * 100 / FULL_BPS:.1f} %"


def _ratings(weight: int) -> str:
    return f"{weight / WEIGHT:.1f} ratings"
