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


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    reported: Reported
    state: ReportState = ReportState.OPEN


@dataclass(slots=True)
class AnchorBook:
    _anchors: dict[tuple[MemberId, bytes], Anchored] = field(default_factory=dict)
    _reports: dict[tuple[MemberId, BatchId], Report] = field(default_factory=dict)
    reused_nonces: set[tuple[MemberId, int]] = field(default_factory=set)

    def apply(self, fact: Anchored | Reported | ReportClosed | NonceReuseProven) -> None:
        match fact:
            case Anchored():
                self._anchors[fact.requester, fact.root] = fact
            case Reported():
                self._reports[fact.requester, fact.batch_id] = Report(reported=fact)
            case ReportClosed():
                key = (fact.requester, fact.batch_id)
                if key not in self._reports:
                    raise Broken("A report is closed that was never made: a fact is missing from the journal")
                self._reports[key] = replace(self._reports[key], state=ReportState(fact.state))
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

    def open_reports_by(self, reporter: MemberId) -> tuple[Report, ...]:
        """Those that this member made and nobody has answered or closed."""
        return tuple(
            report
            for report in self._reports.values()
            if report.reported.reporter == reporter and report.state is ReportState.OPEN
        )

    def open_reports_on(self, requester: MemberId) -> tuple[Report, ...]:
        """Those that this member has to answer, in the order in which they were made."""
        return tuple(
            report
            for (accused, _), report in self._reports.items()
            if accused == requester and report.state is ReportState.OPEN
        )
