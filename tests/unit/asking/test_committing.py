"""Prepared batches on their way to the chain: together where they wait together, each once."""

from typing import Any

from stage.consortium import Consortium, House

from oracle.chain.contracts.query_ledger import Commitment
from oracle.chain.transactions import Transaction
from oracle.domain.asked import BatchState
from oracle.domain.ids import BatchId


async def _states(house: House) -> list[BatchState]:
    states = (BatchState.PREPARED, BatchState.COMMITTED, BatchState.FAILED)
    return [batch.state for batch in await house.requester.journals.asked.batches_in(*states)]


def _committed(house: House) -> list[list[bytes]]:
    """The batches of each transaction, in order."""
    return [
        [commitment[0] for commitment in arguments[0]]
        for function, arguments in house.lane.orders
        if function == "commit"
    ]


async def test_round__several_batches_wait__brings_them_in_one_transaction(consortium: Consortium) -> None:
    asker = consortium[1]
    accepted = [await asker.submit(f"host{number}.example") for number in range(3)]

    await asker.commit()

    expected = sorted([(await asker.batch(one)).batch_id for one in accepted])
    assert _committed(asker) == [expected]
    assert await _states(asker) == [BatchState.COMMITTED] * 3


async def test_round__more_than_fit_together__brings_them_in_several(consortium: Consortium) -> None:
    asker = consortium[1]
    for number in range(53):
        await asker.submit(f"host{number}.example")

    await asker.commit()

    assert [len(together) for together in _committed(asker)] == [50, 3]


async def test_round__again_before_the_view_has_read_it__sends_nothing(consortium: Consortium) -> None:
    asker = consortium[1]
    await asker.submit("one.example")
    await asker.submit("two.example")
    head = consortium.chain.view.head
    await asker.requester.committing.round()
    assert head is not None

    # As if nothing of it were read yet: the transactions are mined in later blocks.
    seen = consortium.chain.view
    commitments, later = seen.commitments, seen.head
    seen.commitments, seen.head = type(commitments)(), head
    await asker.submit("three.example")
    await asker.requester.committing.round()
    seen.commitments, seen.head = commitments, later

    assert [len(together) for together in _committed(asker)] == [2, 1]


async def test_round__one_of_them_refused__commits_the_others_and_names_the_reason(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    good = await asker.batch(await asker.submit("good.example"))
    bad = await asker.batch(await asker.submit("bad.example"))
    asker.lane.refuse_batch(bad.batch_id, "DeadlineOutOfBounds")

    await asker.commit()

    assert _committed(asker) == [[good.batch_id]]
    journal = asker.requester.journals.asked
    failed, committed = await journal.batch(bad.batch_id), await journal.batch(good.batch_id)
    assert (failed.state, failed.failure) == (BatchState.FAILED, "DeadlineOutOfBounds")
    assert committed.state is BatchState.COMMITTED


async def test_round__committed_by_an_earlier_run_already__is_no_failure(consortium: Consortium) -> None:
    asker = consortium[1]
    batch = await asker.batch(await asker.submit("one.example"))
    asker.lane.refuse_batch(batch.batch_id, "BatchAlreadyCommitted")

    await asker.requester.committing.round()

    assert await _states(asker) == [BatchState.PREPARED]


async def test_round__after_a_crash_with_one_on_its_way__follows_it_and_sends_the_rest(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    first = await asker.batch(await asker.submit("first.example"))
    second = await asker.batch(await asker.submit("second.example"))
    third = await asker.batch(await asker.submit("third.example"))
    sent = await _sent_by_an_earlier_run(asker, first, second)

    await asker.commit()

    assert _committed(asker) == [sorted([first.batch_id, second.batch_id]), [third.batch_id]]
    assert sent.intent in asker.lane.done
    assert await _states(asker) == [BatchState.COMMITTED] * 3


async def _sent_by_an_earlier_run(asker: House, *batches: Any) -> Transaction:
    """A row in the lane's journal, of batches that waited together then."""
    ordered = sorted(batches, key=lambda batch: batch.batch_id)
    commitments = [
        Commitment(batch_id=batch.batch_id, count=batch.count, deadline=batch.deadline) for batch in ordered
    ]
    order = asker.base.contracts.queries.commit(commitments)
    assert asker.base.contracts.queries.commitments_in(order.data) == commitments
    row = Transaction(
        intent="commit:" + BatchId(bytes(32)).hex(),
        sender=asker.base.keyring.operator_address(),
        to=order.to,
        data=order.data,
    )
    asker.lane.on_its_way.append(row)
    return row
