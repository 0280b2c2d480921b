"""Eight members over many epochs: whoever cheats ends where the rules say, and nobody else is hurt."""

import pytest
from scenario.accounts import penalties_of, require_reconciled, statements_of
from scenario.detection import Detection, detection_of, one_sided, require_each_drawn_batch_decided
from scenario.society import NAMES, Society, founded
from scenario.standings import Place, places
from scenario.story import Story
from scenario.suspending import SUSPENDABLE, demanded, voted

from oracle.chain.books.members import Status
from oracle.chain.deploy.parameters import PROTOCOL
from oracle.chain.node import LATEST
from oracle.rules.pricing import hit_price
from oracle.rules.quality import FULL_BPS, WEIGHT

MILLION = 1_000_000
HONEST = ("Alder", "Birch")
FLOOR = PROTOCOL["entitlement_floor"].default
DEAREST_HIT = hit_price(hit_fee=PROTOCOL["hit_fee"].default, score=FULL_BPS)
UNLIKELY = 1 / 5_000
"""Of two numbers, on either side of each: a product that draws as it says fails less than once in 1,000."""


@pytest.mark.timeout(600)
async def test_society__of_cheats_and_honest_members__ends_where_the_rules_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every batch is audited, so that few epochs suffice."""
    await _lived(3, 300, MILLION, capsys)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
async def test_society__over_twenty_epochs__ends_where_the_rules_say_and_finds_as_many_as_stated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await _lived(20, 60, MILLION // 4, capsys)


async def _lived(epochs: int, listed: int, sample_ppm: int, capsys: pytest.CaptureFixture[str]) -> None:
    async with founded(sample_ppm) as society:
        story = Story(society=society, listed=listed)
        await story.begin()
        for _ in range(epochs):
            await story.epoch()
        await story.end()
        await society.next_epoch()

        detection = detection_of(story)
        require_each_drawn_batch_decided(story)
        _require_probable(detection, sample_ppm)
        expected = places(story, detection)
        await _require_places(society, expected)
        _require_consequences(expected)
        capsys.readouterr()
        statements = await statements_of(society, lambda: capsys.readouterr().out)
        await require_reconciled(society, statements)
        for name, place in expected.items():
            penalty = place.breaches * PROTOCOL["breach_penalty"].default
            if name == "Unanchored":
                elements = sum(len(one.question.numbers) for one in story.asked if one.question.express)
                penalty += elements * (len(NAMES) - 1) * DEAREST_HIT
            if name == "Reader":
                penalty += detection.hits * PROTOCOL["unclaimed_hit_penalty"].default
            assert penalties_of(statements, society.members[name].id) == penalty, name
        await _require_suspensions(society, expected)


def _require_probable(detection: Detection, sample_ppm: int) -> None:
    """As many batches are found, and epochs in which one is, as docs/incentives.md states."""
    rate, found = sample_ppm / MILLION, len(detection.drawn)
    assert one_sided(found, len(detection.cheating), rate) > UNLIKELY, found
    in_an_epoch = 1.0 - (1.0 - rate) ** (len(detection.cheating) // detection.epochs)
    assert one_sided(detection.epochs_found, detection.epochs, in_an_epoch) > UNLIKELY, detection.epochs_found


async def _require_places(society: Society, expected: dict[str, Place]) -> None:
    """Each score, entitlement and breach on the chain is what the rules make of what was done."""
    base = society.alder.base
    ledger, connection = base.contracts.quality, base.connection
    for name, place in expected.items():
        member = society.members[name].id
        assert await ledger.score_bps_of(connection, member, block=LATEST) == place.score_bps, name
        assert await ledger.entitlement_of(connection, member, block=LATEST) == place.entitlement, name
        assert await ledger.breaches_of(connection, member, block=LATEST) == (
            place.breaches,
            place.breach_bps,
        ), name


def _require_consequences(expected: dict[str, Place]) -> None:
    """What those places mean: the rules do what they are for."""
    alder = expected["Alder"]
    for name in HONEST:
        assert expected[name].breaches == expected[name].refuted == 0
        assert expected[name].score_bps == expected[name].without_breaches().score_bps
        assert expected[name].entitlement > FLOOR
    stale = expected["Stale"]
    assert (stale.breaches, stale.refuted) == (0, 0)
    assert stale.fresh_bps < alder.fresh_bps
    assert stale.score_bps < alder.score_bps
    inventor, friend = expected["Inventor"], expected["Friend"]
    assert inventor.breaches == friend.breaches == 0
    assert inventor.entitlement == FLOOR
    assert inventor.score_bps < min(expected[name].score_bps for name in (*HONEST, "Stale", "Friend"))
    # What two say of each other weighs no more than one voice: 20 ratings at 1,000 elements at a full score.
    assert inventor.confirmed + friend.confirmed <= 20 * WEIGHT
    assert FLOOR <= friend.entitlement <= FLOOR + 15_000
    for name in ("Silent", "Reader", "Unanchored"):
        assert expected[name].breaches > 0
        assert expected[name].entitlement == FLOOR
        assert expected[name].score_bps < expected[name].without_breaches().score_bps
    assert expected["Reader"].breach_bps == FULL_BPS or expected["Reader"].score_bps < alder.score_bps


async def _require_suspensions(society: Society, expected: dict[str, Place]) -> None:
    """Whoever has lost a whole score by breaches is suspended, first by the auditors and then by a vote."""
    names = [name for name in NAMES if expected[name].breaches >= SUSPENDABLE]
    view = society.alder.base.view
    assert names, "nobody was found out often enough"
    await demanded(society, names)
    assert [name for name in NAMES if not view.in_standing(society.members[name].id)] == names
    await voted(society, names)
    found = [name for name in NAMES if view.member(society.members[name].id).status is Status.SUSPENDED]
    assert found == names
