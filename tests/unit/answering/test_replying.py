"""The one reply to a batch, and how far a batch is taken in every circumstance."""

from dataclasses import replace

import pytest
from stage.consortium import Consortium, House, publish

from oracle.answering.claims import JudgedClaim
from oracle.answering.disclosing import Discloser
from oracle.answering.replying import ReplyMaker
from oracle.chain import facts
from oracle.crypto.errors import PointRefused
from oracle.crypto.keccak import keccak256
from oracle.crypto.voprf import verify_batch
from oracle.dataset.tagging import own_tags
from oracle.domain.answered import AnswerState
from oracle.domain.asked import AskedBatch
from oracle.domain.ids import KeyVersion, MemberId, Tag
from oracle.domain.messages import Disclosure
from oracle.domain.settlement import ReceiptClaim, RefusalReason, ServedStatus
from oracle.domain.subject import Subject, SubjectType
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.reply import decode_reply
from oracle.peer.record_codec import open_frame, record_digest
from oracle.peer.statements import parse_reply_head
from oracle.wiring.snapshots import DatasetSnapshots

ASKER, NORTH, FIRST = MemberId(1), MemberId(2), KeyVersion(1)


def _maker(house: House) -> ReplyMaker:
    return ReplyMaker(
        snapshots=DatasetSnapshots(house.holder.dataset),
        keys=house.base.keyring,
        notary=house.notary,
        clock=house.base.clock,
        workers=house.base.workers,
    )


async def _committed(consortium: Consortium, *names: str, deadline_s: int | None = None) -> AskedBatch:
    accepted = await consortium[1].submit(*names, deadline_s=deadline_s)
    await consortium[1].commit()
    return await consortium[1].batch(accepted)


async def _state(house: House, batch: AskedBatch) -> AnswerState:
    found = await house.holder.journal.batch(ASKER, batch.batch_id)
    assert found is not None
    return found.state


async def test_reply__made__is_signed_proven_and_cut_from_the_publication_it_names(
    consortium: Consortium,
) -> None:
    north = consortium[2]
    batch = await _committed(consortium, "north.example", "clear.example")
    placed = consortium.chain.view.publications_of(NORTH)[-1]

    answer = await _maker(north).make(batch.batch_id, batch.content.elements, placed, requester=MemberId(1))

    signed = parse_reply_head(answer.statement)
    assert signed.value == answer.head
    assert consortium[1].notary.signed_by(answer.head, signed.signature, NORTH, FIRST)
    assert answer.head.body_digest == keccak256(answer.frame)
    assert (answer.head.snapshot_block, answer.head.sequence, answer.head.root) == (
        placed.block_number,
        placed.publication.sequence,
        placed.publication.root,
    )
    body = decode_reply(answer.frame)
    blinded = [element.blinded for element in unpack_elements(batch.content.elements)]
    verify_batch(north.base.keyring.oprf_public(), blinded, body.evaluated, body.proof)
    assert len(body.cuts) == 2


async def test_reply__to_what_is_no_point__is_refused(consortium: Consortium) -> None:
    batch = await _committed(consortium, "a.example")
    placed = consortium.chain.view.publications_of(NORTH)[-1]

    with pytest.raises(PointRefused):
        await _maker(consortium[2]).make(
            batch.batch_id, b"\xff" * 32 + b"\x00" * 5, placed, requester=MemberId(1)
        )


async def test_batch__answered_by_two_rounds__gets_one_reply(consortium: Consortium) -> None:
    north = consortium[2]
    batch = await _committed(consortium, "north.example")

    await north.answer()
    first = await north.holder.journal.batch(ASKER, batch.batch_id)
    await north.answer()

    assert await north.holder.journal.batch(ASKER, batch.batch_id) == first
    assert len(north.client.sent) == 1
    assert await _state(north, batch) is AnswerState.DELIVERED


async def test_batch__requester_away__waits_sealed_or_seen_and_sends_the_same_reply_later(
    consortium: Consortium,
) -> None:
    north = consortium[2]
    batch = await _committed(consortium, "north.example")
    north.client.away.add(MemberId(1))
    await north.answer()
    assert await _state(north, batch) is AnswerState.SEEN

    north.client.away.clear()
    await north.answer()
    assert await _state(north, batch) is AnswerState.DELIVERED


async def test_batch__past_its_deadline__is_not_answered_any_more(consortium: Consortium) -> None:
    north = consortium[2]
    batch = await _committed(consortium, "north.example", deadline_s=30)
    consortium.chain.pass_time(60)

    await north.answer()

    assert await _state(north, batch) is AnswerState.EXPIRED
    assert north.client.sent == []


