"""A holder whose store or dataset is an older copy earns nothing twice and publishes no number twice."""

from stage.consortium import Consortium
from stage.yesterday import HIT, MISS, NORTH, accepted_of, answered, backed_up, owed, state_at, times

from oracle.chain import facts
from oracle.domain.answered import AnswerState
from oracle.domain.asked import ReceiptState
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.record import Category
from oracle.domain.reports import Verdict
from oracle.domain.settlement import RefusalReason
from oracle.domain.subject import SubjectType
from oracle.subjects import canonical


async def test_holder__restored_to_before_a_batch__answers_it_again_and_earns_it_once(
    consortium: Consortium,
) -> None:
    north = consortium[2]
    copy = await backed_up(north)
    accepted = await consortium.whole("north.example")
    _, batch_id = accepted, BatchId(bytes.fromhex(accepted.batches[0][2:]))
    await north.accounts.redeeming.redeem_now([])

    await copy.again()
    await north.answer()
    await consortium[1].settle()

    assert await state_at(consortium, 2, batch_id) is AnswerState.SETTLED
    assert await accepted_of(consortium, 2) == await owed(consortium, NORTH) == HIT
    assert sum(pair.paid for pair in (await north.accounts.redeeming.redeem_now([])).pairs) == 0
    await consortium.whole("north.example")
    assert await accepted_of(consortium, 2) == await owed(consortium, NORTH) == times(HIT, 2)


async def test_holder__restored_to_before_a_redemption__takes_no_less_than_what_follows(
    consortium: Consortium,
) -> None:
    """What the chain has redeemed was accepted: the same voucher does not pay for the next batch, too."""
    north = consortium[2]
    copy = await backed_up(north)
    accepted = await consortium.whole("north.example")
    batch = await consortium[1].batch(accepted)
    await north.accounts.redeeming.redeem_now([])
    consortium.chain.pass_time(batch.deadline - consortium.chain.view.head.timestamp + 1)

    await copy.again()

    assert await accepted_of(consortium, 2) == HIT
    await consortium.whole("north.example")
    assert await accepted_of(consortium, 2) == await owed(consortium, NORTH)
    assert (await accepted_of(consortium, 2)).hits == 2


async def test_receipt__for_a_batch_that_its_holder_lost__is_refused_and_its_hits_are_not_owed(
    consortium: Consortium,
) -> None:
    asker, north = consortium[1], consortium[2]
    copy = await backed_up(north)
    _, batch_id = await answered(consortium, "north.example")
    await asker.judge()
    copy.put_back()

    await asker.settle()

    receipt = await asker.requester.journals.receipts.receipt(batch_id, NORTH)
    assert (receipt.state, receipt.reason) == (ReceiptState.REFUSED, RefusalReason.UNKNOWN_BATCH)
    assert await owed(consortium, NORTH) == MISS


async def test_holder__restored_with_an_older_dataset__goes_beyond_the_number_that_is_used(
    consortium: Consortium,
) -> None:
    """The number of a snapshot that stands on the chain is never used with another root."""
    north = consortium[2]
    published = north.base.view.publications_of(NORTH)[-1].publication
    await north.holder.dataset.remove(canonical(SubjectType.DOMAIN, "north.example"))
    built = await north.holder.dataset.build_snapshot(now=north.base.clock.chain_time())
    # The lost dataset had published another snapshot under the same number.
    consortium.chain.happen(
        lambda at: facts.Published(
            at=at,
            member_id=NORTH,
            sequence=built.sequence,
            root=b"\x07" * 32,
            bits=published.bits,
            oprf_key_version=published.oprf_key_version,
            changed=1,
        )
    )

    await north.holder.publisher.publish()

    placed = [entry.publication for entry in north.base.view.publications_of(NORTH)]
    assert [entry.sequence for entry in placed] == [built.sequence - 1, built.sequence, built.sequence + 2]
    assert placed[-1].root == built.root
    assert await north.holder.publisher.publish() == (await north.holder.dataset.latest()).row


async def test_ratings__that_a_lost_journal_had_sent__are_not_sent_again(consortium: Consortium) -> None:
    asker, north = consortium[1], consortium[2]
    queries = [await consortium.whole("north.example") for _ in range(2)]
    for accepted in queries:
        await asker.accounts.ratings.rate(
            query_id=accepted.query_id,
            index=0,
            holder=NORTH,
            category=Category.TRANSACTION_FRAUD,
            verdict=Verdict.CONFIRMED,
        )
    copy = await backed_up(asker)
    await north.accounts.redeeming.redeem_now([])
    await asker.accounts.rating.round()
    assert asker.base.view.quality.rated(MemberId(1), NORTH) == 2

    await copy.again()
    await consortium.whole("north.example")
    await north.accounts.redeeming.redeem_now([])
    await asker.accounts.rating.round()

    assert asker.base.view.quality.rated(MemberId(1), NORTH) == 2
