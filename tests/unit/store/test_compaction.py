"""What is forgotten and what is not: sums stay exact, what is still open stays whole, steps are bounded."""

from collections.abc import Callable

import pytest

from oracle.crypto.storage import StorageCipher
from oracle.domain.answered import Answer, AnswerState, Envelope, TakenReceipt
from oracle.domain.asked import AskedBatch, AskedReceipt, BatchState, Question, ReceiptState, Settled
from oracle.domain.disputes import Dispute, DisputeGround, DisputeState
from oracle.domain.ids import BatchId, BlockNumber, Credits, KeyVersion, MemberId, Sequence
from oracle.domain.messages import ReplyHead, Voucher
from oracle.domain.reports import Verdict
from oracle.rules.retention import ANSWERS_OVER, BATCHES_OVER
from oracle.rules.vouchers import Totals
from oracle.store.answered import AnswerJournal
from oracle.store.asked import AskedJournal
from oracle.store.askers import AskerJournal
from oracle.store.charges import ChargeJournal
from oracle.store.compaction import Compaction
from oracle.store.database import Database
from oracle.store.disputes import DisputeJournal
from oracle.store.ratings import RatedItem, RatingJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal
from oracle.store.taken_receipts import TakenReceipts
from oracle.store.transactions import TransactionRow, TransactionTable
from oracle.store.vouchers import HeldVoucher, VoucherJournal

ME, OTHER, THIRD = MemberId(2), MemberId(1), MemberId(3)
RECEIPT = TakenReceipt(digest=bytes(32), statement=b"receipt", frame=b"claims")
SETTLED = Settled(records=(), withdrawn=(), unserved=())
BatchOf = Callable[..., AskedBatch]


@pytest.fixture
def compaction(database: Database) -> Compaction:
    return Compaction(database)


def _batch(number: int) -> BatchId:
    return BatchId(bytes([number]) * 32)


def _charge(queries: int, hits: int = 0) -> Totals:
    return Totals(queries=queries, hits=hits, amount=Credits(queries + 100 * hits))


def _held(totals: Totals) -> HeldVoucher:
    voucher = Voucher(
        requester=OTHER,
        holder=ME,
        queries=totals.queries,
        hits=totals.hits,
        amount=totals.amount,
        price_version=2,
        key_version=KeyVersion(4),
    )
    return HeldVoucher(voucher=voucher, signature=bytes(65), received_at=77)


def _answer(number: int) -> Answer:
    head = ReplyHead(
        batch_id=_batch(number),
        holder=ME,
        snapshot_block=BlockNumber(1),
        snapshot_block_hash=bytes(32),
        sequence=Sequence(1),
        root=bytes(32),
        bits=0,
        oprf_key_version=KeyVersion(1),
        answered_at=1,
        body_digest=bytes(32),
    )
    return Answer(head=head, statement=b"head", frame=b"frame")


async def _answered(journal: AnswerJournal, number: int, *, deadline: int) -> None:
    await journal.seen(OTHER, _batch(number), 3, deadline)
    await journal.fetched(OTHER, _batch(number), Envelope(statement=b"request", elements=b"elements"))
    await journal.sealed(OTHER, _batch(number), _answer(number), 3)
    await journal.delivered(OTHER, _batch(number))


async def test_answers__past_their_windows__are_forgotten_and_their_charges_stay_in_the_sum(
    database: Database, cipher: StorageCipher, compaction: Compaction
) -> None:
    journal, vouchers = AnswerJournal(database, cipher), VoucherJournal(database, ME)
    for number in (1, 2, 3):
        await _answered(journal, number, deadline=100 * number)
        covering = _held(_charge(3 * number, sum(range(number + 1))))
        assert await vouchers.accept(OTHER, _batch(number), _charge(3, number), covering)
        await journal.settled(OTHER, _batch(number), RECEIPT, b"disclosures")
    before = await vouchers.accepted_totals(OTHER)

    assert await compaction.answers(ANSWERS_OVER, before=300, limit=10) == 2
    assert await compaction.taken_receipts(before=200, limit=10) == 1

    kept = [await TakenReceipts(database, cipher).of(OTHER, _batch(number)) for number in (1, 2, 3)]
    assert [one is not None for one in kept] == [False, True, True]
    assert await journal.batch(OTHER, _batch(1)) is None
    assert await journal.batch(OTHER, _batch(2)) is None
    assert await journal.batch(OTHER, _batch(3)) is not None
    assert await vouchers.accepted_totals(OTHER) == before == _charge(9, 6)
    assert await vouchers.accepted_totals(OTHER, without=_batch(3)) == _charge(6, 3)
    assert await compaction.answers(ANSWERS_OVER, before=301, limit=10) == 1
    assert await vouchers.accepted_totals(OTHER) == before


