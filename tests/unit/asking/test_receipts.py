"""One receipt follows each reply: written first, sent until it is answered, the same bytes each time."""

from typing import Any

from stage.consortium import Consortium, House
from structlog.testing import capture_logs

from oracle.domain.asked import AskedBatch, ReceiptState
from oracle.domain.ids import Credits, MemberId
from oracle.domain.messages import MessageType, Outcome
from oracle.domain.reports import QueryPhase, RecordState
from oracle.domain.settlement import RefusalReason
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.statements import parse_receipt_statement
from oracle.rules.vouchers import Totals

NORTH, SOUTH = MemberId(2), MemberId(3)
QUERY_FEE, HIT_PRICE = 1, 100


async def _judged(consortium: Consortium, *names: str) -> tuple[House, AskedBatch]:
    asker = consortium[1]
    accepted = await asker.submit(*names)
    await asker.commit()
    for number in (2, 3):
        await consortium[number].answer()
    await asker.judge()
    return asker, await asker.batch(accepted)


async def test_receipt__for_an_accepted_reply__claims_every_hit_and_covers_its_cost(
    consortium: Consortium,
) -> None:
    asker, batch = await _judged(consortium, "both.example", "north.example", "clear.example")

    receipts = {r.holder: r for r in await asker.requester.journals.receipts.receipts_of(batch.batch_id)}

    assert {holder: entry.hits for holder, entry in receipts.items()} == {NORTH: 2, SOUTH: 1}
    for holder, receipt in receipts.items():
        statement = parse_receipt_statement(receipt.statement)
        body = decode_receipt(receipt.frame, count=batch.count)
        assert (statement.value.outcome, statement.value.reason) == (Outcome.ACCEPTED, 0)
        assert body.voucher is not None
        voucher = body.voucher.value
        assert (voucher.requester, voucher.holder) == (asker.id, holder)
        assert (voucher.queries, voucher.hits) == (3, receipt.hits)
        assert voucher.amount == 3 * QUERY_FEE + receipt.hits * HIT_PRICE
        opened = {batch.content.openings[claim.index].subject.value for claim in body.claims}
        assert opened == ({"both.example", "north.example"} if holder == NORTH else {"both.example"})


async def test_receipt__without_a_hit__is_as_long_as_one_with_hits_everywhere(consortium: Consortium) -> None:
    asker, batch = await _judged(consortium, "north.example", "both.example")

    receipts = await asker.requester.journals.receipts.receipts_of(batch.batch_id)
    sizes = {len(entry.frame) for entry in receipts}

    assert len(sizes) == 1


async def test_reply__followed_again_after_a_crash__is_charged_once_and_keeps_its_receipt(
    consortium: Consortium,
) -> None:
    asker, batch = await _judged(consortium, "north.example")
    first = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    reply = await asker.requester.journals.replies.reply(batch.batch_id, NORTH)

    await asker.requester.receipts.follow(batch, reply)

    assert await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH) == first
    totals, version = await asker.requester.journals.charges.totals(NORTH)
    assert (totals, version) == (Totals(queries=1, hits=1, amount=Credits(101)), 1)


async def test_receipt__holder_not_reached__is_said_once_and_when_it_goes_on(consortium: Consortium) -> None:
    asker, _ = await _judged(consortium, "both.example")
    asker.client.away.add(NORTH)
    with capture_logs() as said:
        for _ in range(3):
            await asker.settle()
        assert [one["reason"] for one in said if one["event"] == "receipt_waits"] == ["peer_unreachable"]
        asker.client.away.clear()
        while await asker.requester.journals.receipts.pending():
            await asker.settle()

    assert [one["holder"] for one in said if one["event"] == "receipts_go_on"] == [NORTH]


async def test_receipt__holder_not_reached__waits_and_is_the_same_when_it_arrives(
    consortium: Consortium,
) -> None:
    asker, batch = await _judged(consortium, "both.example")
    asker.client.away.add(NORTH)
    await asker.settle()

    receipts = {r.holder: r for r in await asker.requester.journals.receipts.receipts_of(batch.batch_id)}
    assert receipts[NORTH].state is ReceiptState.PENDING
    assert receipts[SOUTH].state is ReceiptState.SETTLED
    state = await asker.requester.desk.query_state(batch.query_id)
    assert {r.record_state for r in state.results if r.holder == NORTH} == {RecordState.PENDING}

    asker.client.away.clear()
    await asker.settle()

    assert await asker.requester.journals.receipts.pending() == ()
    settled = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    assert (settled.statement, settled.frame) == (receipts[NORTH].statement, receipts[NORTH].frame)
    assert len(settled.settled.records) == 1


async def test_receipt__answer_lost_on_the_way__gets_the_same_disclosures_again(
    consortium: Consortium,
) -> None:
    asker, batch = await _judged(consortium, "north.example")
    pending = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    first = await asker.courier.send_receipt(
        NORTH, batch.batch_id, statement=pending.statement, frame=pending.frame
    )

    again = await asker.courier.send_receipt(
        NORTH, batch.batch_id, statement=pending.statement, frame=pending.frame
    )

    assert again == first
    accepted = await consortium[2].holder.vouchers.accepted_totals(asker.id)
    assert accepted == Totals(queries=1, hits=1, amount=Credits(101))


async def test_receipt__after_the_claim_window__pays_the_answer_and_gets_no_record(
    consortium: Consortium,
) -> None:
    asker, batch = await _judged(consortium, "north.example")
    window = consortium.chain.view.parameter("claim_window_s").value
    consortium.chain.pass_time(batch.deadline + window)

    await asker.settle()

    receipt = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    assert receipt.state is ReceiptState.SETTLED
    assert receipt.settled.unserved == ((0, RefusalReason.CLAIM_WINDOW_CLOSED),)
    answer_only = Totals(queries=1, hits=0, amount=Credits(1))
    assert await asker.requester.journals.charges.charge_of(NORTH, batch.batch_id) == answer_only
    assert await consortium[2].holder.vouchers.accepted_totals(asker.id) == answer_only
    state = await asker.requester.desk.query_state(batch.query_id)
    assert state.summary.phase is QueryPhase.COMPLETE
    assert {r.record_state for r in state.results if r.record_state} == {RecordState.REFUSED}


async def test_receipt__answered_with_something_else__is_refused_as_malformed(consortium: Consortium) -> None:
    asker, batch = await _judged(consortium, "north.example")

    class Nonsense:
        async def receipt(self, raw: bytes, peer: MemberId) -> bytes:
            north = consortium[2]
            message = north.post.open(raw, sender=peer, expected=frozenset({MessageType.RECEIPT}))
            return north.post.seal(
                MessageType.DISCLOSURES,
                message.header.batch_id,
                peer,
                statement=b"",
                frame=b"\0\0\0\x01\xa0".ljust(4096, b"\0"),
            )

    consortium[2].doors = Nonsense()

    await asker.settle()

    receipt = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    assert (receipt.state, receipt.reason) == (ReceiptState.REFUSED, RefusalReason.MALFORMED)


async def test_receipts__of_two_batches__carry_totals_that_grow(consortium: Consortium) -> None:
    asker, first = await _judged(consortium, "north.example")
    _, second = await _judged(consortium, "both.example", "clear.example")

    vouchers: list[Any] = []
    for batch in (first, second):
        receipt = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
        vouchers.append(decode_receipt(receipt.frame, count=batch.count).voucher.value)

    assert [(v.queries, v.hits, v.amount) for v in vouchers] == [(1, 1, 101), (3, 2, 203)]
