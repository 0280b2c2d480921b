"""Replies that come at once go to the disk together, and each says for itself what it changed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event

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
from oracle.store.asked import AskedJournal
from oracle.store.database import Database
from oracle.store.replies import ReplyJournal

HOLDERS = (MemberId(2), MemberId(3))
BatchOf = Callable[..., AskedBatch]
RECEIVED = ReceivedReply(statement=b"the head", frame=b"the frame", sender_key_version=KeyVersion(1))


@pytest.fixture
def asked(database: Database, cipher: StorageCipher) -> AskedJournal:
    return AskedJournal(database, cipher)


@pytest.fixture
def replies(database: Database, cipher: StorageCipher) -> ReplyJournal:
    return ReplyJournal(database, cipher)


def _proven(holder: MemberId) -> ProvenReply:
    return ProvenReply(holder=holder, sequence=Sequence(4), snapshot_block=BlockNumber(9), hits=())


async def test_replies__of_many_holders_at_once__are_written_together_and_each_counts_once(
    asked: AskedJournal, replies: ReplyJournal, question: Question, batch_of: BatchOf
) -> None:
    batch = replace(batch_of(1), state=BatchState.ASKED)
    many = tuple(MemberId(number) for number in range(2, 40))
    await asked.add_asked("q1", question, (batch,), holders=many, issued_at=1)
    transactions = 0

    def count(_connection: object) -> None:
        nonlocal transactions
        transactions += 1

    event.listen(Engine, "commit", count)
    made = await asyncio.gather(
        *(
            replies.taken(batch.batch_id, holder, RECEIVED, verdict=_proven(holder), latency_ms=int(holder))
            for holder in (*many, *many)
        )
    )

    event.remove(Engine, "commit", count)
    assert [news is not None for news in made] == [True] * len(many) + [False] * len(many)
    assert [news.reply.holder for news in made if news is not None and news.ended] == [many[-1]]
    assert transactions < len(many) / 2
    kept = await replies.replies_of(batch.batch_id)
    assert [(one.holder, one.latency_ms, one.state) for one in kept] == [
        (holder, int(holder), ReplyState.ACCEPTED) for holder in many
    ]
    ended = await asked.batch(batch.batch_id)
    assert ended is not None
    assert ended.state is BatchState.DONE


async def test_replies__whose_common_write_fails__are_all_told_and_are_taken_again(
    asked: AskedJournal, replies: ReplyJournal, question: Question, batch_of: BatchOf
) -> None:
    batch = batch_of(1)
    await asked.add_asked("q1", question, (batch,), holders=HOLDERS, issued_at=1)
    refusals = [OSError("the disk is full")]

    def refuse(_connection: object) -> None:
        if refusals:
            raise refusals.pop()

    async def take() -> list[ReplyNews | BaseException | None]:
        return await asyncio.gather(
            *(
                replies.taken(batch.batch_id, holder, RECEIVED, verdict=_proven(holder), latency_ms=1)
                for holder in HOLDERS
            ),
            return_exceptions=True,
        )

    event.listen(Engine, "commit", refuse)
    made = await take()

    event.remove(Engine, "commit", refuse)
    assert [type(one) for one in made] == [OSError, OSError]
    assert {one.state for one in await replies.replies_of(batch.batch_id)} == {ReplyState.WAITING}
    assert [isinstance(one, ReplyNews) for one in await take()] == [True, True]
