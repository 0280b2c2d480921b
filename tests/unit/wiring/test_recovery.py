"""A requester whose store is an older copy adopts what others prove: nothing is paid twice."""

from types import SimpleNamespace

from stage.consortium import Consortium
from stage.yesterday import (
    HIT,
    MISS,
    NORTH,
    SOUTH,
    accepted_of,
    answered,
    asked,
    backed_up,
    owed,
    reminded,
    reply_of,
    state_at,
    times,
)

from oracle.domain.answered import AnswerState
from oracle.domain.asked import BatchState, ReceiptState, ReplyState
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import RecordState
from oracle.domain.settlement import RefusalReason
from oracle.rules.vouchers import Totals


async def test_requester__restored_and_told_so__goes_on_from_what_its_holders_prove(
    consortium: Consortium,
) -> None:
    await consortium.whole("north.example")
    copy = await backed_up(consortium[1])
    for _ in range(2):
        await consortium.whole("north.example")

    recovery = await copy.again()
    await recovery.round()

    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2) == times(HIT, 3)
    assert await owed(consortium, SOUTH) == await accepted_of(consortium, 3) == times(MISS, 3)
    await consortium.whole("north.example")
    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2) == times(HIT, 4)
    held = await consortium[2].holder.vouchers.held(MemberId(1))
    assert held.voucher.amount == times(HIT, 4).amount


async def test_requester__restored_by_hand__notices_by_the_chain_and_says_what_is_lost(
    consortium: Consortium,
) -> None:
    copy = await backed_up(consortium[1])
    accepted = await consortium.whole("north.example", "clear.example")

    recovery = await copy.again(noted=False)
    await recovery.round()
    await recovery.round()

    (problem,) = await recovery.problems()
    assert "older copy" in problem
    assert "1 batches with 2 subjects" in problem
    assert accepted.batches[0] in problem
    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2)


async def test_requester__restored_by_hand_and_refused__finds_its_base_with_the_holder(
    consortium: Consortium,
) -> None:
    """Not even the chain shows that anything is missing: only the holder's refusal does."""
    copy = await backed_up(consortium[1])
    for _ in range(2):
        await consortium.whole("north.example")
    copy.put_back()

    accepted = await consortium.whole("north.example")

    state = await consortium[1].requester.desk.query_state(accepted.query_id)
    assert {result.record_state for result in state.results if result.record_state} == {RecordState.DISCLOSED}
    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2) == times(HIT, 3)
    assert await owed(consortium, SOUTH) == await accepted_of(consortium, 3) == times(MISS, 3)


async def test_requester__restored_with_a_holder_away__sends_it_nothing_until_it_was_asked(
    consortium: Consortium,
) -> None:
    copy = await backed_up(consortium[1])
    await consortium.whole("north.example")
    recovery = await copy.again()
    asker = consortium[1]
    asker.client.away.add(NORTH)
    asker.client.sent.clear()

    _, batch_id = await answered(consortium, "north.example")
    await asker.judge()
    await asker.settle()
    await recovery.round()

    assert await asker.requester.journals.receipts.receipt(batch_id, NORTH) is None
    assert "receipt" not in [kind for kind, holder, _ in asker.client.sent if holder == NORTH]
    (problem,) = await recovery.problems()
    assert "members 2" in problem
    asker.client.away.clear()
    await asker.judge()
    await asker.settle()
    assert [kind for kind, holder, _ in asker.client.sent if holder == NORTH][-2:] == [
        "voucher state",
        "receipt",
    ]
    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2) == times(HIT, 2)


async def test_requester__restored_to_before_a_receipt_that_was_settled__pays_it_once(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    _, batch_id = await answered(consortium, "north.example")
    copy = await backed_up(asker)
    await asker.judge()
    await asker.settle()
    await consortium.whole("both.example")

    recovery = await copy.again()
    await asker.settle()
    await recovery.round()

    receipt = await asker.requester.journals.receipts.receipt(batch_id, NORTH)
    assert (receipt.state, receipt.reason) == (ReceiptState.REFUSED, RefusalReason.RECEIPT_DIFFERS)
    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2) == times(HIT, 2)
    await consortium.whole("both.example")
    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2) == times(HIT, 3)
    assert await owed(consortium, SOUTH) == await accepted_of(consortium, 3)


async def test_requester__restored_with_receipts_on_their_way__owes_what_was_accepted_and_no_more(
    consortium: Consortium,
) -> None:
    """One receipt of the copy never arrived, a later query's did: neither is lost or counted twice."""
    asker = consortium[1]
    asker.client.away.add(NORTH)
    await answered(consortium, "north.example")
    await asker.judge()
    await asker.settle()
    copy = await backed_up(asker)
    _, later = await answered(consortium, "both.example")
    await asker.judge()
    asker.client.away.clear()
    receipt = await asker.requester.journals.receipts.receipt(later, NORTH)
    await asker.courier.send_receipt(NORTH, later, statement=receipt.statement, frame=receipt.frame)

    recovery = await copy.again()
    await recovery.round()
    await asker.settle()
    await consortium.whole("north.example")

    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2) == times(HIT, 3)


