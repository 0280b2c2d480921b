"""Replies are taken from whom they were asked, journalled as they came, and judged when they can be."""

from dataclasses import replace
from typing import Any

import pytest
from stage.consortium import Consortium, House, publish

from oracle.answering.replying import ReplyMaker
from oracle.asking.collecting import NotYetCommitted
from oracle.asking.verifying import prove_reply
from oracle.chain import facts
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import AskedReply, BatchState, ReceivedReply, ReplyState
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.domain.reports import HolderState, QueryPhase
from oracle.domain.settlement import Refusal, RefusalReason, Signed
from oracle.peer.bodies.refusal import encode_refusal
from oracle.peer.bodies.reply import decode_reply, encode_reply
from oracle.peer.errors import UnknownBatch
from oracle.peer.statements import encode_reply_head, parse_reply_head
from oracle.store.tables import replies
from oracle.wiring.snapshots import DatasetSnapshots

REPLY = frozenset({MessageType.REPLY, MessageType.REFUSAL})
NORTH, SOUTH = MemberId(2), MemberId(3)


async def _replies(asker: House, batch_id: BatchId) -> dict[MemberId, AskedReply]:
    return {entry.holder: entry for entry in await asker.requester.journals.replies.replies_of(batch_id)}


def _refusal(reason: RefusalReason) -> bytes:
    return encode_refusal(Refusal(reason=reason, detail=""), salt=bytes(16))


async def test_commitment__seen_on_the_chain__puts_the_batch_to_all_who_had_published(
    consortium: Consortium,
) -> None:
    accepted = await consortium[1].submit("a.example")

    await consortium[1].commit()

    batch = await consortium[1].batch(accepted)
    assert batch.state is BatchState.COMMITTED
    replies = await _replies(consortium[1], batch.batch_id)
    assert {holder: entry.state for holder, entry in replies.items()} == {
        NORTH: ReplyState.WAITING,
        SOUTH: ReplyState.WAITING,
    }


