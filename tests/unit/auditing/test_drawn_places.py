"""Which places of anchors an auditor opens and pursues, and that trying them holds up nothing else."""

import asyncio

import pytest
from stage.ledger import START, FactChain

from oracle.auditing.causes import Audited, audited, is_beyond_reach, place_evidence
from oracle.auditing.drawn_places import STEP, DrawnPlaces
from oracle.auditing.duties import Duty, Examine, OpenLeaf, Pursue, duties
from oracle.chain import facts
from oracle.crypto.draws import leaf_id, leaves_drawn
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import AnchorLeaf, CaseKind, CaseState
from oracle.domain.ids import Address, MemberId

ME, OTHER = Address("0x" + "11" * 20), Address("0x" + "22" * 20)
EPOCH_S, RETENTION_S = 1_000, 86_400
CASE, DRAW = b"\x08" * 32, keccak256(b"draw")
ONE = MemberId(1)


def office(*auditors: Address) -> FactChain:
    """In epoch 1; the auditors have committed seeds for it."""
    chain = FactChain()
    chain.declare(epoch_length_s=EPOCH_S, audit_retention_s=RETENTION_S)
    for auditor in auditors:
        chain.happen(
            lambda at, auditor=auditor: facts.audits.AuditorAppointed(
                at=at,
                auditor=auditor,
                sealing_suite=1,
                sealing_key=bytes(32),
                tls_fingerprint=bytes(32),
                certificate=b"",
                name_hash=bytes(32),
            ),
            lambda at, auditor=auditor: facts.audits.SeedCommitted(
                at=at, epoch=1, auditor=auditor, commitment=bytes(32)
            ),
        )
    to_epoch(chain, 1)
    return chain


def to_epoch(chain: FactChain, epoch: int) -> None:
    chain.pass_time(START + epoch * EPOCH_S + 1 - chain.view.now)


def anchor(chain: FactChain, number: int, batches: int) -> list[AnchorLeaf]:
    root = bytes([number]) * 32
    chain.happen(
        lambda at: facts.Anchored(at=at, requester=ONE, root=root, batches=batches, elements=3 * batches)
    )
    return [AnchorLeaf(root=root, index=index) for index in range(batches)]


def draw(chain: FactChain, sample_ppm: int) -> None:
    """That of epoch 1, in epoch 2."""
    to_epoch(chain, 2)
    chain.happen(
        lambda at: facts.audits.EpochClosed(
            at=at, epoch=1, closing_hash=bytes(32), reveal_by=chain.view.now, sample_ppm=sample_ppm
        ),
        lambda at: facts.audits.Drawn(at=at, epoch=1, value=DRAW, withheld=0),
    )


def opened(chain: FactChain, kind: CaseKind, subject: bytes, *, name: bytes = CASE) -> None:
    now = chain.view.now
    chain.happen(
        lambda at: facts.audits.CaseOpened(
            at=at,
            case_id=name,
            kind=kind,
            accused=ONE,
            opener=0,
            subject=subject,
            answer_by=now + 100,
            decide_by=now + 200,
            appeal_window_s=50,
            most=14,
        )
    )


def caught(chain: FactChain) -> None:
    """A draw has found something in another batch, and that is settled."""
    opened(chain, CaseKind.DRAWN, b"\x09" * 32)
    chain.happen(
        lambda at: facts.audits.CaseSettled(at=at, case_id=CASE, outcome=CaseState.UPHELD),
    )


async def due(chain: FactChain, me: Address = ME) -> tuple[Duty, ...]:
    places = DrawnPlaces()
    await places.follow(chain.view)
    return duties(chain.view, me, places)


async def pursued(chain: FactChain) -> tuple[set[bytes], set[bytes]]:
    mine, others = [
        {one.evidence for one in await due(chain, me) if isinstance(one, Pursue)} for me in (ME, OTHER)
    ]
    return mine, others


async def test_draw__once_it_is_made__opens_the_places_of_anchors_of_its_epoch_that_nobody_has_opened() -> (
    None
):
    chain = office(ME)
    leaves = anchor(chain, 5, 3)
    draw(chain, 1_000_000)
    anchor(chain, 6, 1)

    async def open_leaves() -> list[AnchorLeaf]:
        return [one.leaf for one in await due(chain) if isinstance(one, OpenLeaf)]

    assert await open_leaves() == leaves
    opened(chain, CaseKind.DRAWN, leaf_id(leaves[1]))
    chain.happen(lambda at: facts.audits.LeafDrawn(at=at, case_id=CASE, root=leaves[1].root, index=1))
    assert chain.view.audits.cases[CASE].leaf == leaves[1]
    assert await open_leaves() == [leaves[0], leaves[2]]

    chain.pass_time(RETENTION_S + EPOCH_S)
    assert await open_leaves() == []


