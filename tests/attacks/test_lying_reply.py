"""A reply counts only as the signed, sealed whole that its holder made for this batch and this requester."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess

from oracle.answering.replying import ReplyMaker
from oracle.chain.books.publications import PlacedPublication
from oracle.crypto.signing import Signer, generate_signing_key
from oracle.crypto.typed_data import member_domain
from oracle.domain.answered import Answer
from oracle.domain.asked import ReplyState
from oracle.domain.ids import BatchId, KeyVersion, MemberId
from oracle.domain.messages import MessageType
from oracle.domain.query import ELEMENT_SIZE
from oracle.domain.reports import Finding
from oracle.domain.settlement import RefusalReason
from oracle.peer.courier import Courier
from oracle.peer.errors import PeerRefused
from oracle.peer.sealed import Route, seal_message

FIRST = KeyVersion(1)
THIRD = MemberId(3)


async def test_reply__with_a_head_signed_by_another_key__is_no_answer(talk: Conversation) -> None:
    await talk.ask(HELD)

    maker = talk.holder.maker(notary=talk.holder.strange_notary())
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()

    await talk.require_caught(RefusalReason.REPLY_HEAD_WRONG)


class MakerOf(ReplyMaker):
    """Evaluates other elements than those of the envelope, under a head for the right batch."""

    other: Callable[[bytes], bytes]

    async def make(
        self, batch_id: BatchId, packed_elements: bytes, placed: PlacedPublication, *, requester: MemberId
    ) -> Answer:
        return await super().make(batch_id, self.other(packed_elements), placed, requester=requester)


def _maker_of(holder: InProcess, other: Callable[[bytes], bytes]) -> MakerOf:
    base = holder.base
    maker = MakerOf(
        snapshots=holder.snapshots,
        keys=base.keyring,
        notary=holder.notary,
        clock=base.clock,
        workers=base.workers,
    )
    maker.other = other
    return maker


async def test_reply__to_another_batch_under_this_batchs_head__is_no_answer(talk: Conversation) -> None:
    """The same subject twice: prefix and buckets are right, only the blinded element is the other's."""
    await talk.whole(HELD)
    first = (await talk.batch()).content.elements
    await talk.ask(HELD)

    maker = _maker_of(talk.holder, lambda _: first)
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()

    reply = await talk.reply()
    assert (reply.state, reply.reason) == (ReplyState.REJECTED, RefusalReason.REPLY_PROOF_WRONG)
    assert await talk.charged() is None
    assert [result.state for result in await talk.results()] == [Finding.NO_ANSWER]


async def test_reply__to_the_first_element_only__is_no_answer(talk: Conversation) -> None:
    await talk.ask(HELD, MISSED)

    maker = _maker_of(talk.holder, lambda packed: packed[:ELEMENT_SIZE])
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()

    await talk.require_caught(RefusalReason.REPLY_MALFORMED)


class Forger(Courier):
    """Delivers what `forge` makes of a reply, and remembers how the requester refused it."""

    def __init__(self, holder: InProcess, forge: Callable[[BatchId, bytes, bytes], bytes]) -> None:
        super().__init__(holder.post, holder.client)
        self._sending = holder.client
        self._forge = forge
        self.codes: list[str] = []

    async def deliver_reply(
        self, requester: MemberId, batch_id: BatchId, *, statement: bytes, frame: bytes
    ) -> None:
        try:
            await self._sending.deliver_reply(requester, self._forge(batch_id, statement, frame))
        except PeerRefused as error:
            self.codes.append(error.peer_code)
            raise


def _seal(holder: InProcess, batch_id: BatchId, statement: bytes, frame: bytes, **other: Any) -> bytes:
    """As `Post.seal` does it, with one thing changed."""
    base = holder.base
    recipient = other.get("recipient", MemberId(1))
    route = Route(
        batch_id=batch_id,
        sender=holder.id,
        sender_key_version=FIRST,
        recipient=recipient,
        recipient_key_version=FIRST,
    )
    key = base.registry.sealing_key(other.get("sealed_to", recipient), FIRST)
    assert key is not None
    return seal_message(
        MessageType.REPLY,
        route,
        statement=statement,
        frame=frame,
        signer=other.get("signer", base.keyring.operator()),
        recipient_sealing_key=key,
        domain=member_domain(base.record.chain_id, base.record.address_of("MemberRegistry")),
    )


