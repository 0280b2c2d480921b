"""What stands in no anchor is reported once, answered for, overturned by a vote, or closed."""

import pytest
from stage.consortium import Consortium, House

from oracle.chain.books.anchors import ReportState
from oracle.chain.facts import ReportClosed
from oracle.domain.ids import BatchId
from oracle.rules.anchoring import CLOSING_TURN_S
from oracle.store.tables import express


async def _asked(asker: House, *names: str) -> BatchId:
    return (await asker.batch(await asker.ask_at_once(*names))).batch_id


@pytest.fixture
def world(consortium: Consortium) -> Consortium:
    """Epochs that do not turn while windows pass."""
    consortium.chain.declare(epoch_length_s=10_000_000)
    return consortium


async def test_request__without_an_anchor_after_the_window__is_reported_and_answered_with_its_place(
    world: Consortium,
) -> None:
    asker, holder = world[1], world[2]
    batch = await _asked(asker, "a.example")
    await _asked(asker, "b.example")
    world.chain.pass_time(world.chain.view.parameter("anchor_window_s").value + 1)

    await holder.accounts.reporting.round()

    report = world.chain.view.anchors.report(asker.id, batch)
    assert report is not None
    assert report.state is ReportState.OPEN
    await asker.accounts.anchoring.round()
    await asker.accounts.anchoring.round()
    closed = world.chain.view.anchors.report(asker.id, batch)
    assert closed is not None
    assert closed.state is ReportState.ANSWERED_LATE


async def test_report__of_a_batch_that_the_journal_lost__is_answered_by_its_count_alone(
    world: Consortium,
) -> None:
    asker, holder = world[1], world[2]
    batch = await _asked(asker, "a.example", "b.example")
    world.chain.pass_time(world.chain.view.parameter("anchor_window_s").value + 1)
    await holder.accounts.reporting.round()
    await _lose_anchors(asker)

    await asker.accounts.anchoring.round()
    await asker.accounts.anchoring.round()

    closed = world.chain.view.anchors.report(asker.id, batch)
    assert closed is not None
    assert closed.state is ReportState.ANSWERED_LATE


async def _lose_anchors(house: House) -> None:
    async with house.base.database.writing() as connection:
        await connection.execute(express.delete())


async def _unanswered(world: Consortium) -> BatchId:
    """A batch of member 1 that member 2 reported, when its time to be answered is over."""
    batch = await _asked(world[1], "a.example")
    world.chain.pass_time(world.chain.view.parameter("anchor_window_s").value + 1)
    await world[2].accounts.reporting.round()
    world.chain.pass_time(world.chain.view.parameter("report_answer_s").value + 1)
    return batch


def _state(world: Consortium, batch: BatchId) -> ReportState:
    report = world.chain.view.anchors.report(world[1].id, batch)
    assert report is not None
    return report.state


async def test_report__that_nobody_answers__is_closed_as_a_breach_once_no_vote_can_overturn_it(
    world: Consortium,
) -> None:
    batch = await _unanswered(world)
    await world[2].accounts.reporting.round()
    assert _state(world, batch) is ReportState.OPEN
    world.chain.pass_time(world.chain.view.parameter("appeal_window_s").value)

    await world[2].accounts.reporting.round()

    assert _state(world, batch) is ReportState.BREACHED


async def test_report__overturned_by_a_vote__is_closed_by_nobody(world: Consortium) -> None:
    batch = await _unanswered(world)
    world.chain.happen(lambda at: ReportClosed(at=at, requester=world[1].id, batch_id=batch, state=5))
    world.chain.pass_time(2 * world.chain.view.parameter("appeal_window_s").value)

    for number in (1, 2, 3):
        await world[number].accounts.reporting.round()

    assert _state(world, batch) is ReportState.OVERTURNED
    assert "closeReport" not in [name for house in (1, 2, 3) for name, _ in world[house].lane.orders]


async def test_report__left_open_by_its_reporter__is_closed_by_the_next_member_in_its_turn(
    world: Consortium,
) -> None:
    """An accomplice of the requester reports first, so that nobody else does, and closes nothing."""
    batch = await _unanswered(world)
    world.chain.pass_time(world.chain.view.parameter("appeal_window_s").value)
    await world[3].accounts.reporting.round()
    assert _state(world, batch) is ReportState.OPEN
    world.chain.pass_time(2 * CLOSING_TURN_S)
    await world[1].accounts.reporting.round()
    assert _state(world, batch) is ReportState.OPEN

    await world[3].accounts.reporting.round()

    assert _state(world, batch) is ReportState.BREACHED


async def test_requester__whose_report_is_unanswered__anchors_the_batch_and_hurries_no_other(
    world: Consortium,
) -> None:
    asker = world[1]
    batch = await _unanswered(world)

    for _ in range(2):
        await asker.accounts.anchoring.round()
    await _asked(asker, "b.example")
    await asker.accounts.anchoring.round()

    assert await asker.requester.anchors.anchor_of(batch) is not None
    assert await asker.requester.anchors.waiting() == (1, 0)
    assert "answerReport" not in [name for name, _ in asker.lane.orders]


async def test_requester__that_is_not_reached__is_reported_only_after_a_second_window(
    world: Consortium,
) -> None:
    asker, holder = world[1], world[2]
    batch = await _asked(asker, "a.example")
    window = world.chain.view.parameter("anchor_window_s").value
    holder.client.away.add(asker.id)
    world.chain.pass_time(window + 1)
    await holder.accounts.reporting.round()
    assert world.chain.view.anchors.report(asker.id, batch) is None

    world.chain.pass_time(window)
    await holder.accounts.reporting.round()

    assert world.chain.view.anchors.report(asker.id, batch) is not None


async def test_requester__that_is_not_reached__is_called_once_a_round_whatever_it_owes(
    world: Consortium,
) -> None:
    asker, holder = world[1], world[2]
    for name in ("a.example", "b.example", "c.example"):
        await _asked(asker, name)
    holder.client.away.add(asker.id)
    world.chain.pass_time(world.chain.view.parameter("anchor_window_s").value + 1)

    await holder.accounts.reporting.round()

    assert [to for kind, to, _ in holder.client.sent if kind == "which anchor"] == [asker.id]


async def test_request__reported_by_another_member__is_not_reported_twice(world: Consortium) -> None:
    asker = world[1]
    await _asked(asker, "a.example")
    world.chain.pass_time(world.chain.view.parameter("anchor_window_s").value + 1)

    for number in (2, 3):
        await world[number].accounts.reporting.round()

    assert [name for house in (2, 3) for name, _ in world[house].lane.orders].count("report") == 1