async def test_places__a_hundred_thousand_of_them__are_tried_in_steps_between_which_others_have_turns() -> (
    None
):
    """Counted in turns of the loop, whatever the machine: none while it is held."""
    batches = 100_000
    chain = office(ME)
    (first, *_) = anchor(chain, 5, batches)
    draw(chain, 10_000)
    places, turns = DrawnPlaces(), 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    working = asyncio.create_task(other())
    await asyncio.sleep(0)
    await places.follow(chain.view)
    tried, turns = turns, 0
    found = duties(chain.view, ME, places)
    at_once = turns
    await places.follow(chain.view)
    working.cancel()

    assert tried >= batches // STEP
    assert at_once == 0
    assert turns == 0, "what was tried is not tried again"
    drawn = leaves_drawn(DRAW, 10_000, ONE, first.root, range(batches))
    assert drawn
    assert tuple(one.leaf for one in found if isinstance(one, OpenLeaf)) == drawn


async def test_places__of_an_anchor_that_is_not_tried_yet__are_no_duty() -> None:
    chain = office(ME)
    anchor(chain, 5, 3)
    draw(chain, 1_000_000)
    places = DrawnPlaces()
    assert not any(isinstance(one, OpenLeaf) for one in duties(chain.view, ME, places))
    caught(chain)
    assert not any(isinstance(one, Pursue) for one in duties(chain.view, ME, places))


async def test_member__whom_a_draw_has_caught__has_what_it_anchored_audited_each_place_by_one_auditor() -> (
    None
):
    chain = office(ME, OTHER)
    leaves = anchor(chain, 5, 16)
    caught(chain)
    assert await pursued(chain) == (set(), set()), "the epoch of the anchor is not over"
    to_epoch(chain, 2)
    assert await pursued(chain) == (set(), set()), "its draw is not made"

    draw(chain, 200_000)

    drawn = leaves_drawn(DRAW, 200_000, ONE, leaves[0].root, range(16))
    assert drawn
    mine, others = await pursued(chain)
    assert mine | others == {place_evidence(ONE, leaf) for leaf in leaves if leaf not in drawn}
    assert mine
    assert others
    assert not mine & others

    chain.pass_time(RETENTION_S + EPOCH_S)
    assert await pursued(chain) == (set(), set())


async def test_place__that_a_case_for_cause_is_about__is_not_pursued_again_and_twenty_wait_at_most() -> None:
    chain = office(ME)
    leaves = anchor(chain, 5, 50)
    draw(chain, 0)
    caught(chain)
    for leaf in leaves[:5]:
        evidence = place_evidence(ONE, leaf)
        opened(chain, CaseKind.CAUSE, evidence, name=evidence)

    mine = [one.evidence for one in await due(chain) if isinstance(one, Pursue)]

    assert mine == [place_evidence(ONE, leaf) for leaf in leaves[5:20]]


@pytest.mark.parametrize("early", [True, False])
async def test_cause__that_names_a_place_before_there_is_the_anchor__is_not_about_it(*, early: bool) -> None:
    chain = office(ME)
    leaf = AnchorLeaf(root=bytes([5]) * 32, index=1)
    evidence = place_evidence(ONE, leaf)
    if early:
        opened(chain, CaseKind.CAUSE, evidence, name=evidence)
    anchor(chain, 5, 2)
    if not early:
        opened(chain, CaseKind.CAUSE, evidence, name=evidence)

    assert audited(chain.view.audits.cases[evidence], chain.view) == (None if early else leaf)


def named(chain: FactChain, evidence: bytes) -> Audited | None:
    opened(chain, CaseKind.CAUSE, evidence, name=evidence)
    return audited(chain.view.audits.cases[evidence], chain.view)


async def test_cause__that_names_no_place_of_an_anchor_of_the_accused__is_about_nothing_known() -> None:
    chain = office(ME)
    (leaf,) = anchor(chain, 5, 1)

    assert named(chain, place_evidence(ONE, leaf)) == leaf
    assert named(chain, place_evidence(ONE, AnchorLeaf(root=leaf.root, index=1))) is None
    assert named(chain, place_evidence(MemberId(2), leaf)) is None
    assert named(chain, place_evidence(ONE, AnchorLeaf(root=bytes(32), index=0))) is None


async def test_cause__about_a_place__is_examined_and_says_when_nobody_had_to_keep_it() -> None:
    chain = office(ME)
    leaf, other = anchor(chain, 5, 2)
    for shown in (leaf, other):
        evidence = place_evidence(ONE, shown)
        opened(chain, CaseKind.CAUSE, evidence, name=evidence)
        chain.happen(lambda at, case=evidence: facts.audits.CaseAnswered(at=at, case_id=case, digest=case))
        case = chain.view.audits.cases[evidence]
        assert Examine(case=case, about=shown) in await due(chain)
        assert is_beyond_reach(case, chain.view) is (shown is other)
        chain.pass_time(RETENTION_S + 1)