async def test_answers__without_a_receipt_or_still_open__stay_whatever_the_time(
    database: Database, cipher: StorageCipher, compaction: Compaction
) -> None:
    journal = AnswerJournal(database, cipher)
    await _answered(journal, 1, deadline=100)
    await journal.seen(OTHER, _batch(2), 3, 100)
    await journal.seen(OTHER, _batch(3), 3, 100)
    await journal.ended(OTHER, _batch(3), AnswerState.EXPIRED)

    assert await compaction.answers(ANSWERS_OVER, before=10_000, limit=10) == 1

    unpaid = await journal.batch(OTHER, _batch(1))
    assert unpaid is not None
    assert unpaid.answer == _answer(1)
    standing = await AskerJournal(database).standing(OTHER, without=_batch(9), now=10_000, since=0)
    assert (standing.unreceipted, standing.overdue) == (3, 1)
    assert await journal.open_batches() == ((OTHER, _batch(2)),)


async def test_answers__without_a_receipt_from_a_member_that_is_gone__are_forgotten_in_their_time(
    database: Database, cipher: StorageCipher, compaction: Compaction
) -> None:
    journal = AnswerJournal(database, cipher)
    await _answered(journal, 1, deadline=100)
    await _answered(journal, 2, deadline=200)

    assert await compaction.answers(ANSWERS_OVER, before=150, limit=10, gone={THIRD}) == 0
    assert await compaction.answers(ANSWERS_OVER, before=150, limit=10, gone={OTHER}) == 1
    assert await journal.batch(OTHER, _batch(2)) is not None


async def test_steps__of_more_than_the_limit__take_the_oldest_and_leave_the_rest(
    database: Database, cipher: StorageCipher, compaction: Compaction
) -> None:
    journal = AnswerJournal(database, cipher)
    for number in (1, 2, 3, 4, 5):
        await journal.seen(OTHER, _batch(number), 1, 100 - number)
        await journal.ended(OTHER, _batch(number), AnswerState.EXPIRED)

    assert [await compaction.answers(ANSWERS_OVER, before=200, limit=2) for _ in range(2)] == [2, 2]
    assert await journal.batch(OTHER, _batch(1)) is not None
    assert [await compaction.answers(ANSWERS_OVER, before=200, limit=2) for _ in range(2)] == [1, 0]


async def _asked(database: Database, cipher: StorageCipher, batch: AskedBatch, question: Question) -> None:
    """One batch of two holders, answered by one of them and paid."""
    asked = AskedJournal(database, cipher)
    await asked.add(batch.query_id, question, (batch,))
    await asked.committed(batch.batch_id, 1_000, (OTHER, THIRD))
    await ReceiptJournal(database, cipher).add(
        AskedReceipt(
            batch_id=batch.batch_id,
            holder=OTHER,
            state=ReceiptState.PENDING,
            reason=0,
            hits=1,
            statement=b"receipt",
            frame=b"claims",
            settled=None,
        )
    )
    await ChargeJournal(database).charge(OTHER, batch.batch_id, _charge(3, 1), batch.batch_id[0])
    await asked.close(batch.batch_id, BatchState.DONE)


async def test_batches__past_the_audit__go_with_all_that_is_theirs_and_vouchers_stay_exact(
    database: Database, cipher: StorageCipher, compaction: Compaction, batch_of: BatchOf, question: Question
) -> None:
    asked, receipts = AskedJournal(database, cipher), ReceiptJournal(database, cipher)
    charges, ratings = ChargeJournal(database), RatingJournal(database)
    for number in (1, 2, 3):
        await _asked(database, cipher, batch_of(number, f"q{number}", deadline=100 * number), question)
        await receipts.settled(_batch(number), OTHER, SETTLED)
    item = RatedItem(batch_id=_batch(1), index=0, holder=OTHER, category=1, verdict=Verdict.CONFIRMED)
    await ratings.add(item)
    await ratings.assign([item], "rate:x")
    await ratings.confirm("rate:x")
    before = await charges.to_sign(OTHER)

    assert await compaction.batches(BATCHES_OVER, before=300, limit=10) == 2

    assert await asked.query_ids(limit=9) == ("q3",)
    assert await asked.batch(_batch(1)) is None
    assert await ReplyJournal(database, cipher).replies_of(_batch(1)) == ()
    assert await receipts.receipts_of(_batch(1)) == ()
    assert await ratings.of_intent("rate:x") == ()
    assert await charges.charge_of(OTHER, _batch(1)) is None
    assert await charges.to_sign(OTHER) == before == (_charge(9, 3), 3)
    assert await compaction.batches(BATCHES_OVER, before=301, limit=10) == 1
    assert await charges.to_sign(OTHER) == before
    assert await charges.holders() == (OTHER,)


