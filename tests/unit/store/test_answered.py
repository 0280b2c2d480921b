"""The holder's journal: a batch goes its way once, and nothing of it is readable in the file."""

import re
from dataclasses import replace

import pytest
from stage.stores import written

from oracle.crypto.keccak import keccak256
from oracle.crypto.storage import StorageCipher
from oracle.domain.answered import Answer, AnswerState, Envelope, TakenReceipt
from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.messages import ReplyHead
from oracle.store.answered import AnswerJournal
from oracle.store.askers import AskerJournal
from oracle.store.database import Database
from oracle.store.superseded_answers import SupersededAnswers
from oracle.store.taken_receipts import TakenReceipts

BATCH, OTHER = BatchId(b"\x01" * 32), BatchId(b"\x02" * 32)
ASKER = MemberId(1)
ENVELOPE = Envelope(statement=b"the request", elements=b"elements with prefixes")
ANSWER = Answer(
    head=ReplyHead(
        batch_id=BATCH,
        holder=MemberId(2),
        snapshot_block=BlockNumber(5),
        snapshot_block_hash=bytes(32),
        sequence=Sequence(3),
        root=bytes(32),
        bits=0,
        oprf_key_version=KeyVersion(1),
        answered_at=900,
        body_digest=bytes(32),
    ),
    statement=b"the signed head",
    frame=b"tags and evaluations",
)
DISCLOSURES = b"the disclosed records"
RECEIPT = TakenReceipt(digest=b"\x05" * 32, statement=b"the signed receipt", frame=b"claims\0\0\0")
ANOTHER = replace(RECEIPT, digest=b"\x06" * 32, statement=b"another receipt")


@pytest.fixture
def journal(database: Database, cipher: StorageCipher) -> AnswerJournal:
    return AnswerJournal(database, cipher)


async def _advance(journal: AnswerJournal, to: AnswerState, batch: BatchId = BATCH) -> None:
    steps = {
        AnswerState.SEEN: lambda: journal.seen(ASKER, batch, 3, 1_000),
        AnswerState.FETCHED: lambda: journal.fetched(ASKER, batch, ENVELOPE),
        AnswerState.SEALED: lambda: journal.sealed(ASKER, batch, ANSWER, 3),
        AnswerState.DELIVERED: lambda: journal.delivered(ASKER, batch),
        AnswerState.SETTLED: lambda: journal.settled(ASKER, batch, RECEIPT, DISCLOSURES),
    }
    for state, step in steps.items():
        await step()
        if state is to:
            return


async def _state(journal: AnswerJournal, batch: BatchId = BATCH) -> AnswerState:
    found = await journal.batch(ASKER, batch)
    assert found is not None
    return found.state


async def test_batch__gone_all_the_way__holds_everything_that_was_written(
    journal: AnswerJournal, database: Database, cipher: StorageCipher
) -> None:
    await _advance(journal, AnswerState.SETTLED)

    batch = await journal.batch(ASKER, BATCH)

    assert batch is not None
    assert (batch.requester, batch.count, batch.deadline, batch.query_fees) == (ASKER, 3, 1_000, 3)
    assert (batch.envelope, batch.answer, batch.disclosures) == (ENVELOPE, ANSWER, DISCLOSURES)
    assert (batch.state, batch.receipt_digest) == (AnswerState.SETTLED, b"\x05" * 32)
    kept = await TakenReceipts(database, cipher).of(ASKER, BATCH)
    assert kept == replace(RECEIPT, digest=keccak256(RECEIPT.statement + RECEIPT.frame))


@pytest.mark.parametrize("state", list(AnswerState)[:5])
async def test_batch__every_earlier_step_again__stays_where_it_is(
    journal: AnswerJournal, state: AnswerState
) -> None:
    await _advance(journal, state)
    before = await journal.batch(ASKER, BATCH)

    await journal.seen(ASKER, BATCH, 99, 9)
    if state is not AnswerState.SEEN:
        await journal.fetched(ASKER, BATCH, Envelope(statement=b"", elements=b"other"))
    if state not in {AnswerState.SEEN, AnswerState.FETCHED}:
        await journal.sealed(ASKER, BATCH, ANSWER, 999)
    if state is AnswerState.SETTLED:
        await journal.delivered(ASKER, BATCH)
        await journal.settled(ASKER, BATCH, ANOTHER, b"other")

    assert await journal.batch(ASKER, BATCH) == before


async def test_batch__whose_identifier_another_member_copied__is_a_row_of_its_own(
    journal: AnswerJournal,
) -> None:
    copier = MemberId(9)
    await _advance(journal, AnswerState.SEALED)

    await journal.seen(copier, BATCH, 99, 9)
    await journal.ended(copier, BATCH, AnswerState.REFUSED, 11)

    copied = await journal.batch(copier, BATCH)
    assert copied is not None
    assert (copied.state, copied.count, copied.answer) == (AnswerState.REFUSED, 99, None)
    assert await _state(journal) is AnswerState.SEALED
    assert await journal.open_batches() == ((ASKER, BATCH),)


