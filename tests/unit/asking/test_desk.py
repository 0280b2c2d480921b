"""What an institution sees of its queries, and when."""

import asyncio
from typing import Any

import pytest
from stage.consortium import Consortium

from oracle.asking.changes import Changes
from oracle.domain.asked import AskedReply, ReplyNews, ReplyState
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import (
    Finding,
    HolderProgress,
    HolderState,
    QueryPhase,
    QuerySummary,
    RecordState,
    SubjectResult,
    UnknownReference,
)


async def test_query__that_nobody_asked__is_an_unknown_reference(consortium: Consortium) -> None:
    with pytest.raises(UnknownReference):
        await consortium[1].requester.desk.query_state("0" * 32)
    with pytest.raises(UnknownReference):
        async for _ in consortium[1].requester.desk.query_events("0" * 32):
            pass


async def test_queries__listed__are_the_newest_within_the_limit(consortium: Consortium) -> None:
    asked = [(await consortium[1].submit(f"host{number}.example")).query_id for number in range(3)]

    listed = await consortium[1].requester.desk.queries(limit=2)

    assert len(listed) == 2
    assert {one.query_id for one in listed} <= set(asked)
    assert {one.phase for one in listed} == {QueryPhase.JOURNALLED}


async def test_events__of_a_finished_query__are_everything_once_and_the_summary_last(
    consortium: Consortium,
) -> None:
    accepted = await consortium.whole("both.example", "clear.example")

    events = [event async for event in consortium[1].requester.desk.query_events(accepted.query_id)]

    results = [event for event in events if isinstance(event, SubjectResult)]
    progress = [event for event in events if isinstance(event, HolderProgress)]
    assert len(results) == len({(one.index, one.holder) for one in results}) == 4
    assert {one.holder for one in progress} == {2, 3}
    assert isinstance(events[-1], QuerySummary)
    assert events[-1].phase is QueryPhase.COMPLETE
    assert [type(event) for event in events].count(QuerySummary) == 1


async def test_events__followed_from_the_start__come_as_they_happen(consortium: Consortium) -> None:
    asker = consortium[1]
    accepted = await asker.submit("both.example", "clear.example")
    seen: list[Any] = []

    async def follow() -> None:
        async for event in asker.requester.desk.query_events(accepted.query_id):
            seen.append(event)  # noqa: PERF401 - the test looks at it while it grows

    async def until(holds: Any) -> None:
        async with asyncio.timeout(20):
            while not holds():  # noqa: ASYNC110 - what is waited for is a list that another task fills
                await asyncio.sleep(0.01)

    def phases() -> list[QueryPhase]:
        return [event.phase for event in seen if isinstance(event, QuerySummary)]

    async with asyncio.TaskGroup() as group:
        group.create_task(follow())
        await until(lambda: phases() == [QueryPhase.JOURNALLED])
        await asker.commit()
        await until(lambda: phases()[-1] is QueryPhase.COMMITTED)
        # That holders have not answered yet is no result about any subject.
        assert not any(isinstance(event, SubjectResult) for event in seen)
        await consortium[2].answer()
        await asker.judge()
        await until(lambda: any(isinstance(event, SubjectResult) for event in seen))
        assert {event.holder for event in seen if isinstance(event, SubjectResult)} == {2}
        await consortium[3].answer()
        await asker.judge()
        await asker.settle()

    # A summary is told again when its count of hits grows.
    assert list(dict.fromkeys(phases())) == [
        QueryPhase.JOURNALLED,
        QueryPhase.COMMITTED,
        QueryPhase.COMPLETE,
    ]
    assert isinstance(seen[-1], QuerySummary)
    last = {(event.index, event.holder): event for event in seen if isinstance(event, SubjectResult)}
    assert {event.record_state for event in last.values()} == {None, RecordState.DISCLOSED}


async def test_events__of_a_query_that_nobody_answered__end_with_silence_about_every_subject(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    accepted = await asker.submit("both.example", deadline_s=30)
    await asker.commit()
    consortium.chain.pass_time(60)
    await asker.requester.collector.end_overdue()

    events = [event async for event in asker.requester.desk.query_events(accepted.query_id)]

    results = [event for event in events if isinstance(event, SubjectResult)]
    assert {(event.holder, event.state) for event in results} == {
        (2, Finding.NO_ANSWER),
        (3, Finding.NO_ANSWER),
    }
    states = {event.state for event in events if isinstance(event, HolderProgress)}
    assert states == {HolderState.SILENT}
    assert events[-1].phase is QueryPhase.COMPLETE


NEWS = ReplyNews(
    reply=AskedReply(
        batch_id=BatchId(bytes(32)),
        holder=MemberId(2),
        state=ReplyState.REJECTED,
        reason=1,
        latency_ms=1,
        received=None,
        proven=None,
    ),
    ended=False,
)


async def test_changes__told__wake_every_follower_that_was_there_and_say_nothing_of_what_they_are() -> None:
    changes = Changes()
    with changes.followed("q1") as first, changes.followed("q2") as second:
        changes.tell()

        assert await first.next(patience_s=60) == ()
        assert await second.next(patience_s=60) == ()
        with changes.followed("q1") as later:
            changes.tell_taken("q1", NEWS)
            assert await later.next(patience_s=60) == [NEWS]


async def test_changes__an_answer__is_told_to_followers_of_its_query_alone_and_once() -> None:
    changes = Changes()
    with changes.followed("q1") as one, changes.followed("q2") as other:
        changes.tell_taken("q1", NEWS)
        changes.tell_taken("q1", NEWS)

        assert await one.next(patience_s=60) == [NEWS, NEWS]
        assert await one.next(patience_s=0.001) == ()
        changes.tell_taken("q2", NEWS)
        assert await other.next(patience_s=60) == [NEWS]


async def test_changes__an_answer_beside_another_change__have_everything_read_again() -> None:
    changes = Changes()
    with changes.followed("q1") as feed:
        changes.tell_taken("q1", NEWS)
        changes.tell()

        assert await feed.next(patience_s=60) == ()
        changes.tell_taken("q1", NEWS)
        assert await feed.next(patience_s=60) == [NEWS]
