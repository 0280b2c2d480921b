"""Anchors of express batches, and reports of those that none was known of."""

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import assert_never

from oracle.chain.facts import Anchored, NonceReuseProven, ReportClosed, Reported
from oracle.domain.errors import Broken
from oracle.domain.ids import BatchId, MemberId


class ReportState(IntEnum):
    """The contract's numbering; all but OPEN are final."""

    OPEN = 1
    NEEDLESS = 2
    ANSWERED_LATE = 3
    BREACHED = 4
    OVERTURNED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    reported: Reported
    state: ReportState = ReportState.OPEN

    def is_unanswered(self, now: int) -> bool:
        """Whether its time to be answered is over, and neither a vote nor its closing has ended it."""
        return self.state is ReportState.OPEN and now > self.reported.answerable_until


@dataclass(slots=True)
class AnchorBook:
    _anchors: dict[tuple[MemberId, bytes], Anchored] = field(default_factory=dict)
    _reports: dict[tuple[MemberId, BatchId], Report] = field(default_factory=dict)
    _open: dict[MemberId, dict[BatchId, Report]] = field(default_factory=dict)
    """Those of them that are open, by requester: looked at for each express request."""
    reused_nonces: set[tuple[MemberId, int]] = field(default_factory=set)

    def apply(self, fact: Anchored | Reported | ReportClosed | NonceReuseProven) -> None:
        match fact:
            case Anchored():
                self._anchors[fact.requester, fact.root] = fact
            case Reported():
                report = Report(reported=fact)
                self._reports[fact.requester, fact.batch_id] = report
                self._open.setdefault(fact.requester, {})[fact.batch_id] = report
            case ReportClosed():
                key = (fact.requester, fact.batch_id)
                if key not in self._reports:
                    raise Broken("A report is closed that was never made: a fact is missing from the journal")
                self._reports[key] = replace(self._reports[key], state=ReportState(fact.state))
                self._open[fact.requester].pop(fact.batch_id, None)
            case NonceReuseProven():
                self.reused_nonces.add((fact.requester, fact.nonce))
            case _:
                assert_never(fact)

    @property
    def all(self) -> tuple[Anchored, ...]:
        return tuple(self._anchors.values())

    def anchor(self, requester: MemberId, root: bytes) -> Anchored | None:
        return self._anchors.get((requester, root))

    def report(self, requester: MemberId, batch: BatchId) -> Report | None:
        return self._reports.get((requester, batch))

    @property
    def reports(self) -> tuple[Report, ...]:
        """All of them, in the order in which they were made."""
        return tuple(self._reports.values())

    @property
    def open_reports(self) -> tuple[Report, ...]:
        """Those that nobody has answered, overturned or closed."""
        return tuple(report for on_one in self._open.values() for report in on_one.values())

    def open_reports_by(self, reporter: MemberId) -> tuple[Report, ...]:
        return tuple(report for report in self.open_reports if report.reported.reporter == reporter)

    def open_reports_on(self, requester: MemberId) -> tuple[Report, ...]:
        return tuple(self._open.get(requester, {}).values())
