"""What every implementation of the services does: the rooms in memory, and the client in front of them."""

from collections.abc import AsyncIterator

import pytest

from oracle.api.connection import ProblemReported
from oracle.api.ports import Services
from oracle.crypto.keccak import keccak256
from oracle.domain.application import Application
from oracle.domain.disputes import DisputeState
from oracle.domain.errors import RiskmeshError
from oracle.domain.record import Category
from oracle.domain.reports import (
    BadLineReport,
    CaseReason,
    Finding,
    ImportFormat,
    ImportSummary,
    ProposalState,
    QueryPhase,
    QuerySummary,
    RawSubject,
    SignedBallot,
    Stretch,
    SubjectResult,
    Support,
    Verdict,
)

HIT = RawSubject(type="phone", value="+46701234567")
MISS = RawSubject(type="phone", value="+4915112345678")
STRANGE = RawSubject(type="colour", value="green")


def code_of(error: RiskmeshError) -> str:
    return error.problem.code if isinstance(error, ProblemReported) else error.code


async def in_pieces(text: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


async def ask(offered: Services, *subjects: RawSubject) -> str:
    accepted = await offered.queries.submit(subjects, purpose=2, case_reference="C-1", deadline_s=60)
    return accepted.query_id


async def test_query__two_good_subjects_and_a_strange_one__asks_two_and_names_the_third(
    offered: Services,
) -> None:
    accepted = await offered.queries.submit(
        (HIT, STRANGE, MISS), purpose=None, case_reference="", deadline_s=None
    )
    state = await offered.queries.query_state(accepted.query_id)
    assert accepted.asked == 2
    assert [one.index for one in accepted.refused] == [1]
    assert {one.index: one.state for one in state.results} == {0: Finding.HIT, 2: Finding.MISS}
    assert state.results[0].record[0].category == "telecom_fraud"


async def test_query__nothing_usable__is_refused_with_the_rooms_code(offered: Services) -> None:
    with pytest.raises(RiskmeshError) as caught:
        await ask(offered, STRANGE)
    assert code_of(caught.value) == "nothing_to_ask"


async def test_query_events__a_finished_query__end_with_the_final_summary(offered: Services) -> None:
    query_id = await ask(offered, HIT, MISS)
    events = [event async for event in offered.queries.query_events(query_id)]
    assert sum(isinstance(event, SubjectResult) for event in events) == 2
    last = events[-1]
    assert isinstance(last, QuerySummary)
    assert last.phase is QueryPhase.COMPLETE
    assert last.hits == 1


async def test_query_events__an_unknown_query__say_so(offered: Services) -> None:
    with pytest.raises(RiskmeshError) as caught:
        async for _ in offered.queries.query_events("nowhere"):
            pass
    assert code_of(caught.value) == "unknown_reference"


async def test_queries__more_than_the_limit__returns_the_newest(offered: Services) -> None:
    for _ in range(3):
        await ask(offered, HIT)
    assert [one.query_id for one in await offered.queries.queries(limit=2)] == ["q3", "q2"]


async def test_import__one_bad_line__reports_and_skips_it(offered: Services) -> None:
    text = b"phone,+4670\ncolour,green\nphone,+4671\n"
    imported = offered.records.import_records(in_pieces(text), file_format=ImportFormat.CSV, strict=False)
    events = [event async for event in imported]
    assert BadLineReport(line=2, reason="unknown subject type") in events
    assert events[-1] == ImportSummary(lines=3, imported=2, skipped=1, applied=True)
    assert (await offered.records.dataset_stats()).records == 2


async def test_import__strict_with_a_bad_line__changes_nothing(offered: Services) -> None:
    imported = offered.records.import_records(
        in_pieces(b"phone,+4670\nbad\n"), file_format=ImportFormat.CSV, strict=True
    )
    events = [event async for event in imported]
    assert events[-1] == ImportSummary(lines=2, imported=0, skipped=1, applied=False)
    assert (await offered.records.dataset_stats()).records == 0


async def test_records__listed_in_pages__come_each_once(offered: Services) -> None:
    text = b"".join(b"phone,+%d\n" % number for number in range(10, 15))
    async for _ in offered.records.import_records(
        in_pieces(text), file_format=ImportFormat.CSV, strict=False
    ):
        pass
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await offered.records.records(limit=2, after=after)
        seen += [record.value for record in page.records]
        after = page.next
        if after is None:
            break
    assert seen == ["+10", "+11", "+12", "+13", "+14"]


async def test_remove__a_held_and_an_unheld_subject__counts_both(offered: Services) -> None:
    async for _ in offered.records.import_records(
        in_pieces(b"phone,+4670\n"), file_format=ImportFormat.CSV, strict=False
    ):
        pass
    summary = await offered.records.remove_records(
        (RawSubject(type="phone", value="+4670"), MISS), refuted=True
    )
    assert (summary.removed, summary.not_held) == (1, 1)


async def test_publish__twice__counts_up(offered: Services) -> None:
    assert (await offered.records.publish_snapshot()).sequence == 1
    assert (await offered.records.publish_snapshot()).sequence == 2


async def test_audits__auditors_cases_and_quality__arrive_as_they_are(offered: Services) -> None:
    assert [one.sealing_suite for one in await offered.audits.auditors()] == [1]
    assert [one.reason for one in await offered.audits.cases()] == [CaseReason.DISPUTE, CaseReason.CAUSE]
    lines = await offered.audits.quality()
    assert [(one.name, one.categories[0].category) for one in lines] == [
        ("Bank A", "telecom_fraud"),
        ("Bank B", "telecom_fraud"),
    ]


async def test_members__two__are_listed_by_number(offered: Services) -> None:
    assert [member.name for member in await offered.members.members()] == ["Bank A", "Bank B"]


async def test_admission__proposed_voted_and_carried__is_executed(
    offered: Services, application: Application
) -> None:
    proposed = await offered.governance.propose_admission(application)
    form = await offered.governance.ballot_form(proposed.proposal_id, Support.FOR)
    assert (form.support, form.nonce, form.proposal_id) == (Support.FOR, 3, proposed.proposal_id)
    voted = await offered.governance.submit_ballot(
        SignedBallot(
            proposal_id=form.proposal_id, support=form.support, voter=form.voter, signature=bytes(range(65))
        )
    )
    assert (voted.votes_for, voted.own_vote) == (1, Support.FOR)
    carried = await offered.governance.carry(proposed.proposal_id)
    assert carried.state is ProposalState.EXECUTED
    assert await offered.governance.proposals() == (carried,)


async def test_carry__an_unknown_proposal__says_so(offered: Services) -> None:
    with pytest.raises(RiskmeshError) as caught:
        await offered.governance.carry("99")
    assert code_of(caught.value) == "unknown_reference"


async def test_redeem__one_requester__reports_its_pair(offered: Services) -> None:
    report = await offered.credits.redeem([2])
    assert [(pair.requester, pair.paid) for pair in report.pairs] == [(2, 40)]


async def test_credits__asked__show_what_is_owed(offered: Services) -> None:
    summary = await offered.credits.credits()
    assert summary.given[0].amount == 140
    assert summary.received == ()


async def test_statement__of_one_epoch__comes_with_the_whole_reconciliation(offered: Services) -> None:
    report = await offered.credits.statement(epoch=1)
    assert [(one.epoch, one.opening, one.closing) for one in report.epochs] == [(1, 900, 860)]
    assert [(one.name, one.stated, one.ledger) for one in report.values] == [("balance", 860, 860)]
    assert report.reconciled


async def test_statement__of_an_epoch_to_come__is_refused(offered: Services) -> None:
    with pytest.raises(RiskmeshError) as caught:
        await offered.credits.statement(epoch=9)
    assert code_of(caught.value) == "epoch_unknown"


async def test_disputes__one_noted_and_one_case__are_told_apart(offered: Services) -> None:
    report = await offered.disputes.disputes()
    assert [(one.query_id, one.state) for one in report.own] == [("q1", DisputeState.NOTED)]
    assert [one.reason for one in report.cases] == [CaseReason.DISPUTE]
    opened = await offered.disputes.open_dispute(query_id="q1", index=0, holder=2)
    assert opened.state is DisputeState.OPENING


async def test_dispute__of_what_was_served__is_refused(offered: Services) -> None:
    with pytest.raises(RiskmeshError) as caught:
        await offered.disputes.open_dispute(query_id="q1", index=3, holder=2)
    assert code_of(caught.value) == "nothing_to_dispute"


async def test_audit__opened_for_cause__is_a_case(offered: Services) -> None:
    line = await offered.dossiers.open_audit(accused=3, batch_id=b"\x0b" * 32)
    assert (line.reason, line.accused, line.subject) == (CaseReason.CAUSE, 3, "0x" + "0b" * 32)


async def test_case__answered_by_hand__takes_the_file(offered: Services) -> None:
    line = await offered.dossiers.answer_case(case_id=b"\x01" * 32, name="no.txt", content=b"\x00\xff")
    assert line.answer == "0x" + keccak256(b"\x00\xff").hex()


async def test_recalls__both_ways__are_told_apart(offered: Services) -> None:
    report = await offered.recalls.recalls()
    assert [(one.query_id, one.reason) for one in report.taken] == [("q1", "refuted")]
    assert [(one.requester, one.told) for one in report.sent] == [(3, False)]


async def test_rate__a_disclosed_item__is_taken(offered: Services) -> None:
    query_id = await ask(offered, HIT)
    report = await offered.ratings.rate(
        query_id=query_id, index=0, holder=2, category=Category.TELECOM_FRAUD, verdict=Verdict.CONFIRMED
    )
    assert (report.category, report.verdict) == ("telecom_fraud", Verdict.CONFIRMED)


async def test_store__compacted__says_what_was_forgotten(offered: Services) -> None:
    report = await offered.store.compact()
    assert (report.batches, report.answers, report.transactions, report.commitments) == (3, 4, 5, 6)
    assert report.bytes_after < report.bytes_before


async def test_status__asked__names_the_institution(offered: Services) -> None:
    assert (await offered.status.status()).name == "Bank A"


async def test_query__the_same_stretch_of_a_file_twice__is_one_query(offered: Services) -> None:
    asked = {
        stretch: [
            await offered.queries.submit(
                (HIT, MISS), purpose=None, case_reference="", deadline_s=None, stretch=stretch
            )
            for _ in range(2)
        ]
        for stretch in (Stretch(run="5a" * 16, first_line=first, last_line=first + 1) for first in (1, 3))
    }
    identifiers = [{one.query_id for one in accepted} for accepted in asked.values()]
    assert identifiers == [{"q1"}, {"q2"}]
