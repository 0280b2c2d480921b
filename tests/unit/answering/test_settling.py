"""A receipt is settled once: claims and voucher are checked, then the records leave."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from stage.consortium import Consortium, House

from oracle.crypto.keccak import keccak256
from oracle.domain.answered import AnswerState
from oracle.domain.asked import AskedBatch
from oracle.domain.ids import Credits, KeyVersion, MemberId
from oracle.domain.messages import MessageType, Outcome, Receipt, Voucher
from oracle.domain.settlement import (
    DisclosuresBody,
    ReceiptBody,
    RefusalReason,
    ServedStatus,
    Signed,
)
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.receipt import decode_receipt, encode_receipt
from oracle.peer.errors import UnknownBatch
from oracle.peer.statements import encode_receipt_statement
from oracle.rules.vouchers import Totals

NORTH = MemberId(2)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Two hits at member 2, and the honest receipt for its reply, not sent yet."""

    asker: House
    holder: House
    batch: AskedBatch
    body: ReceiptBody

    async def send(
        self, body: ReceiptBody, *, outcome: Outcome = Outcome.ACCEPTED, signer: House | None = None
    ) -> DisclosuresBody:
        frame = encode_receipt(body, salt=bytes(16), count=self.batch.count)
        receipt = Receipt(
            batch_id=self.batch.batch_id,
            holder=NORTH,
            outcome=outcome,
            reason=0 if outcome is Outcome.ACCEPTED else RefusalReason.REPLY_PATH_WRONG,
            body_digest=keccak256(frame),
        )
        signature = (signer or self.asker).notary.sign(receipt)
        statement = encode_receipt_statement(Signed(value=receipt, signature=signature))
        answer = await self.asker.courier.send_receipt(
            NORTH, self.batch.batch_id, statement=statement, frame=frame
        )
        return decode_disclosures(answer.frame)

    def voucher(self, signer: House | None = None, **changes: int) -> Signed[Voucher]:
        assert self.body.voucher is not None
        changed = replace(self.body.voucher.value, **changes)
        return Signed(value=changed, signature=(signer or self.asker).notary.sign(changed))

    async def state(self) -> AnswerState:
        found = await self.holder.holder.journal.batch(self.asker.id, self.batch.batch_id)
        assert found is not None
        return found.state

    async def accepted(self) -> Totals:
        return await self.holder.holder.vouchers.accepted_totals(self.asker.id)


@pytest.fixture
async def answered(consortium: Consortium) -> Answered:
    asker = consortium[1]
    accepted = await asker.submit("north.example", "both.example", "clear.example")
    await asker.commit()
    await consortium[2].answer()
    await asker.judge()
    batch = await asker.batch(accepted)
    receipt = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    assert receipt is not None
    body = decode_receipt(receipt.frame, count=batch.count)
    return Answered(asker=asker, holder=consortium[2], batch=batch, body=body)


async def test_receipt__honest__is_accepted_and_every_claim_served(answered: Answered) -> None:
    answer = await answered.send(answered.body)

    assert (answer.outcome, answer.reason) == (Outcome.ACCEPTED, 0)
    assert [record.status for record in answer.records] == [ServedStatus.SERVED] * 2
    assert (answer.accepted.queries, answer.accepted.hits, answer.accepted.amount) == (3, 2, 203)
    assert await answered.state() is AnswerState.SETTLED
    held = await answered.holder.holder.vouchers.held(answered.asker.id)
    assert held is not None
    assert held.voucher == answered.body.voucher.value


async def test_receipt__without_claims__is_accepted_for_the_query_fees_alone(answered: Answered) -> None:
    body = ReceiptBody(claims=(), voucher=answered.voucher(hits=0, amount=3))

    answer = await answered.send(body)

    assert (answer.outcome, answer.records) == (Outcome.ACCEPTED, ())
    assert await answered.accepted() == Totals(queries=3, hits=0, amount=Credits(3))


async def test_receipt__that_refuses_the_reply__ends_the_batch_and_costs_nothing(answered: Answered) -> None:
    answer = await answered.send(ReceiptBody(claims=(), voucher=None), outcome=Outcome.REFUSED)

    assert (answer.outcome, answer.records) == (Outcome.ACCEPTED, ())
    assert await answered.accepted() == Totals()
    assert await answered.state() is AnswerState.SETTLED


VOUCHERS: dict[str, tuple[Callable[[Answered], Signed[Voucher] | None], RefusalReason]] = {
    "too small an amount": (lambda a: a.voucher(amount=202), RefusalReason.VOUCHER_NOT_COVERING),
    "too few hits": (lambda a: a.voucher(hits=1), RefusalReason.VOUCHER_NOT_COVERING),
    "too few queries": (lambda a: a.voucher(queries=2), RefusalReason.VOUCHER_NOT_COVERING),
    "of another holder": (lambda a: a.voucher(holder=3), RefusalReason.VOUCHER_BAD),
    "of another requester": (lambda a: a.voucher(requester=3), RefusalReason.VOUCHER_BAD),
    "of a key that is not registered": (
        lambda a: a.voucher(key_version=KeyVersion(2)),
        RefusalReason.VOUCHER_BAD,
    ),
    "signed by the holder itself": (lambda a: a.voucher(a.holder), RefusalReason.VOUCHER_BAD),
    "changed after signing": (
        lambda a: Signed(
            value=replace(a.voucher().value, amount=Credits(9_999)), signature=a.voucher().signature
        ),
        RefusalReason.VOUCHER_BAD,
    ),
}