async def test_reply__is_the_only_one_a_batch_gets__whatever_is_tried_later(journal: AnswerJournal) -> None:
    await journal.seen(ASKER, BATCH, 3, 1_000)
    await journal.sealed(ASKER, BATCH, ANSWER, 3)  # without an envelope there is no reply
    assert await _state(journal) is AnswerState.SEEN

    await journal.ended(ASKER, BATCH, AnswerState.REFUSED, 11)
    for step in (
        journal.fetched(ASKER, BATCH, ENVELOPE),
        journal.sealed(ASKER, BATCH, ANSWER, 3),
        journal.delivered(ASKER, BATCH),
    ):
        await step

    batch = await journal.batch(ASKER, BATCH)
    assert batch is not None
    assert (batch.state, batch.reason, batch.answer) == (AnswerState.REFUSED, 11, None)


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        (AnswerState.SEEN, False),
        (AnswerState.FETCHED, False),
        (AnswerState.SEALED, True),
        (AnswerState.DELIVERED, True),
        (AnswerState.SETTLED, True),
    ],
)
async def test_reorganisation__forgets__only_what_nothing_was_signed_for(
    journal: AnswerJournal, state: AnswerState, *, kept: bool
) -> None:
    await _advance(journal, state)

    await journal.unseen(ASKER, BATCH)

    assert (await journal.batch(ASKER, BATCH) is not None) is kept


@pytest.mark.parametrize("state", [AnswerState.DELIVERED, AnswerState.SETTLED])
async def test_batch__once_delivered__can_not_be_ended_without_its_receipt(
    journal: AnswerJournal, state: AnswerState
) -> None:
    await _advance(journal, state)

    await journal.ended(ASKER, BATCH, AnswerState.EXPIRED)

    assert await _state(journal) is state


async def test_open_batches__of_several__come_soonest_deadline_first(journal: AnswerJournal) -> None:
    for number, deadline in ((1, 300), (2, 100), (3, 200), (4, 50)):
        await journal.seen(ASKER, BatchId(bytes([number]) * 32), 1, deadline)
    await journal.ended(ASKER, BatchId(b"\x04" * 32), AnswerState.EXPIRED)

    assert [batch_id[0] for _, batch_id in await journal.open_batches()] == [2, 3, 1]
    assert await journal.counts() == {"seen": 3, "expired": 1}


async def test_unreceipted__sealed_and_delivered_replies__count_by_fees_and_by_deadline(
    database: Database, journal: AnswerJournal
) -> None:
    askers = AskerJournal(database)

    async def unreceipted(requester: MemberId, now: int) -> tuple[int, int]:
        found = await askers.standing(requester, without=BATCH, now=now, since=0)
        return found.unreceipted, found.overdue

    await _advance(journal, AnswerState.SEALED)
    await _advance(journal, AnswerState.DELIVERED, OTHER)

    assert await unreceipted(ASKER, now=1_000) == (6, 0)
    assert await unreceipted(ASKER, now=1_001) == (6, 1)
    assert await unreceipted(MemberId(9), now=1_001) == (0, 0)
    await _advance(journal, AnswerState.SETTLED, OTHER)
    assert await unreceipted(ASKER, now=1_001) == (3, 0)


async def test_store__after_a_whole_answer__holds_nothing_of_it_in_clear(
    journal: AnswerJournal, database: Database, store_url: str
) -> None:
    await _advance(journal, AnswerState.SETTLED)
    await database.close()

    stored = written(store_url)
    assert BATCH in stored
    for secret in (b"the request", b"elements with", b"the signed head", b"tags and", DISCLOSURES):
        assert re.search(re.escape(secret), stored) is None, secret


async def test_answer__superseded__is_kept_and_its_batch_open_again_once(
    journal: AnswerJournal, database: Database, cipher: StorageCipher
) -> None:
    await _advance(journal, AnswerState.SETTLED)
    superseded = SupersededAnswers(database, cipher)
    (decided,) = await superseded.decided(since=1_000)

    assert await superseded.supersede(decided)
    assert not await superseded.supersede(decided)

    (kept,) = await superseded.of(ASKER, BATCH)
    assert (kept.state, kept.answer, kept.disclosures) == (AnswerState.SETTLED, ANSWER, DISCLOSURES)
    assert await superseded.took(ASKER, BATCH, b"\x05" * 32)
    again = await journal.batch(ASKER, BATCH)
    assert again is not None
    assert (again.state, again.earlier, again.answer) == (AnswerState.FETCHED, 1, None)
    assert again.envelope == ENVELOPE
    await journal.sealed(ASKER, BATCH, ANSWER, 3)
    receipts = TakenReceipts(database, cipher)
    assert not await journal.settled(ASKER, BATCH, RECEIPT, DISCLOSURES)  # of the earlier answer
    assert await receipts.of(ASKER, BATCH) is None
    assert await journal.settled(ASKER, BATCH, ANOTHER, DISCLOSURES, earlier=1)
    taken = await receipts.of(ASKER, BATCH)
    assert taken is not None
    assert taken.statement == ANOTHER.statement


async def test_answer__past_its_deadline_or_undecided__is_not_looked_at_again(
    journal: AnswerJournal, database: Database, cipher: StorageCipher
) -> None:
    await _advance(journal, AnswerState.SETTLED)
    await _advance(journal, AnswerState.FETCHED, OTHER)

    found = await SupersededAnswers(database, cipher).decided(since=1_000)
    assert [decided.batch_id for decided in found] == [BATCH]
    assert await SupersededAnswers(database, cipher).decided(since=1_001) == ()
