"""What is left to do is looked for every few seconds: an index finds it, however much was done before."""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, select, text, update
from stage.stores import step_to, synchronous

from oracle.crypto.errors import StoredValueDamaged
from oracle.crypto.storage import StorageCipher
from oracle.domain.anchors import OwnAnchor, Unanchored
from oracle.domain.asked import (
    AskedBatch,
    AskedReceipt,
    PendingReceipt,
    ProvenReply,
    Question,
    ReceiptState,
    ReceivedReply,
    ReplyState,
)
from oracle.domain.errors import Broken
from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence
from oracle.store.anchors import AnchorJournal
from oracle.store.answered import AnswerJournal
from oracle.store.asked import AskedJournal
from oracle.store.database import Database
from oracle.store.evidence import EvidenceJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal
from oracle.store.tables import anchors, receipts, replies, told

HOLDERS = (MemberId(2), MemberId(3))
ROOT = b"\x05" * 32
ANCHOR = OwnAnchor(root=ROOT, batches=2, elements=2)
RECEIVED = ReceivedReply(statement=b"the head", frame=b"the frame", sender_key_version=KeyVersion(1))
RECEIPT = AskedReceipt(
    batch_id=BatchId(b"\x07" * 32),
    holder=HOLDERS[0],
    state=ReceiptState.PENDING,
    reason=0,
    hits=1,
    statement=b"the receipt",
    frame=b"claims",
    settled=None,
)
Look = Callable[[Database, StorageCipher], Awaitable[object]]
LOOKS: dict[str, tuple[Look, str]] = {
    "receipts to write": (
        lambda database, cipher: ReplyJournal(database, cipher).without_receipt(),
        "SEARCH replies USING INDEX ix_replies_state_receipted (state=? AND receipted=?)",
    ),
    "proofs to ask for": (
        lambda database, cipher: EvidenceJournal(database, cipher).unproven(after=1, before=9, limit=9),
        "USING INDEX ix_evidence_answered_root (answered=? AND root=? AND issued_at>? AND issued_at<?)",
    ),
    "nonces used twice": (
        lambda database, cipher: EvidenceJournal(database, cipher).reuses(after=1),
        "USING INDEX ix_evidence_answered_root (answered=?)",
    ),
    "holders to tell": (
        lambda database, _: AnchorJournal(database).untold(after=1),
        "SEARCH told USING INDEX ix_told_taken (taken=?)",
    ),
}


@contextmanager
def statements() -> Iterator[list[tuple[str, object]]]:
    """What any engine executes meanwhile."""
    seen: list[tuple[str, object]] = []

    def note(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("what", LOOKS)
async def test_look__for_what_is_left__reads_no_more_than_that(
    sqlite_url: str, cipher: StorageCipher, what: str
) -> None:
    look, index = LOOKS[what]
    database = await Database.open(sqlite_url)
    with statements() as seen:
        await look(database, cipher)
    await database.close()

    ((statement, parameters),) = [one for one in seen if one[0].startswith("SELECT")]
    with synchronous(sqlite_url) as connection:
        steps = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters).all()
    plan = [step.detail for step in steps]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN") for step in plan), plan


async def test_request__looked_up_before_its_answer__is_found_among_those_of_its_asker_by_more_than_the_asker(
    sqlite_url: str, cipher: StorageCipher
) -> None:
    database = await Database.open(sqlite_url)
    with statements() as seen:
        await AnswerJournal(database, cipher).known(HOLDERS[0], BatchId(bytes(32)), 7, now=9, since=1)
    await database.close()

    asked = [one for one in seen if one[0].startswith("SELECT")]
    with synchronous(sqlite_url) as connection:
        steps = [
            step.detail
            for statement, parameters in asked
            for step in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
        ]
    of_tables = [step for step in steps if step.startswith(("SEARCH", "SCAN")) and "CONSTANT" not in step]
    by_two = re.compile(r"SEARCH \w+ USING (COVERING )?INDEX \w+ \((requester|side)=\? AND \w+=\?")
    assert len(of_tables) == 8
    assert [step for step in of_tables if not by_two.match(step)] == []


async def test_parts__listed_for_what_comes_next__are_named_and_nothing_of_them_is_opened(
    database: Database, cipher: StorageCipher, question: Question, batch_of: Callable[..., AskedBatch]
) -> None:
    """A message may be a megabyte, and a hundred holders send one for each batch."""
    asked, journal = AskedJournal(database, cipher), ReplyJournal(database, cipher)
    batch, (first, second) = batch_of(1).batch_id, HOLDERS
    proven = ProvenReply(holder=first, sequence=Sequence(4), snapshot_block=BlockNumber(9), hits=())
    await asked.add("q1", question, (batch_of(1),))
    await asked.committed(batch, 1_000, HOLDERS)
    for holder in HOLDERS:
        await journal.received(batch, holder, RECEIVED, 12)
    await journal.accepted(batch, proven)
    await ReceiptJournal(database, cipher).add(RECEIPT)
    async with database.writing() as connection:
        await connection.execute(update(replies).values(received=b"whoever opens this fails"))
        await connection.execute(update(receipts).values(sealed=b"whoever opens this fails"))

    with pytest.raises(StoredValueDamaged):
        await journal.reply(batch, second)
    assert await journal.parts_in(ReplyState.RECEIVED) == ((batch, second),)
    assert await journal.without_receipt() == ((batch, first),)
    assert await journal.states_of(batch) == {first: ReplyState.ACCEPTED, second: ReplyState.RECEIVED}
    verdict = await journal.verdict(batch, first)
    assert verdict is not None
    assert (verdict.proven, verdict.received) == (proven, None)
    pending = await ReceiptJournal(database, cipher).pending()
    assert pending == (PendingReceipt(batch_id=RECEIPT.batch_id, holder=first, hits=1),)


