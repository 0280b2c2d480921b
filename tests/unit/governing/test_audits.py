"""What an institution sees of auditors, cases and quality."""

import pytest
from stage.consortium import Consortium

from oracle.chain.books.anchors import ReportState
from oracle.chain.facts import Breached, FreshnessNoted, Rated, ReportClosed, Reported
from oracle.chain.facts.audits import AuditorAppointed, CaseAnswered, CaseOpened, Disputed, VerdictCast
from oracle.domain.audits import BreachKind, CaseKind
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.reports import CaseReason, CaseStanding, UnknownReference
from oracle.governing.audits import AuditsDesk
from oracle.governing.names import MemberNames

AUDITOR = Address("0x00000000000000000000000000000000000000AA")
CASE = b"\x01" * 32


def _desk(consortium: Consortium) -> AuditsDesk:
    names = MemberNames(view=consortium.chain.view, known=("North",))
    return AuditsDesk(me=MemberId(2), view=consortium.chain.view, names=names, clock=consortium[1].base.clock)


async def test_auditors__appointed__are_listed(consortium: Consortium) -> None:
    consortium.chain.happen(
        lambda at: AuditorAppointed(
            at=at,
            auditor=AUDITOR,
            sealing_suite=1,
            sealing_key=b"\x02" * 32,
            tls_fingerprint=b"\x04" * 32,
            certificate=b"\x30",
            name_hash=b"\x03" * 32,
        )
    )
    (line,) = await _desk(consortium).auditors()
    assert (line.account, line.sealing_key) == (AUDITOR, "0x" + "02" * 32)


async def test_cases__a_dispute_that_was_answered__says_what_waits_and_until_when(
    consortium: Consortium,
) -> None:
    now = consortium[1].base.clock.chain_time()
    consortium.chain.happen(
        lambda at: CaseOpened(
            at=at,
            case_id=CASE,
            kind=CaseKind.DISPUTE,
            accused=MemberId(2),
            opener=1,
            subject=b"\x04" * 32,
            answer_by=now + 100,
            decide_by=now + 10_000,
            appeal_window_s=50,
            most=1,
        ),
        lambda at: Disputed(at=at, case_id=CASE, reply_digest=b"\x05" * 32, amount=300),
        lambda at: CaseAnswered(at=at, case_id=CASE, digest=b"\x06" * 32),
        lambda at: VerdictCast(at=at, case_id=CASE, auditor=AUDITOR, found=1, reason=b"\x07" * 32),
    )
    (line,) = await _desk(consortium).cases()
    assert (line.reason, line.standing) == (CaseReason.DISPUTE, CaseStanding.ANSWERED)
    assert (line.accused, line.accused_name, line.opener, line.amount) == (2, "North", 1, 300)
    assert (line.upheld_votes, line.dismissed_votes, line.appeal_by) == (1, 0, None)


def _reported(consortium: Consortium, *, batch: bytes = CASE) -> tuple[int, int]:
    """Member 2's batch by member 1; returns until when it can be answered, and appealed against."""
    (fact,) = consortium.chain.happen(
        lambda at: Reported(
            at=at,
            requester=MemberId(2),
            batch_id=BatchId(batch),
            reporter=MemberId(1),
            count=7,
            answerable_until=at.block_timestamp + 100,
            appeal_by=at.block_timestamp + 300,
        )
    )
    return fact.at.block_timestamp + 100, fact.at.block_timestamp + 300


async def test_cases__a_report_of_our_batch__is_open_then_upheld_and_says_what_to_do(
    consortium: Consortium,
) -> None:
    until, appeal_by = _reported(consortium)
    (line,) = await _desk(consortium).cases()
    assert (line.case_id, line.reason) == (line.subject, CaseReason.REPORT)
    assert line.subject == "0x" + CASE.hex()
    assert (line.accused, line.accused_name, line.opener) == (2, "North", 1)
    assert (line.standing, line.found, line.most) == (CaseStanding.OPEN, 0, 1)
    assert (line.answer_by, line.appeal_by) == (until, None)
    assert "keep it running" in line.to_do

    consortium.chain.pass_time(101)

    (line,) = await _desk(consortium).cases()
    assert (line.standing, line.found, line.appeal_by) == (CaseStanding.UPHELD, 1, appeal_by)
    assert "Ask the members for an appeal" in line.to_do


