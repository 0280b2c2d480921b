"""Requesters that tell auditors another thing than their holders: the holders are asked, and cannot lie."""

from dataclasses import replace
from functools import partial

import pytest
from attacks.conversation import HELD, MISSED
from attacks.court import Closed, reading
from attacks.forging import (
    Forgery,
    LyingPresenting,
    PresentsNoise,
    another_receipt,
    as_it_is,
    came_too_late,
    gathers,
    left_out,
    never_answered,
    presents,
    signed_anew,
    without_the_answer,
)
from attacks.trial import Trial, cheat

from oracle.asking.receipt_writing import ReceiptWriter
from oracle.auditing.dossier import KeptReceipt
from oracle.auditing.receipt_file import decode_receipt_file
from oracle.domain.audits import CaseState
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.settlement import RefusalReason
from oracle.peer.errors import PeerBusy, PeerRefused
from oracle.store.examinations import Examination


async def answered(trial: Trial, forgery: Forgery) -> None:
    """The case is opened and answered with what is made of the dossier; the holder reads of it, too."""
    gathers(trial.talk.bank, partial(forgery, trial.talk))
    await trial.drawn()
    await trial.talk.holder.base.stream.poll()
    assert (await trial.answered()).answer is not None


async def finding(trial: Trial) -> Examination:
    found = await trial.office.at_work.journal.of(trial.case.id)
    assert found is not None
    return found


async def asked_of(trial: Trial) -> dict[MemberId, bytes]:
    """What the auditor has journalled of holders."""
    return dict(await trial.office.at_work.presented.of(trial.case.id))


HIDDEN: dict[str, Forgery] = {
    "the holder's part": left_out,
    "the holder's reply": never_answered,
    "the receipt": another_receipt,
    "the receipt and the reply": came_too_late,
}


@pytest.mark.parametrize("what", HIDDEN)
async def test_dossier__that_hides_what_the_holder_was_told__counts_every_element(
    trial: Trial, what: str
) -> None:
    await trial.next_epoch()
    await cheat(trial.talk)
    await answered(trial, HIDDEN[what])

    outcome = await trial.settled()

    assert outcome is CaseState.UPHELD
    found = await finding(trial)
    assert b"receipt presented of holder 2" in found.reasons
    assert found.found == trial.case.ruled == 2
    assert set(await asked_of(trial)) == {trial.talk.holder.id}


async def test_dossier__that_leaves_a_holder_out__is_found_in_an_audit_for_cause(
    trial: Trial,
) -> None:
    talk = trial.talk
    await cheat(talk)
    gathers(talk.bank, partial(left_out, talk))
    await talk.holder.base.stream.poll()
    await reading(talk.holder, talk.holder.audited.answering.open_for_cause(talk.bank.id, talk.batch_id))
    await trial.answered()
    await trial.office.round()

    assert b"receipt presented of holder 2" in (await finding(trial)).reasons
    assert trial.case.ruled == 2


async def test_requester__whose_dossier_has_the_holders_own_answer__is_judged_without_a_question(
    trial: Trial,
) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD, MISSED)
    await answered(trial, as_it_is)
    trial.talk.holder.front.doors = Closed()

    assert await trial.settled() is CaseState.DISMISSED
    assert await asked_of(trial) == {}


@pytest.mark.parametrize("forgery", [without_the_answer, signed_anew])
async def test_requester__that_told_its_holder_the_same__is_unharmed(trial: Trial, forgery: Forgery) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD, MISSED)
    balance = trial.talk.bank.base.view.balance(trial.talk.bank.id)
    await answered(trial, forgery)

    assert await trial.settled() is CaseState.DISMISSED
    assert trial.talk.bank.base.view.balance(trial.talk.bank.id) == balance
    (file,) = (await asked_of(trial)).values()
    assert decode_receipt_file(file).receipt is not None


async def test_requester__whose_holder_got_no_receipt__is_not_charged_with_one(trial: Trial) -> None:
    await trial.next_epoch()
    await trial.talk.ask(HELD)
    await trial.talk.answer()
    await trial.talk.judge()
    await answered(trial, without_the_answer)

    assert await trial.settled() is CaseState.DISMISSED
    (file,) = (await asked_of(trial)).values()
    assert decode_receipt_file(file).receipt is None


