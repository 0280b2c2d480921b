"""In which order an express batch's holders are asked, and what is done about their answers when."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from stage.consortium import Consortium, House

from oracle.asking.express import Expressing
from oracle.asking.judging import Judge
from oracle.asking.launching import MANY, Launch, OnDisk
from oracle.domain.answered import AnswerState
from oracle.domain.asked import AskedBatch, BatchState, ProvenReply, ReceivedReply
from oracle.domain.ids import MemberId
from oracle.domain.reports import Finding, QueryState
from oracle.peer.client import PeerClient
from oracle.peer.courier import Courier
from oracle.peer.post import Post
from oracle.peer.sealed import OpenedMessage
from oracle.peer.statements import parse_request
from oracle.wiring.clock import ChainClock


@pytest.fixture
def asker(consortium: Consortium) -> House:
    return consortium[1]


class WatchedCourier(Courier):
    """Writes down who is asked and who has answered, in order."""

    def __init__(self, post: Post, client: PeerClient) -> None:
        super().__init__(post, client)
        self.seen: list[str] = []

    async def ask_express(self, *asked: Any, **what: Any) -> OpenedMessage:
        self.seen.append("asked")
        message = await super().ask_express(*asked, **what)
        self.seen.append("answered")
        return message


class LateJudge(Judge):
    """Is asked about a reply in time, and finds it good later: others were before it."""

    async def verdict(self, batch: AskedBatch, holder: MemberId, reply: ReceivedReply) -> ProvenReply | int:
        request = parse_request(batch.content.statement).value
        over_ms = batch.created_at_ms + 1_000 * (request.deadline - request.issued_at)
        await asyncio.sleep(max(0.0, over_ms / 1_000 - time.time()) + 0.1)
        return await super().verdict(batch, holder, reply)


def _expressing(
    asker: House,
    courier: Courier | None = None,
    *,
    judge: type[Judge] = Judge,
    judged: Callable[[], None] = lambda: None,
) -> Expressing:
    """On the journals of this member, beside what it has of its own."""
    return Expressing(
        asked=asker.requester.journals.asked,
        replies=asker.requester.journals.replies,
        judge=judge(me=asker.id, notary=asker.notary, view=asker.base.view, workers=asker.base.workers),
        collector=asker.requester.collector,
        courier=courier or asker.courier,
        clock=ChainClock(asker.base.view, lambda: None),
        launched=lambda: None,
        judged=judged,
        changed=lambda: None,
        taken=lambda _query, _news: None,
    )


def _found(state: QueryState) -> dict[tuple[int, int], Finding]:
    return {(result.index, result.holder): result.state for result in state.results}


def _launch(batch: AskedBatch, *holders: int, deadline_ms: int, head_start_s: float = 0) -> Launch:
    return Launch(
        batch=batch,
        holders=tuple(map(MemberId, holders)),
        until_ms=batch.created_at_ms + deadline_ms,
        on_disk=OnDisk.as_found(),
        head_start_s=head_start_s,
    )


async def test_reply__that_came_in_time_and_is_judged_after_it__is_an_answer_and_is_paid(
    consortium: Consortium,
) -> None:
    asker, holder = consortium[1], consortium[2]
    accepted = await asker.submit_express("north.example", deadline_ms=1_000)
    batch = await asker.batch(accepted)
    express = _expressing(asker, judge=LateJudge)
    express.launch(_launch(batch, 2, 3, deadline_ms=1_000))

    await express.round()
    await asker.judge()
    await asker.settle()

    state = await asker.requester.desk.query_state(accepted.query_id)
    assert _found(state) == {(0, 2): Finding.HIT, (0, 3): Finding.MISS}
    answered = await holder.holder.journal.batch(asker.id, batch.batch_id)
    assert answered is not None
    assert (answered.state, answered.reason) == (AnswerState.SETTLED, 0)


async def test_receipts__of_a_batch_that_somebody_does_not_answer__do_not_wait_for_its_end(
    asker: House,
) -> None:
    asker.client.away.add(MemberId(3))
    accepted = await asker.submit_express("both.example", deadline_ms=60_000)
    batch = await asker.batch(accepted)
    judged = asyncio.Event()
    express = _expressing(asker, judged=judged.set)
    express.launch(_launch(batch, 2, 3, deadline_ms=60_000))
    carrying = asyncio.create_task(express.round())

    while True:
        state = await asker.requester.desk.query_state(accepted.query_id)
        if _found(state)[0, 2] is Finding.HIT:
            break
        # Not while answers come.
        assert not judged.is_set()
        await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await judged.wait()

    assert (await asker.batch(accepted)).state is BatchState.ASKED
    asker.client.away.clear()
    await carrying


@pytest.mark.parametrize(("holders", "second"), [(MANY, "asked"), (MANY + 1, "answered")])
async def test_holders__of_whom_there_are_many__are_asked_once_one_has_answered(
    asker: House, holders: int, second: str
) -> None:
    batch = await asker.batch(await asker.submit_express("north.example", deadline_ms=60_000))
    courier = WatchedCourier(asker.post, asker.client)
    express = _expressing(asker, courier)
    express.launch(_launch(batch, *[2] * holders, deadline_ms=60_000, head_start_s=60))

    await express.round()

    assert courier.seen[:2] == ["asked", second]
    assert courier.seen.count("answered") == holders
