"""Reports of unanchored batches, shown as the accusations that they are."""

from oracle.chain.books.anchors import Report, ReportState
from oracle.domain.ids import MemberId
from oracle.domain.reports import CaseLine, CaseReason, CaseStanding
from oracle.governing.names import MemberNames
from oracle.rules.anchoring import what_to_do_about_a_report

_OUTCOMES = {
    ReportState.NEEDLESS: CaseStanding.DISMISSED,
    ReportState.ANSWERED_LATE: CaseStanding.ANSWERED,
    ReportState.BREACHED: CaseStanding.UPHELD,
    ReportState.OVERTURNED: CaseStanding.DISMISSED,
}


def report_line(report: Report, *, me: MemberId, names: MemberNames, now: int) -> CaseLine:
    """Named by its batch; nobody rules on it: its proof does, or its time."""
    reported, unanswered = report.reported, report.is_unanswered(now)
    open_, batch_id = report.state is ReportState.OPEN, "0x" + reported.batch_id.hex()
    standing = CaseStanding.SETTLED
    if open_:
        standing = CaseStanding.UPHELD if unanswered else CaseStanding.OPEN
    return CaseLine(
        case_id=batch_id,
        reason=CaseReason.REPORT,
        standing=standing,
        accused=reported.requester,
        accused_name=names.name_of(reported.requester),
        subject=batch_id,
        opened_at=reported.at.block_timestamp,
        answer_by=reported.answerable_until,
        decide_by=reported.answerable_until,
        upheld_votes=0,
        dismissed_votes=0,
        overturned=report.state is ReportState.OVERTURNED,
        found=int(unanswered or report.state is ReportState.BREACHED),
        most=1,
        amount=0,
        opener=reported.reporter,
        appeal_by=reported.appeal_by if unanswered else None,
        outcome=_OUTCOMES.get(report.state),
        to_do=what_to_do_about_a_report(unanswered=unanswered) if open_ and reported.requester == me else "",
    )
