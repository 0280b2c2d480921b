"""Rates what was disclosed by what the institution's own cases came to."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from oracle.accounting.ports import Names
from oracle.accounting.rating import RatingDesk
from oracle.domain.asked import AskedBatch, Question
from oracle.domain.ids import MemberId
from oracle.domain.reports import HolderRatings, NotRatable, OutcomeLine, OutcomeReport, Verdict
from oracle.domain.subject import Subject, subject_type
from oracle.rules.outcomes import Outcome, Outcomes
from oracle.store.asked import AskedJournal
from oracle.store.ratings import RatedItem
from oracle.store.receipts import ReceiptJournal
from oracle.subjects import SubjectRefused, canonical

ALL = 2**31
NO_SUCH = "No query that is still kept has this case reference or asked about this subject."
NOTHING = "No record was disclosed about it."
CONTRADICTION = "Another line says the contrary of the same record; neither counts."


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What has been found while the journals are read through."""

    rated: list[RatedItem] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    """Lines that some query was about."""
    spoken: set[int] = field(default_factory=set)
    """Lines that some disclosed record was rated by, or would have been."""
    contradicted: set[int] = field(default_factory=set)


class OutcomeDesk:
    """Reads the same journals for the same file to the same ratings: a file can be given again."""

    def __init__(
        self, *, asked: AskedJournal, receipts: ReceiptJournal, rating: RatingDesk, names: Names
    ) -> None:
        self._asked = asked
        self._receipts = receipts
        self._rating = rating
        self._names = names

    async def rate_outcomes(self, lines: Sequence[OutcomeLine]) -> OutcomeReport:
        """Give each disclosed item that these outcomes speak of its verdict, once."""
        outcomes, refused = _outcomes(lines)
        reading = _Reading()
        async for batch, question in self._batches():
            await self._read(batch, question, outcomes, reading)
        added = await self._rating.add_all(reading.rated)
        verdicts = Counter(item.verdict for item in added)
        return OutcomeReport(
            confirmed=verdicts[Verdict.CONFIRMED],
            refuted=verdicts[Verdict.REFUTED],
            rated_before=len(reading.rated) - len(added),
            not_ratable=(*refused, *_left_over(outcomes, reading)),
            holders=await self._holders(),
        )

    async def _batches(self) -> AsyncIterator[tuple[AskedBatch, Question]]:
        for query_id in await self._asked.query_ids(limit=ALL):
            question = await self._asked.question(query_id)
            if question is not None:
                for batch in await self._asked.batches_of(query_id):
                    yield batch, question

    async def _read(
        self, batch: AskedBatch, question: Question, outcomes: Outcomes, reading: _Reading
    ) -> None:
        said: dict[int, Verdict] = {}
        for element, opening in enumerate(batch.content.openings):
            verdict, lines = outcomes.verdict_on(question.case_reference, opening.subject)
            reading.asked.update(lines)
            if verdict is not None:
                said[element] = verdict
            else:
                reading.contradicted.update(lines)
        if not said:
            return
        for receipt in await self._receipts.receipts_of(batch.batch_id):
            for record in () if receipt.settled is None else receipt.settled.records:
                if record.index not in said:
                    continue
                subject = batch.content.openings[record.index].subject
                reading.spoken.update(outcomes.verdict_on(question.case_reference, subject)[1])
                reading.rated += [
                    RatedItem(
                        batch_id=batch.batch_id,
                        index=record.index,
                        holder=receipt.holder,
                        category=item.category,
                        verdict=said[record.index],
                    )
                    for item in record.record.items
                ]

    async def _holders(self) -> tuple[HolderRatings, ...]:
        waiting: defaultdict[MemberId, int] = defaultdict(int)
        for item in await self._rating.waiting():
            waiting[item.holder] += 1
        return tuple(
            HolderRatings(
                holder=holder,
                name=self._names.name_of(holder),
                waiting=count,
                allowed=min(count, self._rating.room(holder)),
            )
            for holder, count in sorted(waiting.items())
        )


def _outcomes(lines: Sequence[OutcomeLine]) -> tuple[Outcomes, list[NotRatable]]:
    """What can be looked for, and lines whose subject is none."""
    outcomes, refused = [], []
    for line in lines:
        subject: Subject | None = None
        if line.type:
            kind = subject_type(line.type)
            try:
                subject = None if kind is None else canonical(kind, line.value)
            except SubjectRefused as error:
                refused.append(NotRatable(line=line.line, why=f"The subject is none: {error}"))
                continue
            if subject is None:
                refused.append(NotRatable(line=line.line, why="There is no subject type of this name."))
                continue
        if subject is None and not line.case_reference:
            refused.append(NotRatable(line=line.line, why="It names neither a case nor a subject."))
            continue
        outcomes.append(
            Outcome(line=line.line, verdict=line.verdict, case_reference=line.case_reference, subject=subject)
        )
    return Outcomes(outcomes), refused


def _left_over(outcomes: Outcomes, reading: _Reading) -> list[NotRatable]:
    """Lines that rated nothing."""
    left = []
    for one in outcomes.all:
        if one.line in reading.spoken:
            continue
        if one.line in reading.contradicted:
            left.append(NotRatable(line=one.line, why=CONTRADICTION))
        else:
            left.append(NotRatable(line=one.line, why=NOTHING if one.line in reading.asked else NO_SUCH))
    return left
