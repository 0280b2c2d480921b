"""Tells one follower of a query what it has not been told yet: of a hundred parts one changes at a time."""

from collections.abc import Iterator
from itertools import repeat

from oracle.asking.results import PartReport
from oracle.domain.reports import Finding, HolderProgress, SubjectResult


class Told:
    """What a follower knows of each part."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, int], tuple[PartReport, bool]] = {}

    def news(self, report: PartReport, *, final: bool) -> Iterator[HolderProgress | SubjectResult]:
        """What is new in this part; a report that was told before is not looked through again.

        "No answer yet" about every subject is no news while the holder may still answer: not before `final`.
        """
        key = report.progress.batch_id, report.progress.holder
        before, with_silence = self._parts.get(key, (None, False))
        if before is report and (with_silence or not final):
            return
        if before is None or before.progress != report.progress:
            yield report.progress
        known = repeat(None) if before is None else before.results
        for result, told in zip(report.results, known, strict=False):
            silent = result.state is Finding.NO_ANSWER
            if silent and not final:
                continue
            if result != told or (silent and not with_silence):
                yield result
        self._parts[key] = report, final