def _body_of_another(holder: InProcess, batch_id: BatchId, statement: bytes, frame: bytes) -> bytes:
    return _seal(holder, batch_id, statement, frame[:40] + bytes((frame[40] ^ 1,)) + frame[41:])


def _for_the_third(holder: InProcess, batch_id: BatchId, statement: bytes, frame: bytes) -> bytes:
    return _seal(holder, batch_id, statement, frame, recipient=THIRD)


def _sealed_to_the_third(holder: InProcess, batch_id: BatchId, statement: bytes, frame: bytes) -> bytes:
    return _seal(holder, batch_id, statement, frame, sealed_to=THIRD)


def _signed_by_a_stranger(holder: InProcess, batch_id: BatchId, statement: bytes, frame: bytes) -> bytes:
    return _seal(holder, batch_id, statement, frame, signer=Signer(generate_signing_key()))


def _under_another_batch(holder: InProcess, _batch_id: BatchId, statement: bytes, frame: bytes) -> bytes:
    return _seal(holder, BatchId(b"\x31" * 32), statement, frame)


def _altered_on_the_way(holder: InProcess, batch_id: BatchId, statement: bytes, frame: bytes) -> bytes:
    sealed = _seal(holder, batch_id, statement, frame)
    return sealed[:-1] + bytes((sealed[-1] ^ 1,))


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        pytest.param(_body_of_another, "statement_not_bound", id="a body that the head does not name"),
        pytest.param(_under_another_batch, "unknown_batch", id="a header of another batch"),
        pytest.param(_for_the_third, "not_for_this_member", id="for another member"),
        pytest.param(_sealed_to_the_third, "seal_broken", id="sealed to another member's key"),
        pytest.param(_signed_by_a_stranger, "header_signature_wrong", id="signed by a stranger"),
        pytest.param(_altered_on_the_way, "seal_broken", id="one bit altered on the way"),
    ],
)
async def test_reply__that_is_not_the_holders_whole_message__is_turned_away(
    talk: Conversation, forge: Callable[[InProcess, BatchId, bytes, bytes], bytes], code: str
) -> None:
    await talk.ask(HELD)
    courier = Forger(talk.holder, lambda *parts: forge(talk.holder, *parts))

    await talk.answer(talk.holder.answering(courier=courier))
    await talk.judge()

    assert courier.codes == [code]
    await talk.require_turned_away()
    # Whoever forged it took nothing from the holder: its own reply still counts.
    await talk.answer()
    await talk.judge()
    assert [result.state for result in await talk.results()] == [Finding.HIT]


async def test_reply__of_another_batch_sent_again__changes_nothing(talk: Conversation) -> None:
    await talk.whole(HELD)
    first, kept = (await talk.answered()).answer, await talk.reply()
    assert first is not None
    courier = Forger(
        talk.holder,
        lambda *_: _seal(talk.holder, first.head.batch_id, first.statement, first.frame),
    )
    await talk.ask(HELD)

    await talk.answer(talk.holder.answering(courier=courier))
    await talk.judge()

    await talk.require_turned_away()
    assert kept == await talk.bank.requester.journals.replies.reply(first.head.batch_id, talk.holder.id)


async def test_reply__brought_by_another_member__is_turned_away(
    talk: Conversation, members: Callable[[int], Awaitable[InProcess]]
) -> None:
    await talk.ask(HELD)
    third = await members(THIRD)
    stolen: list[bytes] = []

    def keep(*parts: Any) -> bytes:
        stolen.append(_seal(talk.holder, *parts))
        return _altered_on_the_way(talk.holder, *parts)

    await talk.answer(talk.holder.answering(courier=Forger(talk.holder, keep)))

    with pytest.raises(PeerRefused) as refused:
        await third.client.deliver_reply(talk.bank.id, stolen[0])
    assert refused.value.peer_code == "caller_not_sender"
    await talk.require_turned_away()
