"""Express batches reach the chain once, their holders are told, and who is not told reports."""

import pytest
from stage.consortium import Consortium, House

from oracle.crypto.anchor_tree import AnchoredBatch, anchor_root
from oracle.domain.ids import BatchId
from oracle.store.anchors import uncounted_elements
from oracle.store.askers import AskerJournal
from oracle.store.tables import express


async def _asked(asker: House, *names: str) -> BatchId:
    return (await asker.batch(await asker.ask_at_once(*names))).batch_id


def _due(consortium: Consortium) -> int:
    """A moment at which everything asked so far is to be anchored."""
    return consortium.chain.view.parameter("anchor_window_s").value // 3


@pytest.fixture
def world(consortium: Consortium) -> Consortium:
    """Epochs that do not turn while windows pass."""
    consortium.chain.declare(epoch_length_s=10_000_000)
    return consortium


async def test_batches__younger_than_the_policy__wait(world: Consortium) -> None:
    await _asked(world[1], "a.example")

    await world[1].accounts.anchoring.round()

    assert await world[1].requester.anchors.waiting() == (1, 0)
    assert world[1].lane.orders[-1][0] != "anchor"


async def test_batches__once_one_is_old_enough__go_into_one_anchor_in_their_order(world: Consortium) -> None:
    asker = world[1]
    batches = [await _asked(asker, "a.example", "b.example"), await _asked(asker, "c.example")]
    world.chain.pass_time(_due(world))

    await asker.accounts.anchoring.round()

    known = [AnchoredBatch(batch_id=one, count=2 - place) for place, one in enumerate(batches)]
    orders = [anchor_root(known), anchor_root(known[::-1])]
    function, (root, number, elements) = asker.lane.orders[-1]
    assert (function, number, elements) == ("anchor", 2, 3)
    assert root in {order.hash for order in orders}
    assert await asker.requester.anchors.waiting() == (0, 0)
    assert world.chain.view.budget(asker.id, world.chain.view.epoch_of(world.chain.view.now)).used == 3


async def test_anchor__that_was_decided_before_a_crash__is_sent_by_the_next_round_with_the_same_batches(
    world: Consortium,
) -> None:
    asker = world[1]
    first = await _asked(asker, "a.example")
    world.chain.pass_time(_due(world))
    asker.lane.refused["anchor"] = "NotOperatorInStanding"
    await asker.accounts.anchoring.round()
    (decided,) = await asker.requester.anchors.decided()
    await _asked(asker, "b.example")
    del asker.lane.refused["anchor"]

    await asker.accounts.anchoring.round()

    made = [arguments for function, arguments in asker.lane.orders if function == "anchor"]
    assert made == [(decided.root, 1, 1)]
    assert decided.root == anchor_root([AnchoredBatch(batch_id=first, count=1)]).hash
    assert await asker.requester.anchors.waiting() == (1, 0)


async def test_anchor__that_the_ledger_has_already__is_not_made_again(world: Consortium) -> None:
    asker = world[1]
    await _asked(asker, "a.example")
    world.chain.pass_time(_due(world))
    asker.lane.refused["anchor"] = "AnchorAlreadyMade"

    await asker.accounts.anchoring.round()

    assert await asker.requester.anchors.waiting() == (0, 0)


async def test_elements__decided_and_not_on_the_chain__still_count_as_used(world: Consortium) -> None:
    asker = world[1]
    await _asked(asker, "a.example", "b.example")
    world.chain.pass_time(_due(world))
    asker.lane.refused["anchor"] = "EvaluationBudgetExceeded"
    await asker.accounts.anchoring.round()

    assert await asker.base.database.look(uncounted_elements) == 2
    del asker.lane.refused["anchor"]
    await asker.accounts.anchoring.round()
    assert await asker.base.database.look(uncounted_elements) == 0


async def test_holders__of_an_anchor__are_told_once_and_report_nothing(world: Consortium) -> None:
    asker, holder = world[1], world[2]
    batch = await _asked(asker, "a.example")
    world.chain.pass_time(_due(world))
    await asker.accounts.anchoring.round()

    await asker.accounts.proving.round()
    await asker.accounts.proving.round()

    assert [to for kind, to, _ in asker.client.sent if kind == "anchor proofs"] == [2, 3]
    assert await holder.holder.evidence.is_proven(asker.id, batch)
    standing = await AskerJournal(holder.base.database).standing(asker.id, without=batch, now=0, since=0)
    assert standing.unanchored == 0
    world.chain.pass_time(world.chain.view.parameter("anchor_window_s").value)
    await holder.accounts.reporting.round()
    assert world.chain.view.anchors.report(asker.id, batch) is None


async def test_holder__that_refuses_a_proof__is_not_sent_it_every_round(world: Consortium) -> None:
    asker = world[1]
    await _asked(asker, "a.example")
    await _asked(asker, "b.example")
    world.chain.pass_time(_due(world))
    await asker.accounts.anchoring.round()
    # Then its places lead to another root than the one on the chain.
    async with asker.base.database.writing() as connection:
        await connection.execute(express.update().values(elements=7))

    for _ in range(3):
        await asker.accounts.proving.round()

    assert [to for kind, to, _ in asker.client.sent if kind == "anchor proofs"] == [2, 3]


async def test_holders__of_a_batch_that_is_still_on_its_way__are_told_when_it_is_over(
    world: Consortium,
) -> None:
    """A daemon that died after journalling anchors at its start what it has not sent yet."""
    asker = world[1]
    batch = await asker.batch(await asker.submit_express("a.example"))
    world.chain.pass_time(_due(world))
    await asker.accounts.anchoring.round()

    await asker.accounts.proving.round()
    assert asker.client.sent == []
    await asker.requester.journals.asked.finish(batch.batch_id)
    await asker.accounts.proving.round()

    assert [to for kind, to, _ in asker.client.sent if kind == "anchor proofs"] == [2, 3]


async def test_holder__that_was_not_told__asks_for_the_proof_instead_of_a_needless_report(
    world: Consortium,
) -> None:
    asker, holder = world[1], world[2]
    batch = await _asked(asker, "a.example")
    world.chain.pass_time(_due(world))
    await asker.accounts.anchoring.round()
    world.chain.pass_time(world.chain.view.parameter("anchor_window_s").value)

    await holder.accounts.reporting.round()

    assert await holder.holder.evidence.is_proven(asker.id, batch)
    assert world.chain.view.anchors.report(asker.id, batch) is None


async def test_epoch__that_is_about_to_end__has_everything_anchored_in_it(consortium: Consortium) -> None:
    asker, view = consortium[1], consortium.chain.view
    await _asked(asker, "a.example")

    await asker.accounts.anchoring.round()
    assert await asker.requester.anchors.waiting() == (1, 0)
    # The last quarter of an epoch of 1,000 s.
    consortium.chain.pass_time(800)
    await asker.accounts.anchoring.round()

    assert await asker.requester.anchors.waiting() == (0, 0)
    assert view.budget(asker.id, view.epoch_of(view.now)).used == 1