async def test_batch__without_enough_confirmations__waits_for_them(consortium: Consortium) -> None:
    consortium.chain.declare(finality_depth=3)
    north = consortium[2]
    batch = await _committed(consortium, "north.example")
    await north.answer()
    assert await _state(north, batch) is AnswerState.SEEN

    consortium.chain.pass_time(3)
    await north.answer()

    assert await _state(north, batch) is AnswerState.DELIVERED


async def test_batch__of_this_member_itself__is_not_noted(consortium: Consortium) -> None:
    batch = await _committed(consortium, "north.example")

    await consortium[1].answer()

    assert await consortium[1].holder.journal.batch(ASKER, batch.batch_id) is None


async def test_batch__committed_before_the_first_publication__is_told_not_ready(
    consortium: Consortium,
) -> None:
    north = consortium[2]
    published = next(
        fact
        for fact in consortium.chain.history
        if isinstance(fact, facts.Published) and fact.member_id == NORTH
    )
    batch = await _committed(consortium, "north.example")
    consortium.chain.forget(published)

    await north.answer()

    found = await north.holder.journal.batch(ASKER, batch.batch_id)
    assert found is not None
    assert (found.state, found.reason) == (AnswerState.REFUSED, RefusalReason.NOT_READY)


async def test_batch__its_commitment_taken_by_a_reorganisation__is_forgotten_only_if_unanswered(
    consortium: Consortium,
) -> None:
    north, south = consortium[2], consortium[3]
    batch = await _committed(consortium, "north.example")
    committed = consortium.chain.view.commitment(ASKER, batch.batch_id)
    assert committed is not None
    await north.answer()
    await south.holder.answering.note([committed])
    consortium.chain.forget(committed)

    for house in (north, south):
        await house.holder.answering.note_reorganisation()
        await house.holder.answering.round()

    assert await _state(north, batch) is AnswerState.DELIVERED
    assert await south.holder.journal.batch(ASKER, batch.batch_id) is None
    consortium.chain.happen(lambda at: replace(committed, at=at))
    await south.answer()
    assert await _state(south, batch) is AnswerState.DELIVERED


async def test_disclosure__of_each_kind_of_claim__serves_withdraws_or_refuses(
    consortium: Consortium,
) -> None:
    north = consortium[2]
    batch = await _committed(consortium, "north.example")
    await north.answer()
    answered = await north.holder.journal.batch(ASKER, batch.batch_id)
    assert answered is not None
    assert answered.answer is not None
    subject = Subject(type=SubjectType.DOMAIN, value="north.example").encoded
    (listed,) = own_tags(north.base.keyring.oprf_secret_for_workers(FIRST), NORTH, FIRST, [subject])
    claim = ReceiptClaim(index=0, subject=subject, blind=bytes(32), signature=bytes(65))
    await publish(north, "another.example")
    discloser = Discloser(snapshots=DatasetSnapshots(north.holder.dataset), notary=north.notary)

    served, never, refused = await discloser.serve(
        batch.batch_id,
        answered.answer.head,
        [
            JudgedClaim(claim=claim, tag=listed, reason=None),
            JudgedClaim(claim=claim, tag=Tag(bytes(16)), reason=None),
            JudgedClaim(claim=claim, tag=None, reason=RefusalReason.CLAIM_PREFIX_WRONG),
        ],
    )

    digest = record_digest(served.salt, served.record_frame)
    assert served.status is ServedStatus.SERVED
    # From the snapshot of the reply: what was published since is not among the digests.
    assert len(served.digests) == 2
    assert digest in served.digests
    (item,) = open_frame(served.record_frame).items
    (signature,) = served.signatures
    statement = Disclosure(batch_id=batch.batch_id, index=0, category=item.category, record_digest=digest)
    assert consortium[1].notary.signed_by(statement, signature.signature, NORTH, FIRST)
    assert (never.status, never.reason) == (ServedStatus.REFUSED, RefusalReason.CLAIM_NOT_FOUND)
    assert (refused.status, refused.reason) == (ServedStatus.REFUSED, RefusalReason.CLAIM_PREFIX_WRONG)


async def test_record__erased_after_the_reply__is_withdrawn_and_costs_no_hit(
    consortium: Consortium,
) -> None:
    asker, north = consortium[1], consortium[2]
    batch = await _committed(consortium, "north.example")
    await north.answer()
    await asker.judge()
    subject = Subject(type=SubjectType.DOMAIN, value="north.example")
    await north.holder.dataset.remove(subject, erase=True)

    await asker.settle()

    receipt = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    assert receipt is not None
    assert receipt.settled is not None
    assert receipt.settled.withdrawn == (0,)
    accepted = await north.holder.vouchers.accepted_totals(asker.id)
    assert (accepted.queries, accepted.hits, accepted.amount) == (1, 0, 1)