async def _asked(database: Database, cipher: StorageCipher, *batches: AskedBatch, question: Question) -> None:
    asked = AskedJournal(database, cipher)
    for batch in batches:
        await asked.add_asked(batch.query_id, question, (batch,), holders=HOLDERS, issued_at=900)
        await asked.finish(batch.batch_id)


def _unanchored(batch: AskedBatch) -> Unanchored:
    return Unanchored(batch_id=batch.batch_id, elements=batch.count, issued_at=900)


async def test_anchor__of_several_batches__has_each_at_its_place_and_takes_none_twice(
    database: Database, cipher: StorageCipher, question: Question, batch_of: Callable[..., AskedBatch]
) -> None:
    first, second, third = (batch_of(number, query_id=f"q{number}") for number in (1, 2, 3))
    await _asked(database, cipher, first, second, third, question=question)
    journal = AnchorJournal(database)
    await journal.decide([_unanchored(second), _unanchored(first)], ANCHOR, now=1_000)

    with pytest.raises(Broken):
        await journal.decide(
            [_unanchored(first), _unanchored(third)],
            OwnAnchor(root=b"\x06" * 32, batches=2, elements=2),
            now=1_000,
        )

    assert [one.batch_id for one in await journal.members_of(ROOT)] == [second.batch_id, first.batch_id]
    assert [one.batch_id for one in await journal.unanchored(limit=9)] == [third.batch_id]
    assert await journal.decided() == (ANCHOR,)


async def test_holders__of_an_anchor__are_listed_once_and_struck_off_when_they_have_its_proofs(
    database: Database, cipher: StorageCipher, question: Question, batch_of: Callable[..., AskedBatch]
) -> None:
    batch = batch_of(1)
    await _asked(database, cipher, batch, question=question)
    journal = AnchorJournal(database)
    await journal.decide([_unanchored(batch)], ANCHOR, now=1_000)
    await journal.list_holders(after=0)
    assert await journal.untold(after=0) == ()
    await journal.anchored(ROOT)

    await journal.list_holders(after=1_000)
    assert await journal.untold(after=0) == ()
    await journal.list_holders(after=999)
    both = await journal.untold(after=999)
    assert [one.holder for one in both] == list(HOLDERS)
    assert await journal.batches_of(both[0]) == (batch.batch_id,)
    await journal.tell(ROOT, HOLDERS[0])
    await journal.list_holders(after=999)
    assert [one.holder for one in await journal.untold(after=999)] == [HOLDERS[1]]
    assert await journal.untold(after=1_000) == ()


async def test_step__to_lists_of_what_is_left__knows_what_was_done_before(store_url: str) -> None:
    done, open_one = b"\x01" * 32, b"\x02" * 32
    step_to(store_url, "0016")
    with synchronous(store_url) as connection:
        for batch_id in (done, open_one):
            connection.execute(
                text(
                    "INSERT INTO replies (batch_id, holder, state, reason, earlier) "
                    "VALUES (:batch, 2, 'accepted', 0, 0)"
                ),
                {"batch": batch_id},
            )
        connection.execute(
            text(
                "INSERT INTO receipts (batch_id, holder, state, reason, hits, sealed) "
                "VALUES (:batch, 2, 'settled', 0, 0, :batch)"
            ),
            {"batch": done},
        )
        connection.execute(
            text(
                "INSERT INTO anchors (root, batches, elements, decided_at, state) "
                "VALUES (:root, 1, 1, 1000, 'anchored')"
            ),
            {"root": ROOT},
        )
        connection.execute(text("INSERT INTO told (root, holder) VALUES (:root, 2)"), {"root": ROOT})

    database = await Database.open(store_url)
    cipher = StorageCipher(bytes(32), "the test")
    journal = AnchorJournal(database)
    await journal.list_holders(after=0)

    assert await ReplyJournal(database, cipher).without_receipt() == ((BatchId(open_one), MemberId(2)),)
    assert await journal.untold(after=0) == ()
    async with database.reading() as connection_now:
        assert await connection_now.scalar(select(anchors.c.state)) == "listed"
        assert (await connection_now.execute(select(told.c.holder, told.c.taken))).all() == [(2, 1)]
        states = select(replies.c.state).join(receipts, receipts.c.batch_id == replies.c.batch_id)
        assert await connection_now.scalar(states) == ReplyState.ACCEPTED
    await database.close()
