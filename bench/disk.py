"""The store over weeks of traffic, compacted as the daemon does it: `python bench/disk.py`."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from rows import Benchmark, Row, Unit, show

from oracle.crypto.storage import StorageCipher
from oracle.domain.answered import Answer, Envelope, TakenReceipt
from oracle.domain.asked import (
    AskedBatch,
    AskedReceipt,
    BatchContent,
    BatchState,
    ProvenReply,
    Question,
    ReceiptState,
    ReceivedReply,
    Settled,
)
from oracle.domain.ids import BatchId, BlockNumber, Credits, KeyVersion, MemberId
from oracle.domain.ids import Sequence as Number
from oracle.domain.messages import ReplyHead
from oracle.rules.retention import ANSWERS_OVER, BATCHES_OVER, Windows, horizon
from oracle.rules.vouchers import Totals
from oracle.store.answered import AnswerJournal
from oracle.store.asked import AskedJournal
from oracle.store.charges import ChargeJournal
from oracle.store.compaction import Compaction
from oracle.store.database import Database
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal

EPOCHS, EPOCH_S = 10, 7 * 86_400
WINDOWS = Windows(claim_s=3_600, dispute_s=EPOCH_S, audit_s=3 * EPOCH_S)
KEPT_EPOCHS = 4
"""The audit's three, and the one that is being asked in."""
HOLDERS = tuple(MemberId(number) for number in range(2, 6))
BATCHES = 10
"""Own batches an epoch, and as many of each other member."""
FRAME = 64 * 1024
STEP = 200
CHARGE = Totals(queries=10, hits=1, amount=Credits(110))


@dataclass(frozen=True, slots=True, kw_only=True)
class Journals:
    asked: AskedJournal
    replies: ReplyJournal
    receipts: ReceiptJournal
    charges: ChargeJournal
    answers: AnswerJournal
    compaction: Compaction


def measure() -> Sequence[Row]:
    with tempfile.TemporaryDirectory() as folder:
        sizes, total = asyncio.run(_play(f"sqlite+aiosqlite:///{folder}/state.db"))
    print("  after each epoch: " + ", ".join(f"{size / 1e6:.1f} MB" for size in sizes))
    if total != EPOCHS * BATCHES * CHARGE.amount:
        raise SystemExit("the vouchers' total is not the sum of all charges")
    own = BATCHES * len(HOLDERS) * FRAME
    return [
        Row(
            name=f"store in the steady state, {EPOCHS} epochs played",
            value=sizes[-1],
            unit=Unit.BYTES,
            limit=KEPT_EPOCHS * own + 2 * own,
            limit_is="the frames that must be kept: own for four epochs, answers for two",
        )
    ]


async def _play(url: str) -> tuple[list[int], int]:
    database, cipher = await Database.open(url), StorageCipher(bytes(32), "the benchmark")
    journals = Journals(
        asked=AskedJournal(database, cipher),
        replies=ReplyJournal(database, cipher),
        receipts=ReceiptJournal(database, cipher),
        charges=ChargeJournal(database),
        answers=AnswerJournal(database, cipher),
        compaction=Compaction(database),
    )
    sizes = []
    for epoch in range(EPOCHS):
        now = (epoch + 1) * EPOCH_S
        for _ in range(BATCHES):
            await _ask(journals, deadline=now)
            for requester in HOLDERS:
                await _answer(journals.answers, requester, deadline=now)
        over = horizon(WINDOWS, now=now, head=0, longest_deadline_s=0)
        while await journals.compaction.batches(BATCHES_OVER, before=over.questions, limit=STEP):
            pass
        while await journals.compaction.answers(ANSWERS_OVER, before=over.answers, limit=STEP):
            pass
        while await journals.compaction.taken_receipts(before=over.receipts, limit=STEP):
            pass
        await database.give_back()
        sizes.append(await database.size())
    owed, _ = await journals.charges.totals(HOLDERS[0])
    await database.close()
    return sizes, owed.amount


async def _ask(journals: Journals, *, deadline: int) -> None:
    batch_id = BatchId(os.urandom(32))
    content = BatchContent(statement=bytes(300), elements=os.urandom(370), openings=(), case_salt=bytes(32))
    batch = AskedBatch(
        batch_id=batch_id,
        query_id=batch_id.hex()[:32],
        ordinal=0,
        state=BatchState.PREPARED,
        count=10,
        deadline=deadline,
        created_at_ms=deadline * 1000,
        committed_at_ms=None,
        content=content,
    )
    question = Question(
        subjects=(), positions=(), refused=(), purpose=1, case_reference="", deadline_s=EPOCH_S
    )
    await journals.asked.add(batch.query_id, question, (batch,))
    await journals.asked.committed(batch_id, 1, HOLDERS)
    for holder in HOLDERS:
        reply = ReceivedReply(statement=bytes(300), frame=os.urandom(FRAME), sender_key_version=KeyVersion(1))
        await journals.replies.received(batch_id, holder, reply, 5)
        proven = ProvenReply(holder=holder, sequence=Number(1), snapshot_block=BlockNumber(1), hits=())
        await journals.replies.accepted(batch_id, proven)
        await journals.charges.charge(holder, batch_id, CHARGE, 1)
        await journals.receipts.add(_receipt(batch_id, holder))
        settled = Settled(records=(), withdrawn=(), unserved=())
        await journals.receipts.settled(batch_id, holder, settled)
    await journals.asked.close(batch_id, BatchState.DONE)


def _receipt(batch_id: BatchId, holder: MemberId) -> AskedReceipt:
    return AskedReceipt(
        batch_id=batch_id,
        holder=holder,
        state=ReceiptState.PENDING,
        reason=0,
        hits=1,
        statement=bytes(300),
        frame=os.urandom(4_096),
        settled=None,
    )


async def _answer(journal: AnswerJournal, requester: MemberId, *, deadline: int) -> None:
    batch_id = BatchId(os.urandom(32))
    head = ReplyHead(
        batch_id=batch_id,
        holder=MemberId(1),
        snapshot_block=BlockNumber(1),
        snapshot_block_hash=bytes(32),
        sequence=Number(1),
        root=bytes(32),
        bits=4,
        oprf_key_version=KeyVersion(1),
        answered_at=deadline,
        body_digest=bytes(32),
    )
    await journal.seen(requester, batch_id, 10, deadline)
    await journal.fetched(requester, batch_id, Envelope(statement=bytes(300), elements=os.urandom(370)))
    answer = Answer(head=head, statement=bytes(300), frame=os.urandom(FRAME))
    await journal.sealed(requester, batch_id, answer, 10)
    await journal.delivered(requester, batch_id)
    # A claim and a voucher; the rest of the frame is zeros.
    frame = os.urandom(400).ljust(4_096, b"\0")
    receipt = TakenReceipt(digest=os.urandom(32), statement=bytes(300), frame=frame)
    await journal.settled(requester, batch_id, receipt, os.urandom(8_192))


BENCHMARK = Benchmark(title="The store on disk", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
