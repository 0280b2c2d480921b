"""Disputes of the requester: noted, decided, opened once."""

import dataclasses

import pytest
from stage.consortium import Consortium, House

from oracle.accounting.disputing import DisputeTooLate, NothingToDispute
from oracle.asking.receipt_writing import ReceiptWriter
from oracle.chain.facts.audits import CaseSettled
from oracle.config.settings import DisputeSettings
from oracle.domain.audits import CaseState
from oracle.domain.disputes import DisputeGround, DisputeState
from oracle.domain.ids import MemberId
from oracle.domain.reports import UnknownReference
from oracle.store.disputes import DisputeJournal
from oracle.store.tables import answers
from oracle.wiring.disputes import build_disputing

NORTH = MemberId(2)
CLAIM_WINDOW_S = 3_600


async def _unanswered(consortium: Consortium) -> tuple[House, str]:
    """A query whose holder took it, proved two hits, and is gone when the receipt comes."""
    asker = consortium[1]
    accepted = await asker.submit("both.example", "north.example")
    await asker.commit()
    await consortium[2].answer()
    await asker.judge()
    asker.client.away.add(NORTH)
    await asker.settle()
    return asker, accepted.query_id


async def _decided(consortium: Consortium) -> tuple[House, str]:
    """One of its two claims disputed by hand, and the case on the chain."""
    asker, query_id = await _unanswered(consortium)
    consortium.chain.pass_time(CLAIM_WINDOW_S + 200)
    await asker.accounts.disputes.open_dispute(query_id=query_id, index=1, holder=2)
    await asker.requester.disputing.round()
    return asker, query_id


async def test_round__receipt_unanswered_beyond_patience__notes_every_claim_and_opens_none(
    consortium: Consortium,
) -> None:
    asker, _ = await _unanswered(consortium)
    await asker.requester.disputing.round()
    assert (await asker.accounts.disputes.disputes()).own == ()

    consortium.chain.pass_time(2 * CLAIM_WINDOW_S + 200)
    await asker.requester.disputing.round()

    report = await asker.accounts.disputes.disputes()
    unanswered = (DisputeGround.UNANSWERED, DisputeState.NOTED, 100)
    assert {one.index: (one.ground, one.state, one.amount) for one in report.own} == {
        0: unanswered,
        1: unanswered,
    }
    assert report.cases == ()


async def test_open__one_claim__is_a_case_with_its_price_in_escrow(consortium: Consortium) -> None:
    asker, query_id = await _decided(consortium)

    report = await asker.accounts.disputes.disputes()

    (case,) = report.cases
    (opened,) = [one for one in report.own if one.case_id]
    assert (opened.case_id, opened.index, opened.state) == (case.case_id, 1, DisputeState.OPENED)
    assert (case.accused, case.opener, case.amount) == (2, 1, 100)
    assert consortium.chain.view.balance(asker.id) == 1_000_000 - 100
    orders = [name for name, _ in asker.lane.orders if name == "openDispute"]
    await asker.accounts.disputes.open_dispute(query_id=query_id, index=1, holder=2)
    await asker.requester.disputing.round()
    assert [name for name, _ in asker.lane.orders if name == "openDispute"] == orders


async def test_open__nothing_wrong_or_window_still_open__is_refused(consortium: Consortium) -> None:
    asker, query_id = await _unanswered(consortium)

    for index, holder in ((0, 2), (0, 3), (9, 2)):
        with pytest.raises(NothingToDispute):
            await asker.accounts.disputes.open_dispute(query_id=query_id, index=index, holder=holder)
    with pytest.raises(UnknownReference):
        await asker.accounts.disputes.open_dispute(query_id="none", index=0, holder=2)


async def test_open__after_holders_have_forgotten__is_refused(consortium: Consortium) -> None:
    asker, query_id = await _unanswered(consortium)
    consortium.chain.pass_time(2 * CLAIM_WINDOW_S + 200)
    await asker.requester.disputing.round()
    consortium.chain.pass_time(604_800)

    with pytest.raises(DisputeTooLate):
        await asker.accounts.disputes.open_dispute(query_id=query_id, index=1, holder=2)


async def test_receipt__disputed_and_then_forgotten_by_its_holder__stays_charged(
    consortium: Consortium,
) -> None:
    """What was accepted stands in the holder's books; the price comes back through the dispute, and once."""
    asker, _ = await _decided(consortium)
    owed, _ = await asker.requester.journals.charges.totals(NORTH)
    async with consortium[2].base.database.writing() as connection:
        await connection.execute(answers.delete())
    asker.client.away.clear()

    await asker.settle()

    assert await asker.requester.journals.receipts.pending() == ()
    assert (await asker.requester.journals.charges.totals(NORTH))[0] == owed
    assert owed.hits == 2


