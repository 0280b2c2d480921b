"""Draws on express batches: the chain knows a place in an anchor, the requester shows what stands there."""

import pytest
from attacks.anchored import Elsewhere, ExpressTrial, alone, paid, unclaimed
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED
from attacks.forging import gathers
from attacks.member import InProcess
from attacks.office import Office
from attacks.test_express import open_budget

from oracle.auditing.drawn import DrawnBatches
from oracle.crypto.draws import leaf_id
from oracle.domain.audits import CaseKind, CaseState
from oracle.store.compaction import Compaction
from oracle.wiring.compacting import BATCHES_OVER


@pytest.fixture
async def trial(bank: InProcess, holder: InProcess, office: Office, chain: Chain) -> ExpressTrial:
    """With one auditor and every place drawn."""
    await open_budget(bank, holder)
    return ExpressTrial(bank, holder, office, chain)


async def test_places__of_an_honest_requester__are_drawn_shown_and_dismissed(trial: ExpressTrial) -> None:
    bank = trial.bank
    batches = [await paid(bank, HELD, MISSED), await paid(bank, MISSED)]
    await trial.anchored()
    balance = bank.base.view.balance(bank.id)

    cases = await trial.drawn()
    assert [(case.kind, case.accused) for case in cases] == [(CaseKind.DRAWN, bank.id)] * 2
    assert all(case.leaf is not None and case.subject == leaf_id(case.leaf) for case in cases)
    assert [case.most for case in cases] == [4, 4], "three elements, one at least in the other; two members"
    drawn = DrawnBatches(bank.requester.anchors)
    shown = {await drawn.of(case.leaf) for case in cases if case.leaf is not None}
    assert shown == {batch.batch_id for batch in batches}
    assert await trial.settled() == (CaseState.DISMISSED,) * 2

    await bank.base.stream.poll()
    assert bank.base.view.balance(bank.id) == balance


async def test_place__of_a_batch_with_an_unclaimed_hit__is_upheld_for_it(trial: ExpressTrial) -> None:
    await unclaimed(trial.bank)
    await trial.anchored()

    (case,) = await trial.drawn()
    assert await trial.settled() == (CaseState.UPHELD,)

    found = await trial.office.at_work.journal.of(case.id)
    assert found is not None
    assert found.found == trial.cases[0].ruled == 1
    assert b"Read and not claimed" in found.reasons


async def test_place__whose_dossier_leaves_the_holder_out__counts_every_element(
    trial: ExpressTrial, holder: InProcess
) -> None:
    """The holder of an express batch does not know its place: the auditor names the batch."""
    bank = trial.bank
    await paid(bank, HELD, MISSED)
    await trial.anchored()
    gathers(bank, alone)

    (case,) = await trial.drawn()
    await holder.base.stream.poll()
    assert await trial.settled() == (CaseState.UPHELD,)

    found = await trial.office.at_work.journal.of(case.id)
    assert found is not None
    assert b"receipt presented of holder 2" in found.reasons
    assert found.found == 2


async def test_place__answered_with_a_batch_of_another_place__counts_as_all_it_could_have(
    trial: ExpressTrial,
) -> None:
    bank = trial.bank
    batch = await paid(bank, HELD, MISSED)
    await paid(bank, MISSED)
    await trial.anchored()
    bank.audited.answering._drawn = Elsewhere(batch.batch_id)  # noqa: SLF001 - what a cheat would put there

    cases = await trial.drawn()
    outcomes = await trial.settled()

    assert sorted(outcome is CaseState.UPHELD for outcome in outcomes) == [False, True]
    (upheld,) = [case for case in trial.cases if case.outcome is CaseState.UPHELD]
    found = await trial.office.at_work.journal.of(upheld.id)
    assert found is not None
    assert b"about another batch" in found.reasons
    assert upheld.ruled == upheld.most == cases[0].most


async def test_batch__of_an_anchor_that_may_be_drawn__is_not_forgotten_before_it(trial: ExpressTrial) -> None:
    bank = trial.bank
    batch = await paid(bank, HELD)
    await trial.anchored()
    compaction = Compaction(bank.base.database)

    await compaction.batches(BATCHES_OVER, before=2**40, limit=10)
    assert await bank.requester.journals.asked.batch(batch.batch_id) is not None

    await compaction.anchors(before=2**40, limit=10)
    await compaction.batches(BATCHES_OVER, before=2**40, limit=10)
    assert await bank.requester.journals.asked.batch(batch.batch_id) is None
