"""A query that is followed: what was told is what would have been read."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import (
    AskedBatch,
    BatchState,
    ProvenReply,
    Question,
    ReceivedReply,
    ReplyNews,
    ReplyState,
)
from oracle.domain.ids import BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.settlement import RefusalReason
from oracle.store.asked import AskedJournal
from oracle.store.database import Database
from oracle.store.following import FollowedQuery
from oracle.store.replies import ReplyJournal

HOLDERS = (MemberId(2), MemberId(3))
RECEIVED = ReceivedReply(statement=b"the head", frame=b"the frame", sender_key_version=KeyVersion(1))
BatchOf = Callable[..., AskedBatch]


@pytest.fixture
async def batch(
    database: Database, cipher: StorageCipher, question: Question, batch_of: BatchOf
) -> AskedBatch:
    batch = replace(batch_of(1), state=BatchState.ASKED)
    asked = AskedJournal(database, cipher)
    await asked.add_asked(batch.query_id, question, (batch,), holders=HOLDERS, issued_at=1)
    return batch


def _proven(holder: MemberId) -> ProvenReply:
    return ProvenReply(holder=holder, sequence=Sequence(4), snapshot_block=BlockNumber(9), hits=())


async def _take(replies: ReplyJournal, batch: AskedBatch, holder: MemberId, verdict: int = 0) -> ReplyNews:
    news = await replies.taken(
        batch.batch_id, holder, RECEIVED, verdict=verdict or _proven(holder), latency_ms=int(holder)
    )
    assert news is not None
    return news


async def test_followed_query__told_of_each_answer__is_what_another_reader_finds(
    database: Database, cipher: StorageCipher, batch: AskedBatch
) -> None:
    replies = ReplyJournal(database, cipher)
    followed = FollowedQuery(database, cipher, batch.query_id)
    await followed.read()

    for holder, verdict in ((HOLDERS[1], 0), (HOLDERS[0], RefusalReason.REPLY_PROOF_WRONG)):
        learnt = followed.learnt([await _take(replies, batch, holder, verdict)])

        assert learnt == await FollowedQuery(database, cipher, batch.query_id).read()
    assert learnt is not None
    assert [part.reply.state for part in learnt.parts] == [ReplyState.REJECTED, ReplyState.ACCEPTED]
    assert [one.state for one in learnt.batches] == [BatchState.DONE]
    assert await followed.read() == learnt


async def test_followed_query__told_what_it_has_not_read__has_to_read(
    database: Database, cipher: StorageCipher, batch: AskedBatch
) -> None:
    news = await _take(ReplyJournal(database, cipher), batch, HOLDERS[0])
    followed = FollowedQuery(database, cipher, batch.query_id)

    assert followed.learnt([news]) is None
    await followed.read()
    assert followed.learnt([]) is None
    unknown = replace(news, reply=replace(news.reply, holder=MemberId(9)))
    assert followed.learnt([unknown]) is None
