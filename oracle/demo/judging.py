"""Holds every answer against the lists themselves: plain sets, none of the product's index or curve."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oracle.demo.lists import HeldList
from oracle.domain.reports import Finding, QueryState, RawSubject, SubjectResult
from oracle.domain.subject import Subject, subject_type
from oracle.subjects import SubjectRefused, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Counts per (holder, subject)."""

    hits: int
    misses: int
    no_answers: int
    disclosed: int
    wrong: int


def read(raw: RawSubject) -> Subject | None:
    """The canonical subject, None for what no institution can hold or ask."""
    kind = subject_type(raw.type)
    try:
        return None if kind is None else canonical(kind, raw.value)
    except SubjectRefused:
        return None


def plain_set(held: HeldList) -> frozenset[Subject]:
    """The subjects of a list as Python's own set."""
    return frozenset(subject for subject in map(read, held.lines) if subject is not None)


def judge(
    state: QueryState, asked: tuple[RawSubject, ...], holders: Mapping[int, tuple[frozenset[Subject], str]]
) -> Judgement:
    """Compare each answer with the holder's plain set, and each record with its list's category.

    `holders`: member number to its set and its category. An answer that is missing counts as such and
    is not wrong; an answer from nobody we know, or a record of another category, is.
    """
    found = list(state.results)
    wrong = sum(not _is_right(result, asked, holders) for result in found)
    expected = sum(read(raw) is not None for raw in asked) * len(holders)
    answered = {(result.index, result.holder) for result in found if result.state is not Finding.NO_ANSWER}
    return Judgement(
        hits=_count(found, Finding.HIT),
        misses=_count(found, Finding.MISS),
        no_answers=expected - len(answered),
        disclosed=sum(bool(result.record) for result in found),
        wrong=wrong,
    )


def _is_right(
    result: SubjectResult,
    asked: tuple[RawSubject, ...],
    holders: Mapping[int, tuple[frozenset[Subject], str]],
) -> bool:
    if result.state is Finding.NO_ANSWER:
        return True
    if result.holder not in holders:
        return False
    held, category = holders[result.holder]
    subject = read(asked[result.index])
    if (subject in held) is not (result.state is Finding.HIT):
        return False
    return all(item.category == category for item in result.record)


def _count(results: Iterable[SubjectResult], state: Finding) -> int:
    return sum(result.state is state for result in results)