@pytest.mark.parametrize(
    ("state", "outcome", "found", "overturned"),
    [
        (ReportState.NEEDLESS, CaseStanding.DISMISSED, 0, False),
        (ReportState.ANSWERED_LATE, CaseStanding.ANSWERED, 0, False),
        (ReportState.BREACHED, CaseStanding.UPHELD, 1, False),
        (ReportState.OVERTURNED, CaseStanding.DISMISSED, 0, True),
    ],
)
async def test_cases__a_report_that_has_ended__says_how(
    *, consortium: Consortium, state: ReportState, outcome: CaseStanding, found: int, overturned: bool
) -> None:
    _reported(consortium)
    consortium.chain.pass_time(101)
    consortium.chain.happen(
        lambda at: ReportClosed(at=at, requester=MemberId(2), batch_id=BatchId(CASE), state=int(state))
    )

    (line,) = await _desk(consortium).cases()

    assert (line.standing, line.outcome) == (CaseStanding.SETTLED, outcome)
    assert (line.found, line.overturned, line.appeal_by, line.to_do) == (found, overturned, None, "")


async def test_cases__and_reports__are_listed_together_the_newest_first(consortium: Consortium) -> None:
    _reported(consortium)
    consortium.chain.happen(
        lambda at: CaseOpened(
            at=at,
            case_id=b"\x02" * 32,
            kind=CaseKind.CAUSE,
            accused=MemberId(2),
            opener=1,
            subject=b"\x04" * 32,
            answer_by=at.block_timestamp + 100,
            decide_by=at.block_timestamp + 200,
            appeal_window_s=50,
            most=1,
        )
    )
    _reported(consortium, batch=b"\x03" * 32)

    lines = await _desk(consortium).cases()

    assert [line.case_id[2:4] for line in lines] == ["03", "02", "01"]


async def test_quality__ratings_changes_and_breaches_of_earlier_epochs__are_what_counts(
    consortium: Consortium,
) -> None:
    desk = _desk(consortium)
    before = {line.member_id: line for line in await desk.quality()}[2]
    assert (before.score_bps, before.confirmed, before.categories) == (5_000, 0, ())
    epoch = consortium.chain.view.epoch_of(consortium[1].base.clock.chain_time())
    holder = MemberId(2)
    consortium.chain.happen(
        lambda at: Rated(
            at=at, requester=MemberId(1), holder=holder, category=4, confirmed=20, refuted=0, epoch=epoch
        ),
        lambda at: FreshnessNoted(at=at, member_id=holder, counted=300, epoch=epoch),
        lambda at: Breached(at=at, member_id=holder, kind=BreachKind.DISPUTE, ref=CASE, epoch=epoch),
    )
    same = {line.member_id: line for line in await desk.quality()}[2]
    assert (same.score_bps, same.entitlement) == (before.score_bps, before.entitlement)
    assert same.next_score_bps > same.score_bps

    consortium.chain.pass_time(consortium.chain.view.parameter("epoch_length_s").value)
    line = {line.member_id: line for line in await desk.quality()}[2]
    assert (line.score_bps, line.confirmed, line.refuted) == (same.next_score_bps, 20_000, 0)
    assert (line.breaches, line.breach_bps) == (1, 2_500)
    assert line.entitlement > before.entitlement
    assert [(part.category, part.confirmed) for part in line.categories] == [("telecom_fraud", 20_000)]


async def test_quality__of_one_member__has_its_course_and_what_would_raise_it(
    consortium: Consortium,
) -> None:
    await consortium.whole("north.example")
    await consortium[2].accounts.credits.redeem([1])
    consortium.chain.pass_time(2_000)

    report = await _desk(consortium).quality_of(None)

    assert (report.line.member_id, report.paid_hits, report.rated_hits) == (2, 1, 0)
    assert [one.epoch for one in report.epochs] == [0, 1, 2]
    assert report.epochs[-1].score_bps == report.line.score_bps
    assert any("1 of 1 paid hits" in sentence for sentence in report.advice)
    with pytest.raises(UnknownReference):
        await _desk(consortium).quality_of(9)
