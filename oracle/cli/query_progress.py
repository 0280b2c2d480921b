"""Shows a query on its way: how many holders have answered, how many hits so far."""

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from oracle.api.ports import QueryEvent
from oracle.cli.command import Session
from oracle.domain.reports import (
    Finding,
    HolderProgress,
    HolderState,
    QueryPhase,
    QuerySummary,
    SubjectResult,
)

_PHASES = {
    QueryPhase.JOURNALLED: "committing on the chain",
    QueryPhase.ASKED: "asking holders",
    QueryPhase.COMMITTED: "waiting for holders",
    QueryPhase.COMPLETE: "complete",
    QueryPhase.EXPIRED: "deadline passed",
}


class QueryProgress:
    """A progress bar that nobody sees unless the session is watched."""

    def __init__(self, session: Session) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:.0f}/{task.total:.0f} replies"),
            TextColumn("[bold]{task.fields[hits]}[/bold] hits"),
            TimeElapsedColumn(),
            console=session.err,
            transient=True,
            disable=not session.watched,
        )
        self._task = self._progress.add_task(_PHASES[QueryPhase.JOURNALLED], total=1, hits=0)
        self._holders: dict[tuple[str, int], HolderState] = {}
        self._hits: set[int] = set()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, event: QueryEvent) -> None:
        match event:
            case QuerySummary():
                self._progress.update(self._task, description=_PHASES[event.phase])
            case HolderProgress():
                self._holders[event.batch_id, event.holder] = event.state
                done = sum(state is not HolderState.WAITING for state in self._holders.values())
                self._progress.update(self._task, total=len(self._holders), completed=done)
            case SubjectResult():
                if event.state is Finding.HIT:
                    self._hits.add(event.index)
                    self._progress.update(self._task, hits=len(self._hits))
