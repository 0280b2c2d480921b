"""What is decided on a batch before a single scalar multiplication."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from stage.consortium import Consortium, House

from oracle.answering.admission import Admission
from oracle.chain import facts
from oracle.chain.grounds import Ground, ground_of_commitment
from oracle.domain.answered import Envelope
from oracle.domain.asked import AskedBatch
from oracle.domain.ids import Credits, MemberId
from oracle.domain.messages import MessageType, Mode, Request
from oracle.domain.settlement import RefusalReason, Signed
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.envelope import encode_envelope
from oracle.peer.sealed import OpenedMessage
from oracle.peer.statements import encode_request, parse_request
from oracle.store.askers import AskerJournal

ENVELOPE = frozenset({MessageType.QUERY_ENVELOPE})


@dataclass(frozen=True, kw_only=True)
class Put:
    """A committed batch as member 2 gets it."""

    asker: House
    holder: House
    batch: AskedBatch
    committed: facts.Committed
    message: OpenedMessage

    @property
    def admission(self) -> Admission:
        base = self.holder.base
        return Admission(
            me=self.holder.id,
            view=base.view,
            notary=self.holder.notary,
            askers=AskerJournal(base.database),
            clock=base.clock,
        )

    async def refusal(self, envelope: Envelope) -> RefusalReason | None:
        asker, batch_id = self.asker.id, self.batch.batch_id
        standing = await self.admission.standing(asker, batch_id)
        return self.admission.refusal(envelope, self.ground, requester=asker, standing=standing)

    @property
    def ground(self) -> Ground:
        return ground_of_commitment(self.committed)

    @property
    def request(self) -> Request:
        return parse_request(self.message.statement).value

    def read(self) -> Envelope:
        envelope = self.admission.read_envelope(self.message, self.committed)
        assert isinstance(envelope, Envelope)
        return envelope

    def signed(self, request: Request, by: House | None = None) -> OpenedMessage:
        signature = (by or self.asker).notary.sign(request)
        statement = encode_request(Signed(value=request, signature=signature))
        return replace(self.message, statement=statement)


@pytest.fixture
async def put(consortium: Consortium) -> Put:
    asker, holder = consortium[1], consortium[2]
    accepted = await asker.submit("a.example", "b.example", "c.example")
    await asker.commit()
    batch = await asker.batch(accepted)
    committed = consortium.chain.view.commitment(asker.id, batch.batch_id)
    assert committed is not None
    message = await holder.courier.fetch_envelope(asker.id, batch.batch_id)
    return Put(asker=asker, holder=holder, batch=batch, committed=committed, message=message)


def test_envelope__as_it_was_committed__is_read(put: Put) -> None:
    envelope = put.read()

    assert envelope.elements == put.batch.content.elements
    assert parse_request(envelope.statement).value == put.request


CHANGES: dict[str, tuple[Callable[[Put], Any], RefusalReason]] = {
    "a statement of another form": (
        lambda put: replace(put.message, statement=put.message.statement[1:]),
        RefusalReason.MALFORMED,
    ),
    "a frame of another form": (
        lambda put: replace(put.message, frame=put.message.frame[:-1]),
        RefusalReason.MALFORMED,
    ),
    "signed by another member": (
        lambda put: put.signed(put.request, by=put.holder),
        RefusalReason.BAD_SIGNATURE,
    ),
    "another field than was signed": (
        lambda put: replace(
            put.message,
            statement=encode_request(
                Signed(
                    value=replace(put.request, purpose=2),
                    signature=parse_request(put.message.statement).signature,
                )
            ),
        ),
        RefusalReason.BAD_SIGNATURE,
    ),
    "express": (
        lambda put: put.signed(replace(put.request, mode=Mode.EXPRESS)),
        RefusalReason.MODE_NOT_SERVED,
    ),
    "other elements": (
        lambda put: replace(
            put.message, frame=encode_envelope(unpack_elements(put.batch.content.elements)[::-1])
        ),
        RefusalReason.ELEMENTS_DIFFER,
    ),
    "another number of elements": (
        lambda put: put.signed(replace(put.request, count=2)),
        RefusalReason.ELEMENTS_DIFFER,
    ),
    "no purpose": (lambda put: put.signed(replace(put.request, purpose=0)), RefusalReason.PURPOSE_UNKNOWN),
    "a purpose past the list": (
        lambda put: put.signed(replace(put.request, purpose=60_000)),
        RefusalReason.PURPOSE_UNKNOWN,
    ),
    "another deadline": (
        lambda put: put.signed(replace(put.request, deadline=put.request.deadline + 1)),
        RefusalReason.DEADLINE_DIFFERS,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_envelope__with_one_thing_changed__is_refused_for_it(put: Put, change: str) -> None:
    made, reason = CHANGES[change]

    assert put.admission.read_envelope(made(put), put.committed) is reason


def test_envelope__of_another_count_than_committed__is_refused(put: Put) -> None:
    committed = replace(put.committed, count=4)

    assert put.admission.read_envelope(put.message, committed) is RefusalReason.COUNT_DIFFERS


def test_envelope__after_its_deadline__is_refused(put: Put) -> None:
    put.holder.chain.pass_time(put.request.deadline)

    assert put.admission.read_envelope(put.message, put.committed) is RefusalReason.DEADLINE_PASSED


async def test_asker__in_standing_and_with_credit__is_let_in(put: Put) -> None:
    assert await put.refusal(put.read()) is None
    assert put.admission.query_fees(3, put.ground) == 3


async def test_asker__suspended_meanwhile__is_refused(put: Put) -> None:
    envelope = put.read()
    put.holder.chain.happen(lambda at: facts.MemberSuspended(at=at, member_id=put.asker.id))

    assert await put.refusal(envelope) is RefusalReason.NOT_IN_STANDING


async def test_prefix__of_another_length_than_was_governed_at_the_commitment__is_refused(put: Put) -> None:
    elements = unpack_elements(put.read().elements)
    wider = Envelope(
        statement=b"",
        elements=b"".join(element.blinded + b"\x02" + bytes(4) for element in elements),
    )
    # A length that is governed later was not governed when the batch was committed.
    put.holder.chain.declare(prefix_bits_6=2)

    assert await put.refusal(wider) is RefusalReason.PREFIX_NOT_GOVERNED
    assert await put.refusal(put.read()) is None


async def test_asker__that_spent_nearly_all__is_refused_what_its_share_does_not_cover(put: Put) -> None:
    view = put.holder.base.view
    floor = view.parameter("credit_floor").value
    # Means of 5 for two holders: a share of 2 for a batch that costs 3.
    spent = Credits(view.balance(put.asker.id) + floor - 5)
    put.holder.chain.happen(
        lambda at: facts.Redeemed(
            at=at,
            requester=put.asker.id,
            holder=MemberId(3),
            queries=1,
            hits=0,
            amount=spent,
            paid=spent,
        )
    )

    assert await put.refusal(put.read()) is RefusalReason.EXPOSURE_EXCEEDED


async def test_asker__whose_receipt_is_overdue__is_refused_until_it_comes(consortium: Consortium) -> None:
    asker, holder = consortium[1], consortium[2]
    first = await asker.submit("a.example", deadline_s=30)
    await asker.commit()
    await holder.answer()
    consortium.chain.pass_time(40)
    second = await asker.submit("b.example")
    await asker.commit()
    await holder.answer()
    await asker.judge()

    replies = asker.requester.journals.replies
    refused = await replies.reply((await asker.batch(second)).batch_id, holder.id)
    assert refused is not None
    assert refused.reason == RefusalReason.RECEIPT_OUTSTANDING

    await asker.settle()
    third = await asker.submit("c.example")
    await asker.commit()
    await holder.answer()
    await asker.judge()
    accepted = await replies.reply((await asker.batch(third)).batch_id, holder.id)
    assert accepted is not None
    assert (accepted.reason, accepted.proven is None) == (0, False)
    assert (await replies.reply((await asker.batch(first)).batch_id, holder.id)) is not None
