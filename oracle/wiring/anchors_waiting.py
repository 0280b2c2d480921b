"""What of express mode waits for the chain: batches without anchor or proof, and open reports."""

from collections.abc import AsyncIterator

from oracle.domain.ids import MemberId
from oracle.domain.reports import WaitingKind, WaitingLine
from oracle.governing.names import MemberNames
from oracle.rules.waiting import Why, why_no_anchor, why_no_proof, why_reported
from oracle.store.anchors import AnchorJournal
from oracle.store.census import Census
from oracle.wiring.foundation import Foundation


async def anchors_waiting(base: Foundation, me: MemberId, names: MemberNames) -> AsyncIterator[WaitingLine]:
    """One line for what waits together, one for each report that is open."""
    journal = AnchorJournal(base.database)
    batches, decided = await journal.waiting()
    if batches or decided:
        oldest = await journal.unanchored(limit=1)
        yield _line("express", why_no_anchor(batches, decided), since=oldest[0].issued_at if oldest else None)
    unproven, since = await Census(base.database).unproven()
    if unproven:
        yield _line("express", why_no_proof(unproven), since=since)
    view = base.view
    for report in (*view.anchors.open_reports_on(me), *view.anchors.open_reports_by(me)):
        reported, mine = report.reported, report.reported.requester == me
        other = reported.reporter if mine else reported.requester
        unanswered = report.is_unanswered(base.clock.chain_time())
        why = why_reported(mine=mine, unanswered=unanswered)
        yield WaitingLine(
            kind=WaitingKind.REPORT,
            reference="0x" + reported.batch_id.hex(),
            member=other,
            name=names.name_of(other),
            code=why.code,
            why=why.text,
            since=reported.at.block_timestamp,
            deadline=reported.appeal_by if unanswered else reported.answerable_until,
        )


def _line(reference: str, why: Why, *, since: int | None) -> WaitingLine:
    return WaitingLine(kind=WaitingKind.ANCHOR, reference=reference, code=why.code, why=why.text, since=since)
