"""What the draws of a story fell on, and how likely that is by the arithmetic of docs/incentives.md."""

from dataclasses import dataclass
from math import comb

from scenario.story import Asked, Story

from oracle.crypto.draws import falls_on
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Committed batches in which hits were read and not claimed."""

    cheating: tuple[Asked, ...]
    drawn: tuple[Asked, ...]
    """Of these, those that the draw of their epoch fell on, by the rule and not by any auditor's word."""

    @property
    def hits(self) -> int:
        """Read and not claimed in these: each number that was asked about has one holder."""
        return sum(len(one.question.numbers) for one in self.drawn)

    @property
    def epochs(self) -> int:
        return len({one.epoch for one in self.cheating})

    @property
    def epochs_found(self) -> int:
        return len({one.epoch for one in self.drawn})


def detection_of(story: Story) -> Detection:
    cheating = tuple(one for one in story.asked if one.question.asker == "Reader")
    return Detection(cheating=cheating, drawn=tuple(one for one in cheating if is_drawn(story, one)))


def is_drawn(story: Story, asked: Asked) -> bool:
    draw = story.society.alder.base.view.audits.draws[asked.epoch]
    assert draw.value is not None
    asker = story.society.members[asked.question.asker].id
    return not asked.question.express and falls_on(draw.value, draw.sample_ppm, asker, asked.batch_id)


def require_each_drawn_batch_decided(story: Story) -> None:
    """A case for each batch that was drawn and for no other; upheld where hits went unclaimed, else not."""
    cases = story.society.alder.base.view.audits.cases.values()
    found = {(case.accused, case.subject): case.outcome for case in cases if case.kind is CaseKind.DRAWN}
    assert found == {
        (_id(story, one), one.batch_id): _outcome(one) for one in story.asked if is_drawn(story, one)
    }


def _id(story: Story, asked: Asked) -> MemberId:
    return story.society.members[asked.question.asker].id


def _outcome(asked: Asked) -> CaseState:
    return CaseState.UPHELD if asked.question.asker == "Reader" else CaseState.DISMISSED


def one_sided(found: int, tries: int, probability: float) -> float:
    """How likely it is to find so few, or so many, whichever is less likely, in independent tries."""

    def exactly(count: int) -> float:
        return float(comb(tries, count) * probability**count * (1.0 - probability) ** (tries - count))

    few = sum(exactly(count) for count in range(found + 1))
    many = sum(exactly(count) for count in range(found, tries + 1))
    return min(few, many)