async def _hits_charged(asker: House) -> int:
    return (await asker.requester.journals.charges.totals(NORTH))[0].hits


async def test_receipt__answered_late_under_a_dispute__stays_charged_for_what_is_in_escrow(
    consortium: Consortium,
) -> None:
    """The ledger sets the escrow off against the voucher: one that counted less would be short by it."""
    asker, _ = await _decided(consortium)
    asker.client.away.clear()

    await asker.settle()

    assert await asker.requester.journals.receipts.pending() == ()
    assert await _hits_charged(asker) == 1


async def test_open__after_the_receipt_was_answered_late__charges_the_claim_again(
    consortium: Consortium,
) -> None:
    asker, query_id = await _unanswered(consortium)
    consortium.chain.pass_time(2 * CLAIM_WINDOW_S + 200)
    await asker.requester.disputing.round()
    asker.client.away.clear()
    await asker.settle()
    assert await _hits_charged(asker) == 0

    await asker.accounts.disputes.open_dispute(query_id=query_id, index=1, holder=2)
    await asker.requester.disputing.round()

    assert await _hits_charged(asker) == 1


@pytest.mark.parametrize(
    ("outcome", "hits"), [(CaseState.UPHELD, 1), (CaseState.DISMISSED, 1), (CaseState.LAPSED, 0)]
)
async def test_round__case_settled_after_a_late_answer__charges_what_the_ledger_sets_off(
    consortium: Consortium, outcome: CaseState, hits: int
) -> None:
    asker, _ = await _decided(consortium)
    asker.client.away.clear()
    await asker.settle()
    (dispute,) = await DisputeJournal(asker.base.database).opened()
    case_id = asker.requester.disputing.case_of(dispute)

    consortium.chain.happen(lambda at: CaseSettled(at=at, case_id=case_id, outcome=outcome))
    await asker.requester.disputing.round()

    assert await _hits_charged(asker) == hits


async def test_round__the_ledger_refuses__says_why_and_can_be_tried_again(consortium: Consortium) -> None:
    asker, query_id = await _unanswered(consortium)
    consortium.chain.pass_time(CLAIM_WINDOW_S + 200)
    asker.lane.refused["openDispute"] = "NotEntitled"
    await asker.accounts.disputes.open_dispute(query_id=query_id, index=0, holder=2)
    await asker.requester.disputing.round()
    (failed,) = [one for one in (await asker.accounts.disputes.disputes()).own if one.failure]
    assert (failed.state, "NotEntitled" in failed.failure) == (DisputeState.FAILED, True)

    del asker.lane.refused["openDispute"]
    await asker.accounts.disputes.open_dispute(query_id=query_id, index=0, holder=2)
    await asker.requester.disputing.round()

    assert len((await asker.accounts.disputes.disputes()).cases) == 1


async def test_round__the_ledger_has_it_already__takes_it_as_opened(consortium: Consortium) -> None:
    """The transaction of a journal that was lost had reached the chain."""
    asker, query_id = await _unanswered(consortium)
    consortium.chain.pass_time(CLAIM_WINDOW_S + 200)
    asker.lane.refused["openDispute"] = "CaseAlreadyOpened"
    await asker.accounts.disputes.open_dispute(query_id=query_id, index=0, holder=2)
    await asker.requester.disputing.round()

    states = {one.state for one in (await asker.accounts.disputes.disputes()).own}
    assert states == {DisputeState.NOTED, DisputeState.OPENED}


async def test_round__case_settled__closes_the_dispute(consortium: Consortium) -> None:
    asker, _ = await _decided(consortium)
    (dispute,) = await DisputeJournal(asker.base.database).opened()
    case_id = asker.requester.disputing.case_of(dispute)

    consortium.chain.happen(lambda at: CaseSettled(at=at, case_id=case_id, outcome=CaseState.UPHELD))
    await asker.requester.disputing.round()

    assert await DisputeJournal(asker.base.database).opened() == ()


async def test_round__configured_to_be_automatic__opens_what_it_notes(consortium: Consortium) -> None:
    asker, _ = await _unanswered(consortium)
    settings = dataclasses.replace(
        asker.base.settings, disputes=DisputeSettings(automatic=True, unanswered_after_s=0)
    )
    requester = asker.requester
    writer = ReceiptWriter(me=asker.id, lane=requester.lane, notary=asker.notary, view=consortium.chain.view)
    disputing = build_disputing(
        dataclasses.replace(asker.base, settings=settings),
        asker.id,
        requester.journals,
        writer=writer,
        notary=asker.notary,
    )
    consortium.chain.pass_time(CLAIM_WINDOW_S + 200)

    await disputing.round()

    report = await asker.accounts.disputes.disputes()
    assert [one.state for one in report.own] == [DisputeState.OPENED, DisputeState.OPENED]
    assert len(report.cases) == 2
