"""What an institution's own cases say of disclosed items: which outcome speaks for which item, and how."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from oracle.domain.reports import Verdict
from oracle.domain.subject import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One closed case: by its reference, by the subject it was about, or by both."""

    line: int
    """In the file that it came from."""
    verdict: Verdict
    case_reference: str = field(default="", repr=False)
    subject: Subject | None = field(default=None, repr=False)

    def speaks_of(self, case_reference: str, subject: Subject) -> bool:
        """Whether it is about this subject, asked about under this reference."""
        return self.case_reference in {"", case_reference} and self.subject in {None, subject}


class Outcomes:
    """Many of them, found by what they name."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self.all = tuple(outcomes)
        self._by_case: defaultdict[str, list[Outcome]] = defaultdict(list)
        self._by_subject: defaultdict[Subject, list[Outcome]] = defaultdict(list)
        for one in self.all:
            if one.subject is None:
                self._by_case[one.case_reference].append(one)
            else:
                self._by_subject[one.subject].append(one)

    def verdict_on(self, case_reference: str, subject: Subject) -> tuple[Verdict | None, tuple[int, ...]]:
        """What all that speak of it say together, and their lines; None where none does or two contradict."""
        near = (*self._by_case.get(case_reference, ()), *self._by_subject.get(subject, ()))
        speaking = [one for one in near if one.speaks_of(case_reference, subject)]
        verdicts = {one.verdict for one in speaking}
        return next(iter(verdicts)) if len(verdicts) == 1 else None, tuple(one.line for one in speaking)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRules:
    """Which closing codes of the institution's own system say what; compared without case."""

    confirmed: frozenset[str]
    refuted: frozenset[str]
    ignored: frozenset[str]
    """Known, and they say nothing of the record."""

    def verdict(self, code: str) -> Verdict | None:
        """None for a code that says nothing, or is not known."""
        plain = code.strip().casefold()
        if plain in self.confirmed:
            return Verdict.CONFIRMED
        return Verdict.REFUTED if plain in self.refuted else None

    def knows(self, code: str) -> bool:
        return code.strip().casefold() in self.confirmed | self.refuted | self.ignored


def contradicting(rules: RatingRules) -> Iterable[str]:
    """Codes that stand in more than one list."""
    pairs = (
        (rules.confirmed, rules.refuted),
        (rules.confirmed, rules.ignored),
        (rules.refuted, rules.ignored),
    )
    return sorted({code for one, other in pairs for code in one & other})
