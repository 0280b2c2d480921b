"""An express query goes straight to its holders; what each proves is taken when it comes."""

import asyncio

import pytest
from stage.consortium import Consortium, House

from oracle.asking.express import LEFT_OVER_MS, Expressing
from oracle.asking.judging import Judge
from oracle.asking.submission import NobodyToAsk
from oracle.asking.timing import DeadlineNotAllowed
from oracle.chain import facts
from oracle.domain.answered import AnswerState
from oracle.domain.asked import BatchState, ReplyState
from oracle.domain.ids import MemberId
from oracle.domain.messages import Mode
from oracle.domain.reports import (
    Finding,
    HolderProgress,
    HolderState,
    QueryPhase,
    QueryState,
    RecordState,
)
from oracle.domain.settlement import RefusalReason
from oracle.peer.statements import parse_request
from oracle.store.anchors import uncounted_elements
from oracle.wiring.clock import ChainClock


@pytest.fixture
def asker(consortium: Consortium) -> House:
    return consortium[1]


class LaterClock(ChainClock):
    """Of a daemon that started a while after the query was journalled."""

    def wall_ms(self) -> int:
        return super().wall_ms() + LEFT_OVER_MS + 1


def _after_a_restart(asker: House) -> Expressing:
    """A daemon on the same journals that has launched nothing itself."""
    return Expressing(
        asked=asker.requester.journals.asked,
        replies=asker.requester.journals.replies,
        judge=Judge(me=asker.id, notary=asker.notary, view=asker.base.view, workers=asker.base.workers),
        collector=asker.requester.collector,
        courier=asker.courier,
        clock=LaterClock(asker.base.view, lambda: None),
        launched=lambda: None,
        judged=lambda: None,
        changed=lambda: None,
        taken=lambda _query, _news: None,
    )


def _found(state: QueryState) -> dict[tuple[int, int], Finding]:
    return {(result.index, result.holder): result.state for result in state.results}


async def test_express_query__submitted__is_journalled_with_its_holders_and_nothing_has_left(
    asker: House,
) -> None:
    accepted = await asker.submit_express("north.example")

    batch = await asker.batch(accepted)
    request = parse_request(batch.content.statement).value
    head = asker.base.view.head
    assert head is not None
    assert batch.state is BatchState.ASKED
    assert (request.mode, request.reference_block) == (Mode.EXPRESS, head.number)
    assert request.reference_block_hash == head.hash
    parts = await asker.requester.journals.replies.replies_of(batch.batch_id)
    assert [(part.holder, part.state) for part in parts] == [
        (MemberId(2), ReplyState.WAITING),
        (MemberId(3), ReplyState.WAITING),
    ]
    assert [one.batch_id for one in await asker.requester.anchors.unanchored(limit=9)] == [batch.batch_id]
    assert (asker.client.sent, asker.woken) == ([], ["express"])


async def test_express_query__answered__proves_hits_and_misses_without_a_block(asker: House) -> None:
    orders = len(asker.lane.orders)

    accepted = await asker.ask_at_once("north.example", "both.example", "nobody.example")

    state = await asker.requester.desk.query_state(accepted.query_id)
    assert state.summary.phase is QueryPhase.COMPLETE
    assert state.summary.express
    assert _found(state) == {
        (0, 2): Finding.HIT,
        (0, 3): Finding.MISS,
        (1, 2): Finding.HIT,
        (1, 3): Finding.HIT,
        (2, 2): Finding.MISS,
        (2, 3): Finding.MISS,
    }
    assert len(asker.lane.orders) == orders


async def test_express_query__its_hits__are_claimed_paid_and_disclosed_as_in_committed_mode(
    consortium: Consortium,
) -> None:
    asker, holder = consortium[1], consortium[2]
    accepted = await asker.ask_at_once("north.example")
    await asker.judge()
    await asker.settle()

    state = await asker.requester.desk.query_state(accepted.query_id)
    hit = next(result for result in state.results if result.holder == 2)
    assert (hit.record_state, len(hit.record)) == (RecordState.DISCLOSED, 1)
    view = asker.base.view
    epoch = view.epoch_of(view.now)
    owed = view.price_at(epoch).query_fee + view.hit_price(holder.id, epoch)
    held = await holder.holder.vouchers.held(asker.id)
    assert held is not None
    assert (held.voucher.queries, held.voucher.hits, held.voucher.amount) == (1, 1, owed)


