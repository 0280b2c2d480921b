"""An express request is answered once, by what its reference block names, for whom the rules let in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from stage.consortium import Consortium, House

from oracle.chain import facts
from oracle.chain.references import ReferenceUnknown
from oracle.crypto.keccak import keccak256
from oracle.domain.answered import Answer, AnswerState
from oracle.domain.asked import AskedBatch
from oracle.domain.ids import BatchId, BlockNumber, MemberId
from oracle.domain.messages import MessageType, Mode, Request
from oracle.domain.settlement import RefusalReason, Signed
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.envelope import encode_envelope
from oracle.peer.sealed import OpenedMessage
from oracle.peer.statements import encode_request, parse_request
from oracle.rules.express import LONGEST_S, SKEW_S


@dataclass(kw_only=True)
class Put:
    """An express batch of member 1 as it arrives at member 2."""

    asker: House
    holder: House
    batch: AskedBatch

    @property
    def request(self) -> Request:
        return parse_request(self.batch.content.statement).value

    def message(self, **changes: Any) -> OpenedMessage:
        """The request with these fields changed, signed by the asker and opened by the holder."""
        request = replace(self.request, **changes)
        return self.signed(request)

    def signed(self, request: Request, *, by: House | None = None, frame: bytes = b"") -> OpenedMessage:
        signature = (by or self.asker).notary.sign(request)
        return self.opened(
            request,
            encode_request(Signed(value=request, signature=signature)),
            frame or encode_envelope(unpack_elements(self.batch.content.elements)),
        )

    def opened(self, request: Request, statement: bytes, frame: bytes) -> OpenedMessage:
        raw = self.asker.post.seal(
            MessageType.QUERY_ENVELOPE,
            self.asker.notary.batch_id(request),
            self.holder.id,
            statement=statement,
            frame=frame,
        )
        return self.holder.post.open(
            raw, sender=self.asker.id, expected=frozenset({MessageType.QUERY_ENVELOPE})
        )

    async def answered(self, **changes: Any) -> Answer | RefusalReason:
        return await self.holder.holder.express.answer(self.message(**changes))


@pytest.fixture
async def put(consortium: Consortium) -> Put:
    asker, holder = consortium[1], consortium[2]
    accepted = await asker.submit_express("north.example", "b.example")
    return Put(asker=asker, holder=holder, batch=await asker.batch(accepted))


async def test_request__as_it_was_signed__is_answered_and_both_stand_in_the_journal(put: Put) -> None:
    answer = await put.answered()

    assert isinstance(answer, Answer)
    row = await put.holder.holder.journal.batch(put.asker.id, put.batch.batch_id)
    assert row is not None
    assert (row.state, row.answer, row.count) == (AnswerState.DELIVERED, answer, 2)
    evidence = await put.holder.holder.evidence.get(put.asker.id, put.batch.batch_id)
    assert evidence is not None
    assert evidence.statement == put.batch.content.statement
    assert (evidence.nonce, evidence.elements) == (put.request.nonce, 2)


async def test_request__the_same_again__gets_the_same_bytes(put: Put) -> None:
    assert await put.answered() == await put.answered()


async def test_request__the_same_again_when_it_could_not_be_answered_any_more__gets_the_same_bytes(
    put: Put,
) -> None:
    answer = await put.answered()

    put.holder.chain.pass_time(LONGEST_S + SKEW_S + 60)

    assert await put.answered() == answer
    put.holder.chain.happen(lambda at: facts.MemberSuspended(at=at, member_id=put.asker.id))
    assert await put.answered() == answer


REFUSED: dict[str, tuple[Callable[[Put], dict[str, Any]], RefusalReason]] = {
    "committed": (
        lambda _: {
            "mode": Mode.COMMITTED,
            "reference_block": BlockNumber(0),
            "reference_block_hash": bytes(32),
        },
        RefusalReason.MODE_NOT_SERVED,
    ),
    "another count": (lambda _: {"count": 1}, RefusalReason.ELEMENTS_DIFFER),
    "other elements": (lambda _: {"elements_hash": bytes(32)}, RefusalReason.ELEMENTS_DIFFER),
    "no purpose": (lambda _: {"purpose": 0}, RefusalReason.PURPOSE_UNKNOWN),
    "a deadline before its issue": (
        lambda put: {"deadline": put.request.issued_at - 1},
        RefusalReason.TIMES_NOT_ALLOWED,
    ),
    "a deadline that is far": (
        lambda put: {"deadline": put.request.issued_at + LONGEST_S + 1},
        RefusalReason.TIMES_NOT_ALLOWED,
    ),
    "issued in the future": (
        lambda put: {
            "issued_at": put.request.issued_at + SKEW_S + 60,
            "deadline": put.request.issued_at + SKEW_S + 61,
        },
        RefusalReason.TIMES_NOT_ALLOWED,
    ),
    "over already": (
        lambda put: {"issued_at": put.request.issued_at - 60, "deadline": put.request.issued_at - 59},
        RefusalReason.DEADLINE_PASSED,
    ),
}


@pytest.mark.parametrize("change", REFUSED)
async def test_request__that_may_not_be_answered__is_refused_for_it_and_leaves_no_trace(
    put: Put, change: str
) -> None:
    changes, reason = REFUSED[change]
    message = put.message(**changes(put))

    assert await put.holder.holder.express.answer(message) is reason
    assert await put.holder.holder.journal.batch(put.asker.id, message.header.batch_id) is None
    assert await put.holder.holder.evidence.get(put.asker.id, message.header.batch_id) is None


async def test_request__signed_by_another_member__is_refused(put: Put) -> None:
    message = put.signed(put.request, by=put.holder)

    assert await put.holder.holder.express.answer(message) is RefusalReason.BAD_SIGNATURE


async def test_request__with_other_elements_in_its_frame__is_refused(put: Put) -> None:
    elements = unpack_elements(put.batch.content.elements)
    message = put.signed(put.request, frame=encode_envelope(elements[::-1]))

    assert await put.holder.holder.express.answer(message) is RefusalReason.ELEMENTS_DIFFER


async def test_request__at_a_block_that_is_not_read__is_to_be_asked_again(put: Put) -> None:
    for changes in (
        {"reference_block_hash": keccak256(b"another branch")},
        {"reference_block": BlockNumber(put.request.reference_block + 9)},
    ):
        with pytest.raises(ReferenceUnknown):
            await put.answered(**changes)


async def test_request__at_an_old_block__is_refused(put: Put) -> None:
    put.holder.chain.pass_time(put.holder.base.view.parameter("express_max_age_s").value + 1)
    request = put.request
    later = {"issued_at": put.holder.base.view.now, "deadline": put.holder.base.view.now + 5}

    assert request.reference_block < put.holder.chain.number
    assert await put.answered(**later) is RefusalReason.REFERENCE_TOO_OLD


async def test_reply__to_a_request_at_a_block__is_cut_from_what_was_published_up_to_it(
    consortium: Consortium, put: Put
) -> None:
    from stage.consortium import publish  # noqa: PLC0415 - beside the fixture of the same module

    before = consortium.chain.view.publications_of(put.holder.id)[-1].publication
    await publish(put.holder, "later.example")
    assert consortium.chain.view.publications_of(put.holder.id)[-1].publication != before

    answer = await put.answered()

    assert isinstance(answer, Answer)
    assert (answer.head.sequence, answer.head.root) == (before.sequence, before.root)


async def test_asker__that_is_suspended__is_refused_before_its_signature_is_looked_at(put: Put) -> None:
    put.holder.chain.happen(lambda at: facts.MemberSuspended(at=at, member_id=put.asker.id))

    message = put.signed(put.request, by=put.holder)

    assert await put.holder.holder.express.answer(message) is RefusalReason.NOT_IN_STANDING


async def test_asker__beyond_its_budget_with_what_is_unanchored__is_refused(
    consortium: Consortium,
) -> None:
    consortium.chain.declare(entitlement_floor=3, entitlement_ceiling=3)
    asker, holder = consortium[1], consortium[2]
    first = Put(asker=asker, holder=holder, batch=await asker.batch(await asker.submit_express("a.x", "b.x")))
    assert isinstance(await first.answered(), Answer)

    again = await first.answered(nonce=first.request.nonce + 1)

    assert again is RefusalReason.BUDGET_EXCEEDED


async def test_nonce__used_for_another_request__is_refused_and_kept_as_proof(put: Put) -> None:
    assert isinstance(await put.answered(), Answer)

    assert await put.answered(purpose=2) is RefusalReason.NONCE_REUSED
    ((first, second),) = await put.holder.holder.evidence.reuses(after=0)
    assert first.batch_id == put.batch.batch_id
    assert parse_request(second.statement).value == replace(put.request, purpose=2)


async def test_nonce__used_time_and_again__leaves_one_proof(put: Put) -> None:
    assert isinstance(await put.answered(), Answer)

    for purpose in (2, 3, 4):
        assert await put.answered(purpose=purpose) is RefusalReason.NONCE_REUSED

    ((_, second),) = await put.holder.holder.evidence.reuses(after=0)
    assert parse_request(second.statement).value.purpose == 2


async def test_nonce__of_another_member__is_that_member_s_own(consortium: Consortium, put: Put) -> None:
    third = consortium[3]
    assert isinstance(await put.answered(), Answer)

    accepted = await third.submit_express("b.example")
    other = Put(asker=third, holder=put.holder, batch=await third.batch(accepted))

    assert isinstance(await other.answered(nonce=put.request.nonce), Answer)


async def test_batch__that_was_committed_under_the_same_identifier__is_not_answered_as_express(
    put: Put,
) -> None:
    """Its requester may put any identifier on the chain; the holder must stay on its feet."""
    await put.holder.holder.journal.seen(put.asker.id, put.batch.batch_id, 2, put.request.deadline)

    assert await put.answered() is RefusalReason.MODE_NOT_SERVED


async def test_request__of_a_member_with_an_unanswered_report__is_not_answered_until_that_is_decided(
    put: Put,
) -> None:
    chain, asker, reported = put.holder.chain, put.asker.id, BatchId(b"\x01" * 32)
    chain.happen(
        lambda at: facts.Reported(
            at=at,
            requester=asker,
            batch_id=reported,
            reporter=MemberId(3),
            count=2,
            answerable_until=at.block_timestamp + 1,
            appeal_by=at.block_timestamp + 1_000,
        )
    )
    assert isinstance(await put.answered(nonce=1), Answer)

    chain.pass_time(2)
    assert await put.answered() is RefusalReason.MODE_NOT_SERVED
    assert isinstance(await put.answered(nonce=1), Answer)  # given once, given again
    chain.happen(lambda at: facts.ReportClosed(at=at, requester=asker, batch_id=reported, state=5))

    assert isinstance(await put.answered(), Answer)


async def test_receipt__overdue_for_express__lets_in_until_its_grace_is_over(
    consortium: Consortium,
) -> None:
    asker, holder = consortium[1], consortium[2]
    asker.client.away.add(MemberId(3))
    first = Put(asker=asker, holder=holder, batch=await asker.batch(await asker.submit_express("a.x")))
    assert isinstance(await first.answered(), Answer)
    consortium.chain.pass_time(LONGEST_S)

    second = Put(asker=asker, holder=holder, batch=await asker.batch(await asker.submit_express("b.x")))
    assert isinstance(await second.answered(), Answer)
    consortium.chain.pass_time(LONGEST_S)
    third = Put(asker=asker, holder=holder, batch=await asker.batch(await asker.submit_express("c.x")))

    assert await third.answered() is RefusalReason.RECEIPT_OUTSTANDING
