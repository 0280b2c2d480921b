"""What the eight do in each epoch, and what they learn afterwards about the records they were given."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from attacks.conversation import phone
from scenario.society import NAMES, PATIENCE_S, Society

from oracle.domain.asked import BatchState
from oracle.domain.ids import BatchId
from oracle.domain.reports import AskingMode, OutcomeLine, RawSubject, Verdict

OWN = 4_000
"""Numbers that each has for its records."""
NOBODYS = 99_000
STEPS_S = (30_000, 60_000)
"""Each is longer than what disputes, reports and rulings wait for; after the second the epoch ends soon, and
what was earned and learned in it is brought to the chain."""
PAIR = ("Inventor", "Friend")
PRAISED = range(20, 26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One batch."""

    asker: str
    numbers: tuple[int, ...]
    express: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    epoch: int
    question: Question
    batch_id: BatchId


@dataclass(kw_only=True, repr=False)  # asyncio shows results of tasks: all of a story is long
class Story:
    society: Society
    listed: int
    """Records that everyone but one publishes in every epoch."""
    asked: list[Asked] = field(default_factory=list)
    rated: list[Counter[tuple[str, str, Verdict]]] = field(default_factory=list)
    """By epoch, how often who said what of whose records."""
    changed: list[Counter[str]] = field(default_factory=list)
    """By epoch, records that each published."""

    async def begin(self) -> None:
        """The first epoch: everyone publishes and takes up its grant; the auditors commit their seeds."""
        await self._publish(0)
        self.rated.append(Counter())
        await self.society.turn()

    async def epoch(self) -> None:
        """From the draw of the last one to the settlement of what this one has brought."""
        society = self.society
        await society.next_epoch()
        epoch = society.epoch
        await society.drawn()
        await self._publish(epoch)
        await self._ask(epoch)
        await self._answered(epoch)
        await society.decided()
        await self._rate(epoch)
        for seconds in STEPS_S:
            await society.later(seconds)
            await society.turn()
            await society.decided()

    async def end(self) -> None:
        """The draw of the last epoch, and its cases to their end."""
        society = self.society
        await society.next_epoch()
        await society.drawn()
        await society.turn()
        await society.decided()
        await society.later(STEPS_S[0])
        await society.audit()
        self.rated.append(Counter())
        self.changed.append(Counter())

    async def _publish(self, epoch: int) -> None:
        publishing = [name for name in NAMES if name != "Stale" or epoch == 0]
        for name in publishing:
            numbers = [self._held(name, epoch + 1, number) for number in range(self.listed)]
            await self.society.members[name].imports(*map(phone, numbers))
        self.changed.append(Counter(dict.fromkeys(publishing, self.listed)))

    async def _ask(self, epoch: int) -> None:
        for question in self.questions(epoch):
            accepted = await self.society.members[question.asker].requester.desk.submit(
                [RawSubject(type="phone", value=phone(number)) for number in question.numbers],
                purpose=None,
                case_reference=f"case {epoch}",
                deadline_s=None if question.express else 600,
                mode=AskingMode.EXPRESS if question.express else AskingMode.COMMITTED,
                deadline_ms=60_000 if question.express else None,
            )
            (batch,) = accepted.batches
            self.asked.append(
                Asked(epoch=epoch, question=question, batch_id=BatchId(bytes.fromhex(batch[2:])))
            )

    async def _answered(self, epoch: int) -> None:
        """Until every question is answered and every receipt taken, but for those that are ignored."""
        unanswered = ["not asked yet"]
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while unanswered:
                    await self.society.turn()
                    unanswered = await self._unanswered(epoch)
        assert not unanswered, unanswered

    async def _unanswered(self, epoch: int) -> list[str]:
        """What is still to come, of each member: batches by their state, and holders that have no receipt."""
        found: list[str] = []
        silent = self.society.members["Silent"].id
        for name in NAMES:
            journals = self.society.members[name].requester.journals
            batches = [one for one in self.asked if one.epoch == epoch and one.question.asker == name]
            states = {(await journals.asked.batch(one.batch_id)).state for one in batches}  # type: ignore[union-attr]  # it is asked
            waiting = {one.holder for one in await journals.receipts.pending() if not one.hits}
            if states - {BatchState.DONE} or waiting - {silent}:
                found.append(f"{name}: {sorted(states)}, receipts for {sorted(waiting)}")
        return found

    async def _rate(self, epoch: int) -> None:
        """Everyone says what came of its cases, where a record was disclosed to it."""
        said: Counter[tuple[str, str, Verdict]] = Counter()
        for question in self.questions(epoch):
            lines = [
                OutcomeLine(
                    line=line,
                    verdict=verdict(question.asker, number),
                    case_reference=f"case {epoch}",
                    type="phone",
                    value=phone(number),
                )
                for line, number in enumerate(question.numbers, start=1)
            ]
            ratings = self.society.members[question.asker].accounts.ratings
            report = await ratings.rate_outcomes(lines)
            expected = Counter(
                (question.asker, owner, verdict(question.asker, number))
                for number in question.numbers
                if (owner := owner_of(number)) is not None and rates(question.asker, owner)
            )
            assert report.confirmed + report.refuted == expected.total(), (question, report)
            said.update(expected)
        self.rated.append(said)

    def _held(self, name: str, epoch: int, number: int) -> int:
        """A record of this member that it has published before this epoch."""
        earlier = 0 if name == "Stale" else epoch - 1
        return OWN * NAMES.index(name) + self.listed * earlier + number

    def questions(self, epoch: int) -> Iterator[Question]:
        """Everyone asks about what others hold; who reads without claiming asks three times."""

        def of(name: str, *numbers: int) -> tuple[int, ...]:
            return tuple(self._held(name, epoch, number) for number in numbers)

        yield Question(
            asker="Alder",
            numbers=(*of("Birch", 0), *of("Stale", 0), *of("Silent", 0), *of("Inventor", 0, 1), NOBODYS),
        )
        yield Question(
            asker="Birch", numbers=(*of("Alder", 0), *of("Stale", 1), *of("Silent", 1), *of("Inventor", 2, 3))
        )
        yield Question(asker="Stale", numbers=(*of("Alder", 1), *of("Birch", 1)))
        yield Question(asker="Inventor", numbers=(*of("Friend", *PRAISED), *of("Alder", 2)))
        yield Question(asker="Friend", numbers=of("Inventor", *PRAISED))
        yield Question(asker="Silent", numbers=(*of("Alder", 3), *of("Birch", 3), *of("Inventor", 4, 5)))
        yield Question(asker="Reader", numbers=of("Alder", 4))
        yield Question(asker="Reader", numbers=of("Birch", 4))
        yield Question(asker="Reader", numbers=(*of("Alder", 5), *of("Birch", 5)))
        yield Question(asker="Unanchored", numbers=(*of("Alder", 6), *of("Birch", 6)), express=True)


def owner_of(number: int) -> str | None:
    return None if number == NOBODYS else NAMES[number // OWN]


def rates(asker: str, holder: str) -> bool:
    """Who claims nothing is given nothing, nor is anybody by who ignores claims."""
    return asker != "Reader" and holder != "Silent"


def verdict(asker: str, number: int) -> Verdict:
    """Nothing that the inventor lists is true; its friend says otherwise."""
    false = owner_of(number) == "Inventor" and asker not in PAIR
    return Verdict.REFUTED if false else Verdict.CONFIRMED
