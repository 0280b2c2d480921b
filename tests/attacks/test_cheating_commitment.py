"""What the chain has of a batch is decided once, by its own asker, before anybody sees an element of it."""

from collections.abc import Awaitable, Callable

import pytest
from attacks.conversation import HELD, Conversation
from attacks.member import InProcess

from oracle.chain.contracts.query_ledger import Commitment
from oracle.chain.errors import TransactionReverted
from oracle.chain.transactions import Order
from oracle.domain.asked import BatchState
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
    assert await talk.holder.holder.journal.batch(talk.batch_id) is None


async def test_commitment__of_the_same_batch_again__is_refused_by_the_ledger(talk: Conversation) -> None:
    await talk.whole(HELD)
    batch, base = await talk.batch(), talk.bank.base
    again = Commitment(batch_id=batch.batch_id, count=batch.count, deadline=batch.deadline)

    with pytest.raises(TransactionReverted, match="BatchAlreadyCommitted"):
        await base.lane.execute("commit it twice", base.contracts.queries.commit([again]))


async def test_commitment__of_another_members_batch_id__fails_it_and_shows_no_element(
    talk: Conversation, members: Callable[[int], Awaitable[InProcess]]
) -> None:
    """Whoever sees the identifier first can commit it in its own name; that must gain it nothing."""
    await talk.submit(HELD)
    batch, third = await talk.batch(), await members(3)
    copied = Commitment(batch_id=batch.batch_id, count=batch.count, deadline=batch.deadline)
    await third.base.lane.execute("first", third.base.contracts.queries.commit([copied]))

    await talk.read_chain()
    with pytest.raises(PeerBusy):
        await third.courier.fetch_envelope(talk.bank.id, batch.batch_id)
    await talk.bank.requester.committing.round()
    await talk.read_chain()
    await talk.answer()

    failed = await talk.batch()
    assert (failed.state, failed.failure) == (BatchState.FAILED, "BatchAlreadyCommitted")
    assert (await talk.answered()).envelope is None


async def test_envelope__before_its_commitment_is_read__is_shown_to_nobody(talk: Conversation) -> None:
    """Elements are seen only after the chain has fixed which snapshot answers them."""
    await talk.submit(HELD)

    with pytest.raises(PeerBusy):
        await talk.holder.courier.fetch_envelope(talk.bank.id, talk.batch_id)
