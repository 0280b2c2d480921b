"""What a member is told about reports of its batches that were not answered in time."""

import pytest
from stage.consortium import Consortium

from oracle.chain.facts import ReportClosed, Reported
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import ChainStatus, WaitingKind, WaitingLine
from oracle.governing.names import MemberNames
from oracle.peer.contacts import Contacts
from oracle.wiring.problems import problems_of
from oracle.wiring.waiting import WaitingDesk

ASKER, REPORTER = 1, 2
BATCHES = (BatchId(b"\x01" * 32), BatchId(b"\x02" * 32))
ANSWER_S, APPEAL_S = 100, 20_000


@pytest.fixture
def reported(consortium: Consortium) -> Consortium:
    """Two batches of member 1, by member 2."""
    for batch in BATCHES:
        consortium.chain.happen(
            lambda at, batch=batch: Reported(
                at=at,
                requester=MemberId(ASKER),
                batch_id=batch,
                reporter=MemberId(REPORTER),
                count=7,
                answerable_until=at.block_timestamp + ANSWER_S,
                appeal_by=at.block_timestamp + ANSWER_S + APPEAL_S,
            )
        )
    return consortium


def _seen(consortium: Consortium) -> ChainStatus:
    head = consortium[ASKER].base.view.head
    assert head is not None
    return ChainStatus(chain_id=1, reachable=True, head_block=head.number, cursor_block=head.number)


def _problems(consortium: Consortium, number: int) -> list[str]:
    base = consortium[number].base
    found = problems_of(base, _seen(consortium), MemberId(number), now_s=base.clock.chain_time())
    return [problem for problem in found if "report" in problem]


async def _lines(consortium: Consortium, number: int) -> list[WaitingLine]:
    names = MemberNames(view=consortium[number].base.view, known=("Asker", "North", "South"))
    desk = WaitingDesk(consortium[number].base, MemberId(number), contacts=Contacts(), names=names)
    lines = (await desk.report(_seen(consortium))).lines
    return [line for line in lines if line.kind is WaitingKind.REPORT]


async def test_problems__reports_that_can_still_be_answered__are_none(reported: Consortium) -> None:
    assert _problems(reported, ASKER) == []
    first, second = await _lines(reported, ASKER)
    assert (first.code, second.code) == ("reported", "reported")
    assert first.deadline == (first.since or 0) + ANSWER_S


async def test_problems__unanswered_reports__are_told_together_with_the_time_for_a_vote(
    reported: Consortium,
) -> None:
    reported.chain.pass_time(ANSWER_S + 2)

    (problem,) = _problems(reported, ASKER)

    assert problem.startswith("2 reports of our express batches are unanswered")
    assert "within 5 h" in problem
    assert "Ask the members for an appeal" in problem
    assert _problems(reported, REPORTER) == []
    for number in (ASKER, REPORTER):
        lines = await _lines(reported, number)
        assert [line.code for line in lines] == ["report_unanswered"] * 2
        assert lines[0].deadline == (lines[0].since or 0) + ANSWER_S + APPEAL_S


async def test_problems__reports_overturned_by_a_vote__are_none(reported: Consortium) -> None:
    reported.chain.pass_time(ANSWER_S + 2)
    for batch in BATCHES:
        reported.chain.happen(
            lambda at, batch=batch: ReportClosed(at=at, requester=MemberId(ASKER), batch_id=batch, state=5)
        )

    assert _problems(reported, ASKER) == []
    assert await _lines(reported, ASKER) == []