async def test_batches__with_an_unanswered_receipt_or_an_unsent_rating__stay(
    database: Database, cipher: StorageCipher, compaction: Compaction, batch_of: BatchOf, question: Question
) -> None:
    await _asked(database, cipher, batch_of(1, "q1", deadline=100), question)
    await _asked(database, cipher, batch_of(2, "q2", deadline=100), question)
    await ReceiptJournal(database, cipher).settled(_batch(2), OTHER, SETTLED)
    await RatingJournal(database).add(
        RatedItem(batch_id=_batch(2), index=0, holder=OTHER, category=1, verdict=Verdict.REFUTED)
    )
    await AskedJournal(database, cipher).add("q3", question, (batch_of(3, "q3", deadline=100),))

    assert await compaction.batches(BATCHES_OVER, before=10_000, limit=10) == 0
    assert sorted(await AskedJournal(database, cipher).query_ids(limit=9)) == ["q1", "q2", "q3"]
    before = await ChargeJournal(database).to_sign(OTHER)

    # Of a holder that is gone neither an answer nor a redemption comes, on which a rating would wait.
    assert await compaction.batches(BATCHES_OVER, before=100, limit=10, gone={OTHER}) == 0
    assert await compaction.batches(BATCHES_OVER, before=10_000, limit=10, gone={THIRD}) == 0
    assert await compaction.batches(BATCHES_OVER, before=10_000, limit=10, gone={OTHER}) == 2
    assert await AskedJournal(database, cipher).query_ids(limit=9) == ("q3",)
    assert await ChargeJournal(database).to_sign(OTHER) == before


async def test_batches__in_dispute__stay_until_the_case_is_settled(
    database: Database, cipher: StorageCipher, compaction: Compaction, batch_of: BatchOf, question: Question
) -> None:
    journal = DisputeJournal(database)
    await _asked(database, cipher, batch_of(1, "q1", deadline=100), question)
    await ReceiptJournal(database, cipher).settled(_batch(1), OTHER, SETTLED)
    dispute = Dispute(
        batch_id=_batch(1),
        holder=OTHER,
        index=0,
        claim_digest=b"\x03" * 32,
        reply_digest=b"\x04" * 32,
        ground=DisputeGround.WRONG,
        amount=100,
        state=DisputeState.OPENED,
        noted_at=50,
    )
    await journal.note([dispute])

    assert await compaction.batches(BATCHES_OVER, before=10_000, limit=10) == 0
    await journal.turn(dispute, DisputeState.CLOSED)
    assert await compaction.batches(BATCHES_OVER, before=10_000, limit=10) == 1
    assert await journal.listed(limit=9) == ()


async def test_question__of_several_batches__stays_until_the_last_is_forgotten(
    database: Database, cipher: StorageCipher, compaction: Compaction, batch_of: BatchOf, question: Question
) -> None:
    asked = AskedJournal(database, cipher)
    await asked.add("q1", question, (batch_of(1, deadline=100), batch_of(2, deadline=200)))
    for number in (1, 2):
        await asked.close(_batch(number), BatchState.FAILED, "late")

    assert await compaction.batches(BATCHES_OVER, before=150, limit=10) == 1
    assert await asked.question("q1") == question
    assert await compaction.batches(BATCHES_OVER, before=250, limit=10) == 1
    assert await asked.question("q1") is None


def _row(intent: str, status: str, nonce: int | None = None, block: int | None = None) -> TransactionRow:
    return TransactionRow(
        intent=intent, sender="0xme", status=status, nonce=nonce, block_number=block, body=b""
    )


async def test_transactions__settled__go_and_what_is_open_and_the_highest_nonce_stay(
    database: Database, compaction: Compaction
) -> None:
    table = TransactionTable(database)
    for row in (
        _row("refused long ago", "failed"),
        _row("mined long ago", "mined", 1, 10),
        _row("reverted long ago", "reverted", 2, 11),
        _row("mined late", "mined", 3, 90),
        _row("refused late", "failed"),
        _row("open", "sent", 4),
    ):
        await table.enqueue(row)

    assert await compaction.transactions(("mined", "reverted"), ("failed",), before_block=50, limit=10) == 3

    for gone in ("refused long ago", "mined long ago", "reverted long ago"):
        assert await table.by_intent(gone) is None
    for kept in ("mined late", "refused late", "open"):
        assert await table.by_intent(kept) is not None


async def test_transactions__the_last_of_an_account__stays_however_old(
    database: Database, compaction: Compaction
) -> None:
    table = TransactionTable(database)
    await table.enqueue(_row("the only one", "mined", 7, 1))

    assert await compaction.transactions(("mined",), ("failed",), before_block=10**6, limit=10) == 0
    assert await table.highest_nonce("0xme") == 7