async def test_batch__lost_after_its_reply_came__is_refused_and_its_holder_goes_on(
    consortium: Consortium,
) -> None:
    copy = await backed_up(consortium[1])
    _, batch_id = await answered(consortium, "north.example")

    await copy.again()
    assert await state_at(consortium, 2, batch_id) is AnswerState.DELIVERED
    for number in (2, 3):
        await reminded(consortium, number)

    batch = await consortium[2].holder.journal.batch(MemberId(1), batch_id)
    assert (batch.state, batch.reason) == (AnswerState.SETTLED, RefusalReason.JOURNAL_LOST)
    assert await accepted_of(consortium, 2) == Totals()
    consortium.chain.pass_time(batch.deadline - consortium.chain.view.head.timestamp + 1)
    accepted = await consortium.whole("north.example")
    state = await consortium[1].requester.desk.query_state(accepted.query_id)
    assert state.summary.hits == 1


async def test_batch__lost_before_its_envelope_was_fetched__expires_and_is_not_charged(
    consortium: Consortium,
) -> None:
    copy = await backed_up(consortium[1])
    _, batch_id = await asked(consortium, "north.example")

    await copy.again()
    await consortium[2].answer()
    batch = await consortium[2].holder.journal.batch(MemberId(1), batch_id)
    consortium.chain.pass_time(batch.deadline - consortium.chain.view.head.timestamp + 1)
    await consortium[2].answer()

    assert await state_at(consortium, 2, batch_id) is AnswerState.EXPIRED
    assert await accepted_of(consortium, 2) == Totals()


async def test_reply__lost_with_the_journal__comes_again_and_answers_the_query(
    consortium: Consortium,
) -> None:
    accepted, batch_id = await asked(consortium, "north.example")
    copy = await backed_up(consortium[1])
    for number in (2, 3):
        await consortium[number].answer()

    await copy.again()
    assert (await reply_of(consortium, batch_id, NORTH)).state is ReplyState.WAITING
    for number in (2, 3):
        await reminded(consortium, number)

    state = await consortium[1].requester.desk.query_state(accepted.query_id)
    assert {result.record_state for result in state.results if result.record_state} == {RecordState.DISCLOSED}
    assert await owed(consortium, NORTH) == await accepted_of(consortium, 2) == HIT


async def test_batch__prepared_in_the_copy_and_committed_since__is_found_and_not_committed_twice(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    accepted = await asker.submit("north.example")
    copy = await backed_up(asker)
    await asker.commit()
    asker.lane.done.clear()
    asker.lane.refused["commit"] = "BatchAlreadyCommitted"

    await copy.again()
    await asker.requester.committing.round()

    assert (await asker.batch(accepted)).state is BatchState.COMMITTED


async def test_reply__delivered_when_its_part_is_over__gets_a_receipt_that_says_so(
    consortium: Consortium,
) -> None:
    """Its holder would otherwise wait for a receipt, and answer this member no more."""
    _, batch_id = await asked(consortium, "north.example")
    asker, north = consortium[1], consortium[2]
    asker.client.houses[MemberId(1)].doors, doors = (
        SimpleNamespace(envelope=asker.doors.envelope),
        asker.doors,
    )
    await north.holder.answering.note(north.base.view.commitments.all)
    batch = await asker.requester.journals.asked.batch(batch_id)
    asker.doors = doors
    await asker.requester.journals.replies.ended(batch_id, NORTH, ReplyState.EXPIRED)

    await north.answer()
    await asker.settle()

    found = await north.holder.journal.batch(MemberId(1), batch_id)
    assert (found.state, found.reason) == (AnswerState.SETTLED, RefusalReason.REPLY_LATE)
    assert batch is not None


async def test_holder__that_refuses_a_voucher_and_proves_nothing__is_given_up_and_paid_for_no_hit(
    consortium: Consortium,
) -> None:
    """It says that it had accepted more than was signed for: our journal is whole, nothing is adopted."""
    asker, north = consortium[1], consortium[2]
    await consortium.whole("north.example")
    await north.holder.vouchers.adopt(MemberId(1), times(HIT, 2))

    accepted = await consortium.whole("north.example")

    receipt = await asker.requester.journals.receipts.receipt(
        BatchId(bytes.fromhex(accepted.batches[0][2:])), NORTH
    )
    assert (receipt.state, receipt.reason) == (ReceiptState.REFUSED, RefusalReason.VOUCHER_NOT_COVERING)
    assert await owed(consortium, NORTH) == HIT.plus(MISS)
    assert await asker.base.restoration.current() is None
