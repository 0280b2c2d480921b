"""A follower is told what is new, and what it knows costs nothing to find out."""

from collections.abc import Iterator
from typing import ClassVar

from oracle.asking.results import PartReport
from oracle.asking.telling import Told
from oracle.domain.reports import Finding, HolderProgress, HolderState, SubjectResult


class Results(tuple[SubjectResult, ...]):
    """Notes when somebody looks through them."""

    __slots__ = ()
    looks: ClassVar[list[int]] = []

    def __iter__(self) -> Iterator[SubjectResult]:
        self.looks.append(len(self))
        return super().__iter__()


def _report(state: HolderState, *findings: Finding, holder: int = 2, latency_ms: int = 1) -> PartReport:
    return PartReport(
        progress=HolderProgress(
            batch_id="0x01",
            holder=holder,
            holder_name="North",
            state=state,
            asked=len(findings),
            hits=0,
            paid=0,
            latency_ms=latency_ms,
            reason="",
        ),
        results=Results(
            SubjectResult(index=index, holder=holder, state=finding) for index, finding in enumerate(findings)
        ),
        awaited=False,
    )


def test_report__told_before__is_not_looked_through_again() -> None:
    told, report = Told(), _report(HolderState.ANSWERED, *[Finding.MISS] * 1_000)

    assert list(told.news(report, final=False)) == [report.progress, *tuple(report.results)]
    Results.looks.clear()
    assert list(told.news(report, final=False)) == []
    assert list(told.news(report, final=False)) == []
    assert Results.looks == []


def test_silence__while_the_holder_may_answer__is_no_news_and_told_once_in_the_end() -> None:
    told, report = Told(), _report(HolderState.DECLINED, Finding.NO_ANSWER, Finding.NO_ANSWER)

    assert list(told.news(report, final=False)) == [report.progress]
    assert list(told.news(report, final=True)) == list(report.results)
    assert list(told.news(report, final=True)) == []


def test_answer__after_silence__is_told_with_the_progress_that_changed() -> None:
    told = Told()
    waiting = _report(HolderState.WAITING, Finding.NO_ANSWER, Finding.NO_ANSWER)
    answered = _report(HolderState.ANSWERED, Finding.MISS, Finding.HIT)
    paid = _report(HolderState.ANSWERED, Finding.MISS, Finding.HIT, latency_ms=2)

    assert list(told.news(waiting, final=False)) == [waiting.progress]
    assert list(told.news(answered, final=False)) == [answered.progress, *answered.results]
    assert list(told.news(paid, final=True)) == [paid.progress]


def test_parts__of_two_holders__are_told_apart() -> None:
    told = Told()
    one, other = (_report(HolderState.ANSWERED, Finding.MISS, holder=holder) for holder in (2, 3))

    assert len(list(told.news(one, final=True))) == len(list(told.news(other, final=True))) == 2