async def lie_of(trial: Trial, kind: str) -> object:
    """What a holder presents that wants its requester punished."""
    talk = trial.talk
    bank, holder, batch = talk.bank, talk.holder, await talk.batch()
    honest = await holder.holder.receipts.of(bank.id, batch.batch_id)
    assert honest is not None

    async def refused(
        batch_id: BatchId = batch.batch_id, to: MemberId = holder.id, *, stranger: bool = False
    ) -> KeptReceipt:
        notary = bank.strange_notary() if stranger else bank.notary
        writer = ReceiptWriter(me=bank.id, lane=bank.voucher_book(), notary=notary, view=bank.base.view)
        made = await writer.refusing(batch_id, batch.count, to, reason=RefusalReason.REPLY_PROOF_WRONG)
        return KeptReceipt(statement=made.statement, frame=made.frame)

    match kind:
        case "signed by another key":
            return LyingPresenting(await refused(stranger=True))
        case "of another batch":
            return LyingPresenting(await refused(BatchId(bytes(32))))
        case "another member's":
            return LyingPresenting(await refused(to=MemberId(3)))
        case "with another body":
            other = await refused()
            return LyingPresenting(KeptReceipt(statement=honest.statement, frame=other.frame))
        case "for another case":
            return LyingPresenting(await refused(), case_id=bytes(32))
        case _:
            return PresentsNoise()


LIES = (
    "signed by another key",
    "of another batch",
    "another member's",
    "with another body",
    "for another case",
    "noise",
)


@pytest.mark.parametrize("kind", LIES)
async def test_holder__that_presents_what_its_requester_did_not_sign_for_it__changes_nothing(
    trial: Trial, kind: str
) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD, MISSED)
    await answered(trial, without_the_answer)
    presents(trial.talk.holder, await lie_of(trial, kind))

    assert await trial.settled() is CaseState.DISMISSED
    assert (await finding(trial)).found == 0
    assert set(await asked_of(trial)) == {trial.talk.holder.id}


async def test_holder__that_is_away__is_asked_again_and_heard_once(trial: Trial) -> None:
    """The auditor is killed after each step, and the holder goes away once it has been heard."""
    await trial.next_epoch()
    await cheat(trial.talk)
    holder = trial.talk.holder
    await answered(trial, left_out)
    doors, holder.front.doors = holder.front.doors, Closed()

    await trial.office.round()
    assert trial.case.verdicts == ()
    holder.front.doors = doors
    await trial.office.round()
    assert await asked_of(trial) == {}, "it is called at every round"
    await trial.office.open()
    assert set(await asked_of(trial)) == {holder.id}
    holder.front.doors = Closed()
    await trial.office.open()

    assert trial.case.ruled == 2


async def test_holder__that_stays_away__does_not_hold_up_the_verdict_for_ever(trial: Trial) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD)
    await answered(trial, without_the_answer)
    trial.talk.holder.front.doors = Closed()
    await trial.office.round()
    assert trial.case.verdicts == ()

    over = trial.case
    trial.later(over.answer_by - over.opened_at + (over.decide_by - over.answer_by) * 3 // 4 + 1)
    await trial.office.round()

    assert trial.case.ruled == 0


async def test_auditor__that_asks_about_a_batch_that_is_not_under_audit__gets_no_receipt(
    trial: Trial,
) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD)
    earlier = trial.talk.batch_id
    await answered(trial, as_it_is)
    fetching = trial.office.at_work.auditor._questioning._fetching  # noqa: SLF001 - to ask by hand
    holder, case = trial.talk.holder.id, trial.case

    assert decode_receipt_file(await fetching.receipt(case, holder, earlier)).receipt is not None
    for asked in (BatchId(bytes(32)), BatchId(case.id)):
        with pytest.raises(PeerRefused) as refused:
            await fetching.receipt(case, holder, asked)
        assert refused.value.peer_code == "not_under_audit"
    with pytest.raises(PeerBusy):
        await fetching.receipt(replace(case, id=bytes(32)), holder, earlier)
