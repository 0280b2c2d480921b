"""What an auditor has to do follows from the chain alone, whoever else does it too."""

from dataclasses import replace

import pytest
from stage.ledger import FactChain
from unit.auditing.auditors import (
    BATCH,
    CASE,
    EPOCH_S,
    ME,
    OTHER,
    appointed,
    closed,
    committed,
    due,
    in_office,
    opened,
    revealed,
    to_epoch,
)

from oracle.auditing.duties import (
    AskPeople,
    CloseEpoch,
    CommitSeed,
    Examine,
    MakeDraw,
    OpenDrawn,
    RevealSeed,
    Settle,
    StrikeOff,
)
from oracle.chain import facts
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import Address, MemberId


@pytest.fixture
def chain() -> FactChain:
    return in_office()


def test_duties__of_somebody_not_in_office__are_none(chain: FactChain) -> None:
    assert due(chain, Address("0x" + "33" * 20)) == ()


def test_duties__at_first__are_a_seed_for_the_epoch_to_come_and_once(chain: FactChain) -> None:
    assert due(chain, ME) == (CommitSeed(epoch=1),)

    chain.happen(committed(1, ME))

    assert due(chain, ME) == ()
    assert due(chain, OTHER) == (CommitSeed(epoch=1),)


def test_draw__of_an_epoch_that_is_over__is_closed_revealed_and_made(chain: FactChain) -> None:
    chain.happen(committed(1, ME), committed(1, OTHER))
    to_epoch(chain, 2)
    assert due(chain, ME) == (CloseEpoch(epoch=1), CommitSeed(epoch=3))

    reveal_by = chain.view.now + 100
    chain.happen(closed(1, reveal_by), committed(3, ME))
    assert due(chain, ME) == (RevealSeed(epoch=1),)

    chain.happen(revealed(1, ME))
    assert due(chain, ME) == (), "the other's seed is waited for"

    chain.pass_time(200)
    assert due(chain, ME) == (MakeDraw(epoch=1), StrikeOff(epoch=1, auditor=OTHER))


def test_auditor__that_withheld_its_seed__is_struck_off_by_others_while_it_is_in_office(
    chain: FactChain,
) -> None:
    chain.happen(committed(1, ME), committed(1, OTHER))
    to_epoch(chain, 2)
    reveal_by = chain.view.now + 100
    chain.happen(closed(1, reveal_by), committed(3, ME), revealed(1, ME))
    chain.pass_time(reveal_by - chain.view.now)
    assert StrikeOff(epoch=1, auditor=OTHER) not in due(chain, ME), "it may still reveal"

    chain.pass_time(1)
    assert StrikeOff(epoch=1, auditor=OTHER) in due(chain, ME)
    assert not any(isinstance(one, StrikeOff) for one in due(chain, OTHER))

    chain.happen(lambda at: facts.audits.AuditorStruckOff(at=at, auditor=OTHER, epoch=1))
    assert not any(isinstance(one, StrikeOff) for one in due(chain, ME))

    chain.happen(appointed(OTHER))
    assert not any(isinstance(one, StrikeOff) for one in due(chain, ME)), "appointed anew since"


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
    assert due(chain, ME) == (OpenDrawn(epoch=1, requester=MemberId(1), batch_id=BATCH),)

    chain.pass_time(86_400 + EPOCH_S)
    assert not any(isinstance(one, OpenDrawn) for one in due(chain, ME))


def test_case__answered__is_examined_once_and_settled_when_nothing_can_change_it(chain: FactChain) -> None:
    chain.happen(committed(1, ME), opened(chain))
    assert due(chain, ME) == ()

    chain.happen(lambda at: facts.audits.CaseAnswered(at=at, case_id=CASE, digest=bytes(32)))
    (examine,) = due(chain, ME)
    assert isinstance(examine, Examine)

    verdict = (
        lambda at: facts.audits.VerdictCast(at=at, case_id=CASE, auditor=ME, found=3, reason=bytes(32)),
        lambda at: facts.audits.CaseRuled(at=at, case_id=CASE, found=3),
    )
    chain.happen(*verdict)
    assert due(chain, ME) == ()

    chain.pass_time(60)
    assert due(chain, ME) == (), "others may find more until their time is over"
    chain.pass_time(141)
    assert due(chain, ME) == (Settle(case_id=CASE),)


@pytest.mark.parametrize("kind", [CaseKind.CONTRADICTION, CaseKind.NONCE_REUSE])
def test_proof__rebutted__is_put_to_people_and_stands_when_they_do_not_decide(
    chain: FactChain, kind: CaseKind
) -> None:
    chain.happen(committed(1, ME))
    made = opened(chain)
    chain.happen(lambda at: replace(made(at), kind=kind))
    chain.happen(lambda at: facts.audits.CaseAnswered(at=at, case_id=CASE, digest=bytes(32)))
    assert due(chain, ME) == (AskPeople(case=chain.view.audits.cases[CASE]),)

    chain.pass_time(201)
    assert chain.view.audits.cases[CASE].state(chain.view.now) is CaseState.UPHELD
    chain.pass_time(50)
    assert due(chain, ME) == (Settle(case_id=CASE),)
