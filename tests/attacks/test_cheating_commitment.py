"""What the chain has of a batch is decided once, by its own asker, before anybody sees an element of it."""

from collections.abc import Awaitable, Callable

import pytest
from attacks.conversation import HELD, Conversation
from attacks.member import InProcess

from oracle.chain.contracts.query_ledger import Commitment
from oracle.chain.errors import TransactionReverted
from oracle.chain.transactions import Order
from oracle.domain.answered import AnswerState
from oracle.domain.asked import BatchState
from oracle.domain.reports import Finding
from oracle.peer.errors import PeerBusy


async def test_commitment__of_a_suspended_member__is_refused_by_the_ledger(
    talk: Conversation, govern: Callable[[Order], None]
) -> None:
    govern(talk.bank.base.contracts.registry.suspend(talk.bank.id))
    await talk.read_chain()

    await talk.ask(HELD)
    await talk.answer()

    batch = await talk.batch()
    assert (batch.state, batch.failure) == (BatchState.FAILED, "NotOperatorInStanding")
    assert await talk.holder.holder.journal.batch(talk.bank.id, talk.batch_id) is None


async def test_commitment__of_the_same_batch_again__is_refused_by_the_ledger(talk: Conversation) -> None:
    await talk.whole(HELD)
    batch, base = await talk.batch(), talk.bank.base
    again = Commitment(batch_id=batch.batch_id, count=batch.count, deadline=batch.deadline)

    with pytest.raises(TransactionReverted, match="BatchAlreadyCommitted"):
        await base.lane.execute("commit it twice", base.contracts.queries.commit([again]))


async def test_commitment__whose_identifier_another_commits_first__is_answered_as_if_nothing_were(
    talk: Conversation, members: Callable[[int], Awaitable[InProcess]]
) -> None:
    """Whoever sees a pending commitment can be first with its identifier; that disturbs and shows nothing."""
    await talk.submit(HELD)
    batch, third = await talk.batch(), await members(3)
    copied = Commitment(batch_id=batch.batch_id, count=batch.count + 1, deadline=batch.deadline - 1)
    await third.base.lane.execute("first", third.base.contracts.queries.commit([copied]))

    await talk.read_chain()
    with pytest.raises(PeerBusy):
        await third.courier.fetch_envelope(talk.bank.id, batch.batch_id)
    await talk.bank.requester.committing.round()
    await talk.read_chain()
    await talk.answer()
    await talk.judge()
    await talk.settle()

    assert (await talk.batch()).state is BatchState.DONE
    assert (await talk.results())[0].state is Finding.HIT
    assert (await talk.answered()).state is AnswerState.SETTLED
    copy = await talk.holder.holder.journal.batch(third.id, batch.batch_id)
    assert copy is not None
    assert (copy.envelope, copy.answer) == (None, None)


async def test_commitment__of_a_copied_identifier__gets_no_answer_even_with_the_envelope_behind_it(
    talk: Conversation, members: Callable[[int], Awaitable[InProcess]]
) -> None:
    """The copier is a holder of the batch too and has its elements; the request with them is not its own."""
    third = await members(3)
    await talk.ask(HELD)
    batch = await talk.batch()
    copied = Commitment(batch_id=batch.batch_id, count=batch.count, deadline=batch.deadline)
    await third.base.lane.execute("copied", third.base.contracts.queries.commit([copied]))
    question = await talk.bank.requester.journals.asked.question(talk.query_id)
    assert question is not None
    await third.requester.journals.asked.add("copied", question, (batch,))
    for member in (third, talk.holder):
        await member.base.stream.poll()

    await talk.answer()

    copy = await talk.holder.holder.journal.batch(third.id, batch.batch_id)
    assert copy is not None
    assert (copy.envelope, copy.answer) == (None, None)
    assert (await talk.answered()).state is AnswerState.DELIVERED


async def test_envelope__before_its_commitment_is_read__is_shown_to_nobody(talk: Conversation) -> None:
    """Elements are seen only after the chain has fixed which snapshot answers them."""
    await talk.submit(HELD)

    with pytest.raises(PeerBusy):
        await talk.holder.courier.fetch_envelope(talk.bank.id, talk.batch_id)
