"""Asks about a file stretch by stretch: few in flight, answers in the file's order, none asked twice."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import stamina

from oracle.api.client import LocalClient
from oracle.api.connection import ProblemReported
from oracle.cli.stretching import Lines
from oracle.domain.errors import RiskmeshError, Transient
from oracle.domain.reports import (
    AskingMode,
    HolderProgress,
    QueryAccepted,
    QuerySummary,
    RawSubject,
    Stretch,
    SubjectResult,
)

IN_FLIGHT: Final = 4
"""Stretches that are asked and not written yet: what is held in memory, and what the daemon has to carry."""
PATIENCE_S: Final = 600.0
"""A daemon that is restarted, or the chain behind it, is waited for so long."""
LONGEST_PAUSE_S: Final = 5.0
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a query says besides its subjects; the same for all stretches of a run."""

    purpose: int | None
    case_reference: str
    deadline_s: int | None
    mode: AskingMode
    deadline_ms: int | None


@dataclass(slots=True, kw_only=True)
class Answers:
    """A stretch with everything that came of it."""

    lines: Lines
    query_id: str = ""
    refused: dict[int, str] = field(default_factory=dict)
    """By position among the stretch's subjects."""
    results: dict[tuple[int, int], SubjectResult] = field(default_factory=dict, repr=False)
    """By that position, and holder."""
    holders: dict[tuple[str, int], HolderProgress] = field(default_factory=dict)


class FileRun:
    """Whatever ends it, the same run again finds what was asked in the daemon's journals and goes on."""

    def __init__(self, client: LocalClient, run: str, asking: Asking) -> None:
        self._client = client
        self._run = run
        self._asking = asking

    async def answers(self, cut: Iterator[Lines]) -> AsyncIterator[Answers]:
        """In the file's order; the next stretch is read when one of those in flight is done."""
        waiting: deque[asyncio.Task[Answers]] = deque()
        try:
            while (lines := await asyncio.to_thread(next, cut, None)) is not None:
                waiting.append(asyncio.create_task(self._answered(lines)))
                if len(waiting) == IN_FLIGHT:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _answered(self, lines: Lines) -> Answers:
        answers = Answers(lines=lines)
        if not lines.subjects:
            return answers
        stretch = lines.stretch(self._run)
        accepted = await _patiently(
            lambda: submit(self._client, lines.subjects, self._asking, stretch=stretch)
        )
        answers.query_id = accepted.query_id
        answers.refused = {one.index: one.reason for one in accepted.refused}
        while not await self._followed(answers):
            # A stream may last for hours and end with the daemon; each time it is waited for anew.
            await asyncio.sleep(LONGEST_PAUSE_S / 5)
            await _patiently(self._client.readiness)
        return answers

    async def _followed(self, answers: Answers) -> bool:
        """Take what comes until the query is final; False when the stream broke off before."""
        try:
            async for event in self._client.query_events(answers.query_id):
                match event:
                    case SubjectResult():
                        answers.results[event.index, event.holder] = event
                    case HolderProgress():
                        answers.holders[event.batch_id, event.holder] = event
                    case QuerySummary():
                        pass
        except RiskmeshError as error:
            if not _passes(error):
                raise
            return False
        return True


async def submit(
    client: LocalClient, subjects: Sequence[RawSubject], asking: Asking, *, stretch: Stretch | None = None
) -> QueryAccepted:
    return await client.submit(
        subjects,
        purpose=asking.purpose,
        case_reference=asking.case_reference,
        deadline_s=asking.deadline_s,
        mode=asking.mode,
        deadline_ms=asking.deadline_ms,
        stretch=stretch,
    )


async def _patiently(call: Callable[[], Awaitable[_Answer]]) -> _Answer:
    async for attempt in stamina.retry_context(
        on=_passes, attempts=None, timeout=PATIENCE_S, wait_initial=0.2, wait_max=LONGEST_PAUSE_S
    ):
        with attempt:
            return await call()
    raise AssertionError("stamina re-raises after its last attempt")


def _passes(error: Exception) -> bool:
    """Whether it goes away by itself: nobody has to do anything but wait."""
    if isinstance(error, ProblemReported):
        return error.problem.kind == "transient"
    return isinstance(error, Transient)
