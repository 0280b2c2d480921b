"""Where each member has to end by the rules, told from the story and not from any event of the chain."""

from collections import Counter
from dataclasses import dataclass, field, replace

from scenario.detection import Detection
from scenario.society import NAMES
from scenario.story import Story, owner_of

from oracle.chain.deploy.parameters import PROTOCOL
from oracle.domain.reports import Verdict
from oracle.rules.evidence import Breaches, Freshness, Tally, Voice
from oracle.rules.quality import FULL_BPS, entitlement, merit, score_bps


@dataclass(slots=True)
class Record:
    """What is kept of one member."""

    tally: Tally = field(default_factory=Tally)
    freshness: Freshness | None = None
    breaches: Breaches = field(default_factory=Breaches)
    voices: dict[str, Voice] = field(default_factory=dict)
    """What it says of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a member stands in an epoch."""

    confirmed: int
    refuted: int
    fresh_bps: int
    breaches: int
    breach_bps: int

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
            floor=PROTOCOL["entitlement_floor"].default,
            per_rating=PROTOCOL["entitlement_per_rating"].default,
            ceiling=PROTOCOL["entitlement_ceiling"].default,
        )

    def without_breaches(self) -> "Place":
        return replace(self, breaches=0, breach_bps=0)


def places(story: Story, detection: Detection) -> dict[str, Place]:
    """In the epoch after the last one that anything happened in."""
    records = {name: Record() for name in NAMES}
    for epoch, (changed, said) in enumerate(zip(story.changed, story.rated, strict=True)):
        for name, count in changed.items():
            record = records[name]
            record.freshness = (record.freshness or Freshness(epoch=epoch)).plus(epoch, count)
        for name, count in breaches_in(epoch, story, detection).items():
            for _ in range(count):
                records[name].breaches = records[name].breaches.plus(epoch)
        for rater in NAMES:
            _rate(records, rater, said, epoch)
    last = len(story.changed)
    return {name: _place(record, last) for name, record in records.items()}


def breaches_in(epoch: int, story: Story, detection: Detection) -> Counter[str]:
    """An ignored claim and a batch not anchored count in their epoch, a drawn one in the next."""
    questions = [one.question for one in story.asked if one.epoch == epoch]
    found: Counter[str] = Counter()
    found["Silent"] = sum(owner_of(number) == "Silent" for one in questions for number in one.numbers)
    found["Unanchored"] = sum(one.express for one in questions)
    found["Reader"] = sum(one.epoch == epoch - 1 for one in detection.drawn)
    return found


def _rate(
    records: dict[str, Record], rater: str, said: Counter[tuple[str, str, Verdict]], epoch: int
) -> None:
    """One transaction with all that this rater says in the epoch."""
    for holder in NAMES:
        counts = {verdict: said[rater, holder, verdict] for verdict in Verdict}
        if not any(counts.values()):
            continue
        before = records[rater].voices.get(holder, Voice())
        louder = before.plus(
            epoch,
            confirmed=counts[Verdict.CONFIRMED],
            refuted=counts[Verdict.REFUTED],
            back=records[holder].voices.get(rater, Voice()),
        )
        records[rater].voices[holder] = louder
        records[holder].tally = records[holder].tally.plus(epoch, *before.change_to(louder))


def _place(record: Record, epoch: int) -> Place:
    confirmed, refuted = record.tally.at(epoch)
    return Place(
        confirmed=confirmed,
        refuted=refuted,
        fresh_bps=FULL_BPS if record.freshness is None else record.freshness.at(epoch),
        breaches=record.breaches.count,
        breach_bps=record.breaches.at(epoch),
    )
