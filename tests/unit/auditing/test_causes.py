"""Audits for cause: what they are about, and which an auditor opens against a member caught by a draw."""

from dataclasses import replace

import pytest
from stage.ledger import FactChain
from unit.auditing.auditors import (
    CASE,
    ME,
    OTHER,
    closed,
    committed,
    due,
    in_office,
    opened,
    to_epoch,
)

from oracle.auditing.causes import batch_evidence, is_beyond_reach
from oracle.auditing.duties import (
    AskPeople,
    Examine,
    Pursue,
)
from oracle.chain import facts
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.rules.cases import Case


@pytest.fixture
def chain() -> FactChain:
    return in_office()


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
    return {me: {one.evidence for one in due(chain, me) if isinstance(one, Pursue)} for me in (ME, OTHER)}


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


def accused(chain: FactChain, evidence: bytes) -> Case:
    cause(chain, evidence)
    return chain.view.audits.cases[evidence]


def test_cause__that_names_a_batch__is_examined_and_another_is_put_to_people(chain: FactChain) -> None:
    chain.happen(committed(1, ME))
    evidence = asked(chain, 20)
    free = accused(chain, b"\x33" * 32)
    assert due(chain, ME) == (AskPeople(case=free),)

    named = accused(chain, evidence)

    assert due(chain, ME) == (
        AskPeople(case=free),
        Examine(case=named, about=BatchId(bytes([20]) * 32)),
    )
    assert not is_beyond_reach(named, chain.view)


@pytest.mark.parametrize("early", [True, False])
def test_cause__opened_before_there_was_the_batch__is_for_people_and_does_not_stand_for_its_audit(
    chain: FactChain, *, early: bool
) -> None:
    """Who knows what it will ask could else have a friend open a case that nobody can decide, and lapses."""
    evidence = batch_evidence(MemberId(1), BatchId(bytes([20]) * 32))
    if early:
        accused(chain, evidence)
    assert asked(chain, 20) == evidence
    if not early:
        accused(chain, evidence)
    asks = {type(one) for one in due(chain, ME)} & {AskPeople, Examine}
    assert asks == ({AskPeople} if early else {Examine})

    caught(chain)
    to_epoch(chain, 1)

    parts = pursued(chain)
    assert parts[ME] | parts[OTHER] == ({evidence} if early else set())


def test_cause__about_what_audits_did_not_reach_any_more__is_beyond_reach(chain: FactChain) -> None:
    evidence = asked(chain, 20)
    chain.pass_time(86_400 + 20)

    assert is_beyond_reach(accused(chain, evidence), chain.view)