async def test_holder__that_is_away__delays_no_other_and_answers_when_it_is_back(asker: House) -> None:
    asker.client.away.add(MemberId(3))
    accepted = await asker.submit_express("both.example", deadline_ms=60_000)
    carrying = asyncio.create_task(asker.requester.express.round())

    async for event in asker.requester.desk.query_events(accepted.query_id):
        if isinstance(event, HolderProgress) and event.state is HolderState.ANSWERED:
            assert event.holder == 2
            break

    state = await asker.requester.desk.query_state(accepted.query_id)
    assert _found(state) == {(0, 2): Finding.HIT, (0, 3): Finding.NO_ANSWER}
    assert state.summary.phase is QueryPhase.ASKED
    asker.client.away.clear()
    await carrying
    state = await asker.requester.desk.query_state(accepted.query_id)
    assert _found(state) == {(0, 2): Finding.HIT, (0, 3): Finding.HIT}
    assert state.summary.phase is QueryPhase.COMPLETE


async def test_query__whose_deadline_passes__ends_with_what_is_there_and_says_who_was_silent(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    asker.client.away |= {MemberId(2), MemberId(3)}

    accepted = await asker.ask_at_once("both.example", deadline_ms=50)

    state = await asker.requester.desk.query_state(accepted.query_id)
    assert {holder.state for holder in state.holders} == {HolderState.SILENT}
    assert state.summary.phase is QueryPhase.COMPLETE
    # It was signed and may have arrived: it is anchored all the same.
    assert await asker.base.database.look(uncounted_elements) == 1


async def test_reply__that_comes_when_its_part_is_over__is_no_answer_and_gets_its_receipt(
    consortium: Consortium,
) -> None:
    asker, holder = consortium[1], consortium[2]
    accepted = await asker.submit_express("north.example")
    batch = await asker.batch(accepted)
    await asker.requester.journals.asked.finish(batch.batch_id)

    await asker.requester.express.round()
    await asker.judge()
    await asker.settle()

    state = await asker.requester.desk.query_state(accepted.query_id)
    assert {result.state for result in state.results} == {Finding.NO_ANSWER}
    answered = await holder.holder.journal.batch(asker.id, batch.batch_id)
    assert answered is not None
    assert (answered.state, answered.reason) == (AnswerState.SETTLED, RefusalReason.REPLY_LATE)


async def test_query__left_by_a_daemon_that_ended__is_carried_on_by_the_next_round(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    accepted = await asker.submit_express("both.example", deadline_ms=60_000)
    batch = await asker.batch(accepted)
    fresh = _after_a_restart(asker)

    await fresh.round()

    assert (await asker.batch(accepted)).state is BatchState.DONE
    parts = await asker.requester.journals.replies.replies_of(batch.batch_id)
    assert len(parts) == 2
    assert ReplyState.WAITING not in {part.state for part in parts}


@pytest.mark.parametrize("deadline_ms", [49, 60_001])
async def test_express_deadline__out_of_bounds__is_refused(asker: House, deadline_ms: int) -> None:
    with pytest.raises(DeadlineNotAllowed):
        await asker.submit_express("a.example", deadline_ms=deadline_ms)


async def test_express_query__when_nobody_else_stands__is_refused_before_anything_is_signed(
    consortium: Consortium,
) -> None:
    for number in (2, 3):
        consortium.chain.happen(
            lambda at, number=number: facts.MemberSuspended(at=at, member_id=MemberId(number))
        )

    with pytest.raises(NobodyToAsk):
        await consortium[1].submit_express("a.example")
    assert await consortium[1].requester.anchors.unanchored(limit=9) == ()


async def test_budget__with_express_elements_that_no_anchor_has__counts_them(asker: House) -> None:
    await asker.ask_at_once("a.example", "b.example")

    assert await asker.base.database.look(uncounted_elements) == 2
