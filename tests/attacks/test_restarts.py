"""A holder that stops at any step answers afterwards with the very bytes that it had journalled."""

from collections.abc import Awaitable, Callable
from typing import Any

from attacks.conversation import HELD, LATER, MISSED, Conversation, phone
from attacks.member import InProcess

from oracle.domain.answered import AnswerState
from oracle.domain.asked import ReplyState
from oracle.domain.reports import Finding, RecordState
from oracle.peer.courier import Courier
from oracle.peer.errors import PeerUnreachable
from oracle.rules.vouchers import Totals

Members = Callable[[int], Awaitable[InProcess]]


class Unreached(Courier):
    """Fetches envelopes; nothing that it delivers arrives."""

    async def deliver_reply(self, *_: Any, **__: Any) -> None:
        raise PeerUnreachable("the line is cut")


async def test_holder__stopped_between_reply_and_receipt__settles_the_same_reply(
    talk: Conversation, members: Members
) -> None:
    await talk.ask(HELD, MISSED)
    await talk.answer()
    await talk.judge()
    before = await talk.answered()

    talk.holder = await members(2)
    # Whatever is imported meanwhile, the receipt is about the snapshot of the reply.
    await talk.holder.imports(phone(MISSED))
    await talk.holder.publishes()
    await talk.settle()

    after = await talk.answered()
    assert (before.state, after.state) == (AnswerState.DELIVERED, AnswerState.SETTLED)
    assert after.answer == before.answer
    hit, miss = await talk.results()
    assert (hit.state, hit.record_state) == (Finding.HIT, RecordState.DISCLOSED)
    assert miss.state is Finding.MISS
    assert await talk.accepted() == Totals(queries=2, hits=1, amount=102)


async def test_holder__stopped_after_the_receipt__answers_it_again_with_the_same_bytes(
    talk: Conversation, members: Members
) -> None:
    await talk.whole(HELD, MISSED)
    receipt, first = await talk.receipt(), (await talk.answered()).disclosures

    talk.holder = await members(2)

    assert await talk.send_raw(receipt) == first
    assert await talk.accepted() == Totals(queries=2, hits=1, amount=102)


async def test_holder__stopped_before_delivering__delivers_what_it_had_sealed(
    talk: Conversation, members: Members
) -> None:
    await talk.ask(HELD, LATER)
    courier = Unreached(talk.holder.post, talk.holder.client)
    await talk.answer(talk.holder.answering(courier=courier))
    sealed = await talk.answered()

    talk.holder = await members(2)
    await talk.holder.imports(phone(LATER))
    await talk.holder.publishes()
    await talk.read_chain()
    await talk.answer()
    await talk.judge()

    reply = await talk.reply()
    assert sealed.state is AnswerState.SEALED
    assert sealed.answer is not None
    assert reply.state is ReplyState.ACCEPTED
    assert reply.received is not None
    assert (reply.received.statement, reply.received.frame) == (
        sealed.answer.statement,
        sealed.answer.frame,
    )
    assert [result.state for result in await talk.results()] == [Finding.HIT, Finding.MISS]


async def test_requester__stopped_after_the_reply__sends_the_receipt_that_it_had_written(
    talk: Conversation, members: Members
) -> None:
    await talk.ask(HELD)
    await talk.answer()
    await talk.judge()
    written = await talk.receipt()

    talk.bank = await members(1)
    await talk.judge()
    await talk.settle()

    after = await talk.receipt()
    assert (after.statement, after.frame) == (written.statement, written.frame)
    assert await talk.charged() == await talk.accepted() == Totals(queries=1, hits=1, amount=101)


async def test_requester__restarted_with_a_refused_receipt_on_the_way__goes_on(
    talk: Conversation, members: Members
) -> None:
    """A lie of the other side must not be able to stop this one, now or at any start."""
    await talk.ask(HELD)
    maker = talk.holder.maker(notary=talk.holder.strange_notary())
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()

    talk.bank = await members(1)
    await talk.settle()
    await talk.whole(HELD)

    assert [result.state for result in await talk.results()] == [Finding.HIT]