async def test_commitment__refused_by_the_ledger__fails_the_query_with_the_reason(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    asker.lane.refused["commit"] = "BalanceNegative"
    accepted = await asker.submit("a.example")

    await asker.commit()

    batch = await asker.batch(accepted)
    assert (batch.state, batch.failure) == (BatchState.FAILED, "BalanceNegative")
    state = await asker.requester.desk.query_state(accepted.query_id)
    assert (state.summary.phase, state.holders) == (QueryPhase.EXPIRED, ())


async def test_reply__about_a_batch_of_nobody_or_before_its_commitment__is_sent_away(
    consortium: Consortium,
) -> None:
    asker, north = consortium[1], consortium[2]
    accepted = await asker.submit("a.example")
    batch = await asker.batch(accepted)

    async def refuse(batch_id: BatchId) -> None:
        frame = _refusal(RefusalReason.NOT_READY)
        raw = north.post.seal(MessageType.REFUSAL, batch_id, asker.id, statement=b"", frame=frame)
        await asker.doors.reply(raw, north.id)

    with pytest.raises(UnknownBatch):
        await refuse(BatchId(b"\x09" * 32))
    with pytest.raises(NotYetCommitted):
        await refuse(batch.batch_id)


async def test_reply__of_a_member_that_was_not_asked__is_refused(consortium: Consortium) -> None:
    asker = consortium[1]
    # South joined the published members too late: its snapshot stands behind the commitment.
    published = next(
        fact
        for fact in consortium.chain.history
        if isinstance(fact, facts.Published) and fact.member_id == SOUTH
    )
    consortium.chain.forget(published)
    accepted = await asker.submit("a.example")
    await asker.commit()
    batch = await asker.batch(accepted)
    raw = consortium[3].post.seal(
        MessageType.REFUSAL,
        batch.batch_id,
        asker.id,
        statement=b"",
        frame=_refusal(RefusalReason.NOT_READY),
    )

    with pytest.raises(UnknownBatch, match="no snapshot"):
        await asker.doors.reply(raw, SOUTH)

    assert set(await _replies(asker, batch.batch_id)) == {NORTH}


async def test_refusal__of_a_holder__ends_its_part_with_the_reason_and_costs_nothing(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    accepted = await asker.submit("a.example")
    await asker.commit()
    batch = await asker.batch(accepted)
    await consortium[2].courier.deliver_refusal(
        asker.id, batch.batch_id, frame=_refusal(RefusalReason.RECEIPT_OUTSTANDING)
    )
    await consortium[3].answer()

    await asker.judge()
    await asker.settle()

    state = await asker.requester.desk.query_state(accepted.query_id)
    lines = {line.holder: line for line in state.holders}
    assert (lines[2].state, lines[2].paid) == (HolderState.DECLINED, 0)
    assert lines[2].reason.startswith("receipt outstanding: ")
    assert lines[3].state is HolderState.ANSWERED
    assert state.summary.phase is QueryPhase.COMPLETE


async def test_reply__received_twice__is_journalled_once(answered: Any) -> None:
    asker, north = answered.asker, answered.consortium[2]
    received = answered.reply.received

    await north.courier.deliver_reply(
        asker.id, answered.batch.batch_id, statement=received.statement, frame=received.frame
    )
    await asker.judge()
    await north.courier.deliver_reply(
        asker.id, answered.batch.batch_id, statement=received.statement, frame=received.frame
    )

    entry = (await _replies(asker, answered.batch.batch_id))[NORTH]
    assert entry.state is ReplyState.ACCEPTED
    assert entry.received == received


async def _received_instead(answered: Any, received: ReceivedReply) -> None:
    """Another reply than the honest one, as if it had come in its place."""
    journal = answered.asker.requester.journals.replies
    asked = answered.asker.requester.journals.asked
    await asked.uncommitted(answered.batch.batch_id)
    await _delete(answered, NORTH)
    await answered.asker.requester.collector.note_commitments()
    assert await journal.received(answered.batch.batch_id, NORTH, received, 1)


async def _delete(answered: Any, holder: MemberId) -> None:
    async with answered.asker.base.database.writing() as connection:
        await connection.execute(replies.delete().where(replies.c.holder == holder))


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ("a proof that is no scalar", RefusalReason.REPLY_PROOF_WRONG),
        ("signed by another", RefusalReason.REPLY_HEAD_WRONG),
        ("a head of another form", RefusalReason.REPLY_MALFORMED),
    ],
)
async def test_reply__that_proves_nothing__is_kept_gets_its_receipt_and_holds_up_nobody(
    answered: Any, lie: str, reason: RefusalReason
) -> None:
    received = _lying(answered, lie)
    await _received_instead(answered, received)
    await answered.consortium[3].answer()

    await answered.asker.judge()
    await answered.asker.settle()

    entries = await _replies(answered.asker, answered.batch.batch_id)
    assert (entries[NORTH].state, entries[NORTH].reason) == (ReplyState.REJECTED, reason)
    assert entries[NORTH].received == received
    assert entries[SOUTH].state is ReplyState.ACCEPTED
    receipts = await answered.asker.requester.journals.receipts.receipts_of(answered.batch.batch_id)
    assert {receipt.holder: receipt.hits for receipt in receipts} == {NORTH: 0, SOUTH: 0}
    assert await answered.asker.requester.journals.charges.charge_of(NORTH, answered.batch.batch_id) is None


def _lying(answered: Any, lie: str) -> ReceivedReply:
    honest, north = answered.reply.received, answered.consortium[2]
    head = parse_reply_head(honest.statement).value
    if lie == "a head of another form":
        return replace(honest, statement=honest.statement[:-1])
    if lie == "signed by another":
        signature = answered.consortium[3].notary.sign(head)
        return replace(honest, statement=encode_reply_head(Signed(value=head, signature=signature)))
    body = replace(decode_reply(honest.frame), proof=bytes(64))
    frame = encode_reply(body, salt=bytes(16))
    head = replace(head, body_digest=keccak256(frame))
    statement = encode_reply_head(Signed(value=head, signature=north.notary.sign(head)))
    return replace(honest, statement=statement, frame=frame)