@pytest.mark.parametrize("lie", VOUCHERS)
async def test_receipt__with_a_voucher_that_does_not_do__is_refused_and_can_be_corrected(
    answered: Answered, lie: str
) -> None:
    made, reason = VOUCHERS[lie]

    answer = await answered.send(replace(answered.body, voucher=made(answered)))

    assert (answer.outcome, answer.reason, answer.records) == (Outcome.REFUSED, reason, ())
    assert await answered.accepted() == Totals()
    assert (await answered.send(answered.body)).outcome is Outcome.ACCEPTED


async def test_receipt__accepted_without_any_voucher__is_refused(answered: Answered) -> None:
    answer = await answered.send(ReceiptBody(claims=(), voucher=None))

    assert answer.reason == RefusalReason.VOUCHER_NOT_COVERING


async def test_claim__signed_by_another_member__is_refused_and_nothing_disclosed(answered: Answered) -> None:
    first, *rest = answered.body.claims
    statement = first.claim(batch_id=answered.batch.batch_id, holder=NORTH)
    forged = replace(first, signature=answered.holder.notary.sign(statement))

    answer = await answered.send(replace(answered.body, claims=(forged, *rest)))

    assert (answer.reason, answer.records) == (RefusalReason.CLAIM_SIGNATURE_WRONG, ())


async def test_claim__of_an_element_that_is_no_hit__is_refused_alone(answered: Answered) -> None:
    openings = answered.batch.content.openings
    index = next(n for n, opening in enumerate(openings) if opening.subject.value == "clear.example")
    claim = replace(
        answered.body.claims[0],
        index=index,
        subject=openings[index].subject.encoded,
        blind=openings[index].blind,
    )
    signed = replace(
        claim,
        signature=answered.asker.notary.sign(claim.claim(batch_id=answered.batch.batch_id, holder=NORTH)),
    )
    claims = tuple(sorted((*answered.body.claims, signed), key=lambda entry: entry.index))

    answer = await answered.send(replace(answered.body, claims=claims))

    found = {record.index: record.reason for record in answer.records}
    assert found.pop(index) == RefusalReason.CLAIM_NOT_FOUND
    assert set(found.values()) == {0}
    assert await answered.accepted() == Totals(queries=3, hits=2, amount=Credits(203))


async def test_receipt__signed_by_another_member__is_refused(answered: Answered) -> None:
    answer = await answered.send(answered.body, signer=answered.holder)

    assert answer.reason == RefusalReason.BAD_SIGNATURE
    assert await answered.state() is AnswerState.DELIVERED


async def test_receipt__after_the_claim_window__is_taken_for_its_fees_and_no_claim_is_served(
    answered: Answered,
) -> None:
    window = answered.holder.base.view.parameter("claim_window_s").value
    answered.holder.chain.pass_time(answered.batch.deadline + window)

    answer = await answered.send(answered.body)

    assert {record.reason for record in answer.records} == {RefusalReason.CLAIM_WINDOW_CLOSED}
    assert {record.status for record in answer.records} == {ServedStatus.REFUSED}
    assert await answered.accepted() == Totals(queries=3, hits=0, amount=Credits(3))


async def test_receipt__again__gets_the_same_bytes_and_a_different_one_is_refused(answered: Answered) -> None:
    first = await answered.send(answered.body)

    again = await answered.send(answered.body)
    other = await answered.send(replace(answered.body, claims=answered.body.claims[:1]))

    assert again == first
    assert (other.outcome, other.reason) == (Outcome.REFUSED, RefusalReason.RECEIPT_DIFFERS)
    assert await answered.accepted() == Totals(queries=3, hits=2, amount=Credits(203))


async def test_receipt__for_a_batch_never_answered__is_unknown(answered: Answered) -> None:
    message = answered.asker.post.seal(
        MessageType.RECEIPT,
        answered.batch.batch_id,
        MemberId(3),
        statement=encode_receipt_statement(
            Signed(
                value=Receipt(
                    batch_id=answered.batch.batch_id,
                    holder=MemberId(3),
                    outcome=Outcome.ACCEPTED,
                    reason=0,
                    body_digest=keccak256(frame := encode_receipt(answered.body, salt=bytes(16), count=3)),
                ),
                signature=bytes(65),
            )
        ),
        frame=frame,
    )

    with pytest.raises(UnknownBatch):
        await answered.asker.client.houses[MemberId(3)].doors.receipt(message, answered.asker.id)
