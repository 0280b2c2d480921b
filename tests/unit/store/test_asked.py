"""The requester's journals: each step once, forward only, and what matters encrypted."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy.exc import IntegrityError
from stage.stores import written

from oracle.crypto.errors import StoredValueDamaged
from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import (
    AskedBatch,
    AskedReceipt,
    BatchState,
    PendingReceipt,
    ProvenReply,
    Question,
    ReceiptState,
    ReceivedReply,
    ReplyState,
    Settled,
)
from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.place import SnapshotPlace
from oracle.store.asked import AskedJournal
from oracle.store.database import Database
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal
from oracle.store.superseded_replies import SupersededReplies
from oracle.store.tables import batches

HOLDERS = (MemberId(2), MemberId(3))
BatchOf = Callable[..., AskedBatch]
RECEIVED = ReceivedReply(statement=b"the head", frame=b"the frame", sender_key_version=KeyVersion(1))
SETTLED = Settled(records=(), withdrawn=(0,), unserved=())


@dataclass(frozen=True)
class Journals:
    asked: AskedJournal
    replies: ReplyJournal
    receipts: ReceiptJournal


@pytest.fixture
def journals(asked: AskedJournal, replies: ReplyJournal, receipts: ReceiptJournal) -> Journals:
    return Journals(asked, replies, receipts)


@pytest.fixture
def asked(database: Database, cipher: StorageCipher) -> AskedJournal:
    return AskedJournal(database, cipher)


@pytest.fixture
def replies(database: Database, cipher: StorageCipher) -> ReplyJournal:
    return ReplyJournal(database, cipher)


@pytest.fixture
def receipts(database: Database, cipher: StorageCipher) -> ReceiptJournal:
    return ReceiptJournal(database, cipher)


def _proven(holder: MemberId) -> ProvenReply:
    return ProvenReply(holder=holder, sequence=Sequence(4), snapshot_block=BlockNumber(9), hits=())


def _receipt(batch: BatchId, holder: MemberId = HOLDERS[0], frame: bytes = b"claims") -> AskedReceipt:
    return AskedReceipt(
        batch_id=batch,
        holder=holder,
        state=ReceiptState.PENDING,
        reason=0,
        hits=1,
        statement=b"the receipt",
        frame=frame,
        settled=None,
    )


async def test_question__written__is_read_back_with_its_batches_in_order(
    asked: AskedJournal, question: Question, batch_of: BatchOf
) -> None:
    prepared = (batch_of(1, ordinal=0), batch_of(2, ordinal=1))
    await asked.add("q1", question, prepared)

    assert await asked.question("q1") == question
    assert await asked.batches_of("q1") == prepared
    assert await asked.batch(prepared[1].batch_id) == prepared[1]
    assert (await asked.question("q2"), await asked.batches_of("q2")) == (None, ())
    assert await asked.batch(BatchId(bytes(32))) is None


async def test_question__with_a_batch_that_exists_already__is_not_written_at_all(
    asked: AskedJournal, question: Question, batch_of: BatchOf
) -> None:
    await asked.add("q1", question, (batch_of(1),))

    with pytest.raises(IntegrityError):
        await asked.add("q2", question, (batch_of(2, "q2"), batch_of(1, "q2")))

    assert await asked.question("q2") is None
    assert await asked.question("q2\x00") is None
    assert await asked.query_ids(limit=9) == ("q1",)


async def test_commitment__noted_twice__changes_nothing_the_second_time(
    asked: AskedJournal, replies: ReplyJournal, question: Question, batch_of: BatchOf
) -> None:
    batch = batch_of(1)
    await asked.add("q1", question, (batch,))

    assert await asked.committed(batch.batch_id, 1_000, HOLDERS) is True
    assert await asked.committed(batch.batch_id, 2_000, (MemberId(9),)) is False

    found = await asked.batch(batch.batch_id)
    assert found is not None
    assert (found.state, found.committed_at_ms) == (BatchState.COMMITTED, 1_000)
    assert [entry.holder for entry in await replies.replies_of(batch.batch_id)] == list(HOLDERS)


async def test_commitment__taken_and_given_back__keeps_what_came_meanwhile(
    asked: AskedJournal, replies: ReplyJournal, question: Question, batch_of: BatchOf
) -> None:
    batch = batch_of(1)
    await asked.add("q1", question, (batch,))
    await asked.committed(batch.batch_id, 1_000, HOLDERS)
    await replies.received(batch.batch_id, HOLDERS[0], RECEIVED, 12)

    await asked.uncommitted(batch.batch_id)
    assert [entry.holder for entry in await replies.replies_of(batch.batch_id)] == [HOLDERS[0]]
    assert await asked.batches_in(BatchState.PREPARED) != ()
    assert await asked.committed(batch.batch_id, 3_000, HOLDERS) is True

    states = {entry.holder: entry.state for entry in await replies.replies_of(batch.batch_id)}
    assert states == {HOLDERS[0]: ReplyState.RECEIVED, HOLDERS[1]: ReplyState.WAITING}


async def test_question__its_last_batch_closed__is_done(
    asked: AskedJournal, database: Database, question: Question, batch_of: BatchOf
) -> None:
    async def state() -> str:
        async with database.reading() as connection:
            found = await connection.exec_driver_sql("SELECT state FROM queries")
            return str(found.scalar_one())

    await asked.add("q1", question, (batch_of(1, ordinal=0), batch_of(2, ordinal=1)))

    await asked.close(batch_of(1).batch_id, BatchState.DONE)
    assert await state() == "open"
    await asked.close(batch_of(2).batch_id, BatchState.FAILED, "BalanceNegative")
    assert await state() == "done"

    assert [batch.failure for batch in await asked.batches_of("q1")] == ["", "BalanceNegative"]
    assert await asked.batches_in(BatchState.PREPARED, BatchState.COMMITTED) == ()


async def test_reply__received_judged_and_ended__moves_forward_only(
    asked: AskedJournal, replies: ReplyJournal, question: Question, batch_of: BatchOf
) -> None:
    batch = batch_of(1).batch_id
    await asked.add("q1", question, (batch_of(1),))
    await asked.committed(batch, 1_000, HOLDERS)
    first, second = HOLDERS

    assert await replies.accepted(batch, _proven(first)) is False
    assert await replies.received(batch, first, RECEIVED, 12) is True
    assert await replies.received(batch, first, RECEIVED, 99) is False
    assert await replies.accepted(batch, _proven(first)) is True
    assert await replies.ended(batch, first, ReplyState.REJECTED, 97) is False
    assert await replies.ended(batch, second, ReplyState.REFUSED, 9) is True
    assert await replies.received(batch, second, RECEIVED, 12) is False

    accepted, refused = await replies.replies_of(batch)
    assert (accepted.state, accepted.latency_ms) == (ReplyState.ACCEPTED, 12)
    assert (accepted.received, accepted.proven) == (RECEIVED, _proven(first))
    assert (refused.state, refused.reason, refused.received) == (ReplyState.REFUSED, 9, None)
    assert await replies.reply(batch, MemberId(77)) is None
    # A holder that said no gets no receipt.
    assert await replies.without_receipt() == ((batch, first),)


async def test_receipt__written_twice__is_the_first_one(receipts: ReceiptJournal, batch_of: BatchOf) -> None:
    batch = batch_of(1).batch_id

    first = await receipts.add(_receipt(batch))
    again = await receipts.add(_receipt(batch, frame=b"other claims"))

    assert first == again == _receipt(batch)
    assert await receipts.pending() == (PendingReceipt(batch_id=batch, holder=first.holder, hits=first.hits),)


@pytest.mark.parametrize("end", ["settled", "refused"])
async def test_receipt__ended__stays_as_it_ended(
    receipts: ReceiptJournal, batch_of: BatchOf, end: str
) -> None:
    batch, holder = batch_of(1).batch_id, HOLDERS[0]
    await receipts.add(_receipt(batch))
    steps = {
        "settled": lambda: receipts.settled(batch, holder, SETTLED),
        "refused": lambda: receipts.refused(batch, holder, 65),
    }

    await steps[end]()
    ended = await receipts.receipt(batch, holder)
    for step in steps.values():
        await step()

    assert ended is not None
    assert await receipts.receipt(batch, holder) == ended
    assert ended.state.value == end
    assert ended.settled == (SETTLED if end == "settled" else None)
    assert await receipts.pending() == ()


async def test_journal__moved_to_another_row_or_key__does_not_decrypt(
    asked: AskedJournal, database: Database, question: Question, batch_of: BatchOf
) -> None:
    await asked.add("q1", question, (batch_of(1), batch_of(2)))
    other = AskedJournal(database, StorageCipher(b"\x01" * 32, "the test"))
    with pytest.raises(StoredValueDamaged):
        await other.question("q1")

    async with database.writing() as connection:
        sealed = (await connection.exec_driver_sql("SELECT sealed FROM batches ORDER BY batch_id")).scalars()
        await connection.execute(batches.update().values(sealed=next(iter(sealed))))

    with pytest.raises(StoredValueDamaged):
        await asked.batch(batch_of(2).batch_id)


async def test_store__after_a_whole_question__holds_nothing_of_it_in_clear(
    journals: Journals, database: Database, store_url: str, question: Question, batch_of: BatchOf
) -> None:
    batch = batch_of(1)
    await journals.asked.add("q1", question, (batch,))
    await journals.asked.committed(batch.batch_id, 1_000, HOLDERS)
    await journals.replies.received(batch.batch_id, HOLDERS[0], RECEIVED, 12)
    await journals.replies.accepted(batch.batch_id, _proven(HOLDERS[0]))
    await journals.receipts.add(_receipt(batch.batch_id))
    await journals.receipts.settled(batch.batch_id, HOLDERS[0], SETTLED)
    await database.close()

    stored = written(store_url)
    secrets = (
        question.subjects[0].value.encode(),
        b"case 17 of branch",
        batch.content.openings[0].blind[:16],
        batch.content.case_salt[:16],
        b"the packed elements",
        b"the signed request",
        RECEIVED.frame,
        b"claims",
    )
    assert batch.batch_id in stored  # what is looked through is the store
    for secret in secrets:
        assert re.search(re.escape(secret), stored) is None, secret


async def test_reply__superseded__is_kept_with_its_receipt_and_waited_for_again(
    journals: Journals, database: Database, cipher: StorageCipher, question: Question, batch_of: BatchOf
) -> None:
    batch, holder = batch_of(1), HOLDERS[0]
    place = SnapshotPlace(block=BlockNumber(5), block_hash=b"\x09" * 32)
    await journals.asked.add("q1", question, (batch,))
    await journals.asked.committed(batch.batch_id, 1_000, HOLDERS[:1])
    await journals.replies.received(batch.batch_id, holder, RECEIVED, 12, place=place)
    await journals.replies.accepted(batch.batch_id, _proven(holder))
    await journals.receipts.add(_receipt(batch.batch_id))
    await journals.receipts.settled(batch.batch_id, holder, SETTLED)
    await journals.asked.close(batch.batch_id, BatchState.DONE)
    superseded = SupersededReplies(database, cipher)
    (decided,) = await superseded.decided(since=batch.deadline)
    assert decided.place == place

    assert await superseded.supersede(decided)
    assert not await superseded.supersede(decided)

    (kept,) = await superseded.of(batch.batch_id, holder)
    assert (kept.reply.received, kept.reply.proven) == (RECEIVED, _proven(holder))
    assert kept.receipt is not None
    assert kept.receipt.settled == SETTLED
    again = await journals.replies.reply(batch.batch_id, holder)
    assert again is not None
    assert (again.state, again.earlier, again.received, again.place) == (ReplyState.WAITING, 1, None, None)
    assert await journals.receipts.receipt(batch.batch_id, holder) is None
    reopened = await journals.asked.batch(batch.batch_id)
    assert reopened is not None
    assert reopened.state is BatchState.COMMITTED