async def test_batch__past_its_deadline__expires_whoever_was_silent(consortium: Consortium) -> None:
    asker = consortium[1]
    accepted = await asker.submit("a.example", deadline_s=30)
    await asker.commit()
    never = await asker.submit("b.example", deadline_s=30)
    await consortium[2].answer()
    await asker.judge()
    consortium.chain.pass_time(60)

    await asker.requester.collector.end_overdue()

    batch = await asker.batch(accepted)
    states = {holder: entry.state for holder, entry in (await _replies(asker, batch.batch_id)).items()}
    assert states == {NORTH: ReplyState.ACCEPTED, SOUTH: ReplyState.EXPIRED}
    assert batch.state is BatchState.DONE
    assert (await asker.batch(never)).state is BatchState.FAILED


async def test_reorganisation__takes_a_commitment_with_a_reply__judges_when_it_is_back(answered: Any) -> None:
    asker, chain = answered.asker, answered.consortium.chain
    committed = chain.view.commitment(asker.id, answered.batch.batch_id)
    chain.forget(committed)
    await asker.requester.collector.note_reorganisation()
    await asker.judge()
    assert (await asker.requester.journals.asked.batch(answered.batch.batch_id)).state is BatchState.PREPARED
    assert (await _replies(asker, answered.batch.batch_id))[NORTH].state is ReplyState.RECEIVED

    chain.happen(lambda at: replace(committed, at=at))
    await asker.requester.collector.note_commitments()
    await asker.judge()

    entries = await _replies(asker, answered.batch.batch_id)
    assert {holder: entry.state for holder, entry in entries.items()} == {
        NORTH: ReplyState.ACCEPTED,
        SOUTH: ReplyState.WAITING,
    }


async def test_reorganisation__between_verdict_and_receipt__waits_with_the_charge(answered: Any) -> None:
    asker, chain = answered.asker, answered.consortium.chain
    committed = chain.view.commitment(asker.id, answered.batch.batch_id)
    proven = await asker.base.workers.run(prove_reply, answered.case)
    assert await asker.requester.journals.replies.accepted(answered.batch.batch_id, proven)
    chain.forget(committed)

    await asker.judge()
    assert await asker.requester.journals.receipts.receipts_of(answered.batch.batch_id) == ()
    chain.happen(lambda at: replace(committed, at=at))
    await asker.judge()

    (receipt,) = await asker.requester.journals.receipts.receipts_of(answered.batch.batch_id)
    assert receipt.hits == 2


async def test_reply__from_a_snapshot_published_after_the_commitment__is_rejected(
    consortium: Consortium,
) -> None:
    asker, north = consortium[1], consortium[2]
    accepted = await asker.submit("late.example")
    await asker.commit()
    await publish(north, "late.example")
    batch = await asker.batch(accepted)
    newest = consortium.chain.view.publications_of(north.id)[-1]
    maker = ReplyMaker(
        snapshots=DatasetSnapshots(north.holder.dataset),
        keys=north.base.keyring,
        notary=north.notary,
        clock=north.base.clock,
        workers=north.base.workers,
    )
    answer = await maker.make(batch.batch_id, batch.content.elements, newest, requester=asker.id)
    await north.courier.deliver_reply(
        asker.id, batch.batch_id, statement=answer.statement, frame=answer.frame
    )

    await asker.judge()

    entry = (await _replies(asker, batch.batch_id))[NORTH]
    assert (entry.state, entry.reason) == (ReplyState.REJECTED, RefusalReason.REPLY_SNAPSHOT_WRONG)
