"""A party's own part in its cases: written before it is sent, handed out until the case is over."""

import dataclasses

import pytest
from stage.consortium import Consortium, House

from oracle.auditing.accusing import NotThisRecord
from oracle.auditing.answering_cases import CaseNotOpen
from oracle.auditing.claim_file import decode_claim_file, encode_claim_file
from oracle.auditing.disclosure_file import DisclosureFile, decode_disclosure_file, encode_disclosure_file
from oracle.auditing.rebuttal_file import decode_rebuttal_file
from oracle.auditing.serving import NotThisClaim
from oracle.chain.facts.audits import CaseOpened, CaseSettled
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import MemberId
from oracle.domain.reports import RecordState, UnknownReference
from oracle.domain.settlement import ServedStatus
from oracle.rules.cases import Case
from oracle.store.openings import KeptOpening

NORTH = MemberId(2)
CLAIM_WINDOW_S = 3_600


async def disputed(consortium: Consortium) -> Case:
    """The receipt did not reach North; the claim of its first hit is a case, and both have looked at it."""
    asker = consortium[1]
    accepted = await asker.submit("both.example", "north.example")
    await asker.commit()
    await consortium[2].answer()
    await asker.judge()
    consortium.chain.pass_time(CLAIM_WINDOW_S + 200)
    await asker.accounts.disputes.open_dispute(query_id=accepted.query_id, index=1, holder=2)
    await asker.requester.disputing.round()
    for number in (1, 2):
        await consortium[number].audited.answering.round()
    (case,) = consortium.chain.view.audits.cases.values()
    return case


async def kept(house: House, case: Case) -> KeptOpening:
    found = await house.audited.answering._journal.of(case.id)  # noqa: SLF001 - to look
    assert found is not None
    return found


async def handed(consortium: Consortium, case: Case) -> bytes:
    """What North shows once an auditor has brought it the claim."""
    claim = decode_claim_file((await kept(consortium[1], case)).file)
    await consortium[2].audited.answering.take(case, encode_claim_file(claim.without_reply()))
    return (await kept(consortium[2], case)).file


async def test_dispute__claim_never_came__is_answered_without_and_served_once_it_is_handed_over(
    consortium: Consortium,
) -> None:
    case = await disputed(consortium)
    assert case.answer == (await kept(consortium[2], case)).digest
    assert decode_disclosure_file((await kept(consortium[2], case)).file).record is None

    file = await handed(consortium, case)

    record = decode_disclosure_file(file).record
    assert record is not None
    assert record.status is ServedStatus.SERVED
    assert await handed(consortium, case) != b""
    assert [name for name, _ in consortium[2].lane.orders if name == "answer"] == ["answer"]


async def test_record__handed_on_to_the_requester__is_shown_with_the_query(consortium: Consortium) -> None:
    case = await disputed(consortium)
    file = await handed(consortium, case)

    await consortium[1].audited.answering.take(case, file)
    await consortium[1].audited.answering.take(case, file)

    (query_id,) = await consortium[1].requester.journals.asked.query_ids(limit=9)
    results = (await consortium[1].requester.desk.query_state(query_id)).results
    states = {(one.index, one.record_state) for one in results if one.holder == NORTH and one.record_state}
    assert states == {(0, RecordState.PENDING), (1, RecordState.DISCLOSED)}
    await consortium[1].settle()
    results = (await consortium[1].requester.desk.query_state(query_id)).results
    assert (1, RecordState.DISCLOSED) in {(one.index, one.record_state) for one in results}


async def test_record__that_is_not_the_committed_one__is_not_taken(consortium: Consortium) -> None:
    case = await disputed(consortium)
    file = decode_disclosure_file(await handed(consortium, case))
    assert file.record is not None
    other = dataclasses.replace(file.record, salt=bytes(16))
    nothing = DisclosureFile(case_id=case.id, salt=bytes(16), record=None)

    for wrong in (dataclasses.replace(file, record=other), nothing):
        with pytest.raises(NotThisRecord):
            await consortium[1].audited.answering.take(case, encode_disclosure_file(wrong))


async def test_claim__that_is_not_the_disputed_one__is_not_served(consortium: Consortium) -> None:
    case = await disputed(consortium)
    claim = decode_claim_file((await kept(consortium[1], case)).file)
    forged = dataclasses.replace(claim.claim, signature=bytes(65))

    for wrong in (
        dataclasses.replace(claim, claim=forged),
        dataclasses.replace(claim, claim=dataclasses.replace(claim.claim, blind=b"\x01" * 32)),
    ):
        with pytest.raises(NotThisClaim):
            await consortium[2].audited.answering.take(case, encode_claim_file(wrong))

    assert decode_disclosure_file((await kept(consortium[2], case)).file).record is None


async def test_claim__less_in_escrow_than_its_price__is_not_served(consortium: Consortium) -> None:
    case = dataclasses.replace(await disputed(consortium), amount=99)

    assert decode_disclosure_file(await handed(consortium, case)).record is None


async def test_answer__stopped_between_writing_and_sending__sends_what_was_written(
    consortium: Consortium,
) -> None:
    consortium[2].lane.refused["answer"] = "NodeGone"
    case = await disputed(consortium)
    written = (await kept(consortium[2], case)).digest
    assert case.answer is None

    del consortium[2].lane.refused["answer"]
    await consortium[2].audited.answering.round()

    assert consortium.chain.view.audits.cases[case.id].answer == written


async def test_files__of_a_settled_case__are_erased(consortium: Consortium) -> None:
    case = await disputed(consortium)
    consortium.chain.happen(lambda at: CaseSettled(at=at, case_id=case.id, outcome=CaseState.UPHELD))

    for number in (1, 2):
        answering = consortium[number].audited.answering
        await answering.round()
        assert await answering._journal.of(case.id) is None  # noqa: SLF001 - to look


async def test_answer__to_a_proven_contradiction__is_given_by_hand_once_and_kept_for_auditors(
    consortium: Consortium,
) -> None:
    north, case_id = consortium[2], b"\x11" * 32
    now = consortium.chain.view.now
    consortium.chain.happen(
        lambda at: CaseOpened(
            at=at,
            case_id=case_id,
            kind=CaseKind.CONTRADICTION,
            accused=NORTH,
            opener=0,
            subject=b"\x12" * 32,
            answer_by=now + 1_000,
            decide_by=now + 2_000,
            appeal_window_s=50,
            most=1,
        )
    )
    answering = north.audited.answering
    await answering.round()
    assert [name for name, _ in north.lane.orders if name == "answer"] == []

    await answering.answer_by_hand(case_id, name="rebuttal.txt", content=b"Our key was stolen.")

    case = consortium.chain.view.audits.cases[case_id]
    held = await kept(north, case)
    assert case.answer == held.digest
    assert decode_rebuttal_file(held.file).content == b"Our key was stolen."
    with pytest.raises(CaseNotOpen):
        await answering.answer_by_hand(case_id, name="again.txt", content=b"Or not.")
    with pytest.raises(UnknownReference):
        await consortium[1].audited.answering.answer_by_hand(case_id, name="x", content=b"y")
