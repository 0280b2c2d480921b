"""Disputes from both sides: noted, decided, opened once, answered in time with what was kept."""

import dataclasses

import pytest
from stage.consortium import Consortium, House

from oracle.accounting.defending import AuditorUnknown, CaseNotOpen
from oracle.accounting.disputing import DisputeTooLate, NothingToDispute
from oracle.asking.receipt_writing import ReceiptWriter
from oracle.chain.facts.audits import AuditorAppointed, CaseOpened, CaseSettled
from oracle.config.settings import DisputeSettings
from oracle.crypto.sealing import SealingKey
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.disputes import DisputeGround, DisputeState
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.reports import UnknownReference
from oracle.peer.bodies.case_answer import (
    CaseAnswerBody,
    case_answer_digest,
    case_answer_info,
    decode_case_answer,
)
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.frames import frame
from oracle.store.disputes import DisputeJournal
from oracle.wiring.disputes import build_disputing

NORTH = MemberId(2)
AUDITOR = Address("0x52908400098527886E0F7030069857D2E4169EE7")
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


async def test_defence__receipt_never_came__answers_with_the_reply_it_signed(consortium: Consortium) -> None:
    await _decided(consortium)
    north = consortium[2]

    await north.accounts.defending.round()
    await north.accounts.defending.round()

    (case,) = (await north.accounts.disputes.disputes()).cases
    assert [name for name, _ in north.lane.orders if name == "answer"] == ["answer"]
    body = await _opened(consortium, north, case.case_id, case.answer)
    assert body.head
    assert body.request
    assert (body.receipt_digest, body.disclosures) == (b"", b"")


async def test_defence__claim_was_served__answers_with_the_record_that_it_disclosed(
    consortium: Consortium,
) -> None:
    accepted = await consortium.whole("north.example")
    asker, north = consortium[1], consortium[2]
    batch = await asker.batch(accepted)
    taken = await north.holder.claimed.of_digest(asker.id, await _claim_digest(asker, batch.batch_id))
    assert taken is not None
    assert taken.record_digest is not None
    await asker.lane.execute(
        "dispute",
        asker.base.contracts.audits.open_dispute(
            NORTH, claim=taken.claim_digest, reply=b"\x01" * 32, amount=100
        ),
    )

    await north.accounts.defending.round()

    (case,) = (await north.accounts.disputes.disputes()).cases
    body = await _opened(consortium, north, case.case_id, case.answer)
    assert (body.requester, body.batch_id, body.index) == (asker.id, batch.batch_id, taken.index)
    (record,) = decode_disclosures(frame(body.disclosures[4:], at_least=0)).records
    assert record.record_frame


async def _claim_digest(asker: House, batch_id: BatchId) -> bytes:
    receipt = await asker.requester.journals.receipts.receipt(batch_id, NORTH)
    assert receipt is not None
    (claim,) = decode_receipt(receipt.frame, count=1).claims
    return asker.notary.digest(claim.claim(batch_id=batch_id, holder=NORTH))


async def _opened(consortium: Consortium, accused: House, case: str, answer: str | None) -> CaseAnswerBody:
    """What an auditor gets that asks, opened with its key and held against the chain."""
    key = SealingKey(b"\x07" * 32)
    consortium.chain.happen(
        lambda at: AuditorAppointed(
            at=at,
            auditor=AUDITOR,
            sealing_suite=1,
            sealing_key=key.public,
            tls_fingerprint=bytes(32),
            certificate=b"\x30",
            name_hash=bytes(32),
        )
    )
    case_id = bytes.fromhex(case[2:])
    sealed = await accused.accounts.disputes.sealed_answer(case_id=case_id, auditor=AUDITOR.lower())
    content = key.open(bytes.fromhex(sealed.sealed[2:]), case_answer_info(case_id, AUDITOR))
    assert "0x" + case_answer_digest(content).hex() == sealed.digest == answer
    body = decode_case_answer(content)
    assert body.case_id == case_id
    return body


async def test_sealed_answer__nobody_in_office_or_no_answer__is_refused(consortium: Consortium) -> None:
    await _decided(consortium)
    north = consortium[2]
    (case,) = (await north.accounts.disputes.disputes()).cases
    case_id = bytes.fromhex(case.case_id[2:])
    with pytest.raises(UnknownReference):
        await north.accounts.disputes.sealed_answer(case_id=case_id, auditor=AUDITOR)
    await north.accounts.defending.round()
    with pytest.raises(AuditorUnknown):
        await north.accounts.defending.sealed_for(case_id, AUDITOR)


async def test_answer__a_case_for_cause__is_given_by_hand_and_once(consortium: Consortium) -> None:
    north, case_id = consortium[2], b"\x11" * 32
    now = consortium.chain.view.now
    opened = CaseOpened(
        at=consortium.chain.history[0].at,
        case_id=case_id,
        kind=CaseKind.CAUSE,
        accused=NORTH,
        opener=1,
        subject=b"\x12" * 32,
        answer_by=now + 1_000,
        decide_by=now + 2_000,
        appeal_window_s=50,
        most=1,
    )
    consortium.chain.happen(lambda at: dataclasses.replace(opened, at=at))
    await north.accounts.defending.round()
    assert [name for name, _ in north.lane.orders if name == "answer"] == []

    line = await north.accounts.disputes.answer_case(case_id=case_id, digest=b"\x13" * 32)

    assert line.answer == "0x" + "13" * 32
    with pytest.raises(CaseNotOpen):
        await north.accounts.disputes.answer_case(case_id=case_id, digest=b"\x14" * 32)
    with pytest.raises(UnknownReference):
        await consortium[1].accounts.disputes.answer_case(case_id=case_id, digest=b"\x14" * 32)


async def test_defence__stopped_between_writing_and_sending__sends_what_was_written(
    consortium: Consortium,
) -> None:
    await _decided(consortium)
    north = consortium[2]
    (case,) = (await north.accounts.disputes.disputes()).cases
    case_id = bytes.fromhex(case.case_id[2:])
    north.lane.refused["answer"] = "NodeGone"
    await north.accounts.defending.round()
    written = await north.accounts.defending.digest_of(case_id)

    del north.lane.refused["answer"]
    await north.accounts.defending.round()

    assert written is not None
    assert consortium.chain.view.audits.cases[case_id].answer == written


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
