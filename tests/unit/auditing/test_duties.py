"""What an auditor has to do follows from the chain alone, whoever else does it too."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from stage.ledger import START, FactChain

from oracle.auditing.causes import batch_evidence
from oracle.auditing.duties import (
    CloseEpoch,
    CommitSeed,
    Examine,
    MakeDraw,
    OpenDrawn,
    Pursue,
    RevealSeed,
    Settle,
    StrikeOff,
    duties,
)
from oracle.chain import facts
from oracle.chain.facts import Fact, Position
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import Address, BatchId, MemberId

ME, OTHER = Address("0x" + "11" * 20), Address("0x" + "22" * 20)
EPOCH_S = 1_000
BATCH, CASE = BatchId(b"\x07" * 32), b"\x08" * 32
Made = Callable[[Position], Fact]


@pytest.fixture
def chain() -> FactChain:
    """In epoch 0, with two auditors in office."""
    made = FactChain()
    made.declare(epoch_length_s=EPOCH_S, audit_retention_s=86_400)
    for auditor in (ME, OTHER):
        made.happen(appointed(auditor))
    return made


def appointed(auditor: Address) -> Made:
    return lambda at: facts.audits.AuditorAppointed(
        at=at,
        auditor=auditor,
        sealing_suite=1,
        sealing_key=bytes(32),
        tls_fingerprint=bytes(32),
        certificate=b"\x30",
        name_hash=bytes(32),
    )


def to_epoch(chain: FactChain, epoch: int) -> None:
    chain.pass_time(START + epoch * EPOCH_S + 1 - chain.view.now)


def committed(epoch: int, auditor: Address) -> Made:
    return lambda at: facts.audits.SeedCommitted(at=at, epoch=epoch, auditor=auditor, commitment=bytes(32))


def closed(epoch: int, reveal_by: int) -> Made:
    return lambda at: facts.audits.EpochClosed(
        at=at, epoch=epoch, closing_hash=bytes(32), reveal_by=reveal_by, sample_ppm=1_000_000
    )


def revealed(epoch: int, auditor: Address) -> Made:
    return lambda at: facts.audits.SeedRevealed(at=at, epoch=epoch, auditor=auditor, seed=bytes(32))


def opened(chain: FactChain, answer_s: int = 100) -> Made:
    now = chain.view.now
    return lambda at: facts.audits.CaseOpened(
        at=at,
        case_id=CASE,
        kind=CaseKind.DRAWN,
        accused=MemberId(1),
        opener=0,
        subject=BATCH,
        answer_by=now + answer_s,
        decide_by=now + 2 * answer_s,
        appeal_window_s=50,
        most=4,
    )


def test_duties__of_somebody_not_in_office__are_none(chain: FactChain) -> None:
    assert duties(chain.view, Address("0x" + "33" * 20)) == ()


def test_duties__at_first__are_a_seed_for_the_epoch_to_come_and_once(chain: FactChain) -> None:
    assert duties(chain.view, ME) == (CommitSeed(epoch=1),)

    chain.happen(committed(1, ME))

    assert duties(chain.view, ME) == ()
    assert duties(chain.view, OTHER) == (CommitSeed(epoch=1),)


def test_draw__of_an_epoch_that_is_over__is_closed_revealed_and_made(chain: FactChain) -> None:
    chain.happen(committed(1, ME), committed(1, OTHER))
    to_epoch(chain, 2)
    assert duties(chain.view, ME) == (CloseEpoch(epoch=1), CommitSeed(epoch=3))

    reveal_by = chain.view.now + 100
    chain.happen(closed(1, reveal_by), committed(3, ME))
    assert duties(chain.view, ME) == (RevealSeed(epoch=1),)

    chain.happen(revealed(1, ME))
    assert duties(chain.view, ME) == (), "the other's seed is waited for"

    chain.pass_time(200)
    assert duties(chain.view, ME) == (MakeDraw(epoch=1), StrikeOff(epoch=1, auditor=OTHER))


def test_auditor__that_withheld_its_seed__is_struck_off_by_others_while_it_is_in_office(
    chain: FactChain,
) -> None:
    chain.happen(committed(1, ME), committed(1, OTHER))
    to_epoch(chain, 2)
    reveal_by = chain.view.now + 100
    chain.happen(closed(1, reveal_by), committed(3, ME), revealed(1, ME))
    chain.pass_time(reveal_by - chain.view.now)
    assert StrikeOff(epoch=1, auditor=OTHER) not in duties(chain.view, ME), "it may still reveal"

    chain.pass_time(1)
    assert StrikeOff(epoch=1, auditor=OTHER) in duties(chain.view, ME)
    assert not any(isinstance(one, StrikeOff) for one in duties(chain.view, OTHER))

    chain.happen(lambda at: facts.audits.AuditorStruckOff(at=at, auditor=OTHER, epoch=1))
    assert not any(isinstance(one, StrikeOff) for one in duties(chain.view, ME))

    chain.happen(appointed(OTHER))
    assert not any(isinstance(one, StrikeOff) for one in duties(chain.view, ME)), "appointed anew since"


def test_draw__once_it_is_made__opens_the_batches_that_it_fell_on_within_retention(chain: FactChain) -> None:
    chain.happen(committed(1, ME))
    to_epoch(chain, 1)
    deadline = chain.view.now + 10
    chain.happen(
        lambda at: facts.Committed(at=at, batch_id=BATCH, requester=MemberId(1), count=2, deadline=deadline)
    )
    to_epoch(chain, 2)
    chain.happen(
        closed(1, chain.view.now),
        committed(3, ME),
        lambda at: facts.audits.Drawn(at=at, epoch=1, value=keccak256(b"draw"), withheld=0),
    )
    assert duties(chain.view, ME) == (OpenDrawn(epoch=1, requester=MemberId(1), batch_id=BATCH),)

    chain.pass_time(86_400 + EPOCH_S)
    assert not any(isinstance(one, OpenDrawn) for one in duties(chain.view, ME))


def test_case__answered__is_examined_once_and_settled_when_nothing_can_change_it(chain: FactChain) -> None:
    chain.happen(committed(1, ME), opened(chain))
    assert duties(chain.view, ME) == ()

    chain.happen(lambda at: facts.audits.CaseAnswered(at=at, case_id=CASE, digest=bytes(32)))
    (examine,) = duties(chain.view, ME)
    assert isinstance(examine, Examine)

    verdict = (
        lambda at: facts.audits.VerdictCast(at=at, case_id=CASE, auditor=ME, found=3, reason=bytes(32)),
        lambda at: facts.audits.CaseRuled(at=at, case_id=CASE, found=3),
    )
    chain.happen(*verdict)
    assert duties(chain.view, ME) == ()

    chain.pass_time(60)
    assert duties(chain.view, ME) == (), "others may find more until their time is over"
    chain.pass_time(141)
    assert duties(chain.view, ME) == (Settle(case_id=CASE),)


def caught(chain: FactChain, outcome: CaseState = CaseState.UPHELD) -> None:
    """A draw has found something in one batch of member 1, and that is settled."""
    chain.happen(opened(chain), lambda at: facts.audits.CaseSettled(at=at, case_id=CASE, outcome=outcome))


def asked(chain: FactChain, number: int) -> bytes:
    """Another batch of member 1, whose deadline lies in the epoch of now."""
    batch_id, deadline = bytes([number]) * 32, chain.view.now + 10
    chain.happen(
        lambda at: facts.Committed(
            at=at, batch_id=BatchId(batch_id), requester=MemberId(1), count=2, deadline=deadline
        )
    )
    return batch_evidence(MemberId(1), BatchId(batch_id))


def pursued(chain: FactChain) -> dict[Address, set[bytes]]:
    return {
        me: {one.evidence for one in duties(chain.view, me) if isinstance(one, Pursue)} for me in (ME, OTHER)
    }


def test_member__whom_a_draw_has_caught__has_its_other_batches_audited_each_by_one_auditor(
    chain: FactChain,
) -> None:
    evidence = {asked(chain, number) for number in range(20, 36)}
    assert pursued(chain) == {ME: set(), OTHER: set()}, "nothing was found yet"
    caught(chain)
    assert pursued(chain) == {ME: set(), OTHER: set()}, "their epoch is not over"

    to_epoch(chain, 1)

    parts = pursued(chain)
    assert parts[ME] | parts[OTHER] == evidence
    assert not parts[ME] & parts[OTHER]
    assert parts[ME]


@pytest.mark.parametrize("outcome", [CaseState.DISMISSED, CaseState.LAPSED])
def test_member__whose_drawn_audit_was_not_upheld__is_not_pursued(
    chain: FactChain, outcome: CaseState
) -> None:
    asked(chain, 20)
    caught(chain, outcome)
    to_epoch(chain, 1)

    assert pursued(chain) == {ME: set(), OTHER: set()}


def test_batch__that_a_draw_may_still_fall_on__is_left_to_the_draw(chain: FactChain) -> None:
    chain.happen(committed(1, ME))
    to_epoch(chain, 1)
    asked(chain, 20)
    caught(chain)
    to_epoch(chain, 2)
    assert pursued(chain) == {ME: set(), OTHER: set()}

    chain.happen(
        closed(1, chain.view.now),
        lambda at: facts.audits.Drawn(at=at, epoch=1, value=keccak256(b"draw"), withheld=0),
    )
    assert pursued(chain) == {ME: set(), OTHER: set()}, "it falls on every batch"


def cause(chain: FactChain, evidence: bytes) -> None:
    made = opened(chain)
    chain.happen(lambda at: replace(made(at), kind=CaseKind.CAUSE, subject=evidence, case_id=evidence))
    chain.happen(lambda at: facts.audits.CaseAnswered(at=at, case_id=evidence, digest=bytes(32)))


def test_cause__that_names_a_batch__is_examined_and_another_is_left_to_people(chain: FactChain) -> None:
    chain.happen(committed(1, ME))
    evidence = asked(chain, 20)
    cause(chain, b"\x33" * 32)
    assert duties(chain.view, ME) == ()

    cause(chain, evidence)

    (duty,) = duties(chain.view, ME)
    assert isinstance(duty, Examine)
    assert duty.batch_id == bytes([20]) * 32


@pytest.mark.parametrize("kind", [CaseKind.CONTRADICTION, CaseKind.NONCE_REUSE])
def test_proof__rebutted__is_left_to_people_and_stands_when_they_do_not_decide(
    chain: FactChain, kind: CaseKind
) -> None:
    chain.happen(committed(1, ME))
    made = opened(chain)
    chain.happen(lambda at: replace(made(at), kind=kind))
    chain.happen(lambda at: facts.audits.CaseAnswered(at=at, case_id=CASE, digest=bytes(32)))
    assert duties(chain.view, ME) == ()

    chain.pass_time(201)
    assert chain.view.audits.cases[CASE].state(chain.view.now) is CaseState.UPHELD
    chain.pass_time(50)
    assert duties(chain.view, ME) == (Settle(case_id=CASE),)
