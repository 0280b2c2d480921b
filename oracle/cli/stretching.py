"""Cuts a file of any length into stretches of at most a batch, and says of each line why it is not asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from oracle.cli.subject_files import SubjectLine
from oracle.dataset.lines import BadLine
from oracle.domain.query import MAX_BATCH
from oracle.domain.reports import RawSubject, Stretch
from oracle.domain.subject import subject_type
from oracle.subjects import SubjectRefused, canonical

MOST_LINES: Final = 2 * MAX_BATCH
"""Of a stretch, so that one of bad lines alone ends, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of a stretch: a subject to ask about, or the reason why there is none."""

    line: int
    subject: RawSubject | None = field(repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A stretch with what its lines say."""

    entries: tuple[Entry, ...]

    @property
    def subjects(self) -> tuple[RawSubject, ...]:
        return tuple(entry.subject for entry in self.entries if entry.subject is not None)

    def stretch(self, run: str) -> Stretch:
        return Stretch(run=run, first_line=self.entries[0].line, last_line=self.entries[-1].line)


def stretches(lines: Iterable[SubjectLine | BadLine]) -> Iterator[Lines]:
    """The same for the same file, so that a run is continued where it stopped."""
    entries: list[Entry] = []
    subjects = 0
    for line in lines:
        entry = _entry(line)
        entries.append(entry)
        subjects += entry.subject is not None
        if subjects == MAX_BATCH or len(entries) == MOST_LINES:
            yield Lines(entries=tuple(entries))
            entries, subjects = [], 0
    if entries:
        yield Lines(entries=tuple(entries))


def _entry(line: SubjectLine | BadLine) -> Entry:
    """What the daemon would refuse is found here, where its line is known."""
    if isinstance(line, BadLine):
        return Entry(line=line.number, subject=None, reason=line.reason)
    kind = subject_type(line.subject.type)
    if kind is None:
        return Entry(line=line.number, subject=None, reason="the subject type is not known")
    try:
        canonical(kind, line.subject.value)
    except SubjectRefused as refused:
        return Entry(line=line.number, subject=None, reason=str(refused))
    return Entry(line=line.number, subject=line.subject)
