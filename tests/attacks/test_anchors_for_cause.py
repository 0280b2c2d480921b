"""Audits for cause of express batches: evidence names a place in an anchor, as a draw falls on one."""

from collections.abc import Callable

import pytest
from attacks.anchored import Elsewhere, ExpressTrial, alone, paid, unclaimed
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED, Conversation
from attacks.forging import gathers
from attacks.member import InProcess
from attacks.office import Office
from attacks.shown import shown_of
from attacks.test_express import carried, open_budget

from oracle.auditing.causes import place_evidence
from oracle.auditing.drawn import DrawnBatches
from oracle.chain.transactions import Order
from oracle.domain.audits import AnchorLeaf, CaseKind, CaseState
from oracle.domain.reports import UnknownReference
from oracle.peer.errors import PeerRefused
from oracle.store.compaction import Compaction
from oracle.wiring.compacting import BATCHES_OVER


@pytest.fixture
async def trial(bank: InProcess, holder: InProcess, office: Office, chain: Chain) -> ExpressTrial:
    """With one auditor and every place drawn."""
    await open_budget(bank, holder)
    return ExpressTrial(bank, holder, office, chain)


@pytest.fixture
def undrawn(trial: ExpressTrial, govern: Callable[[Order], None]) -> ExpressTrial:
    """From now on no draw falls on anything."""
    govern(trial.bank.base.contracts.parameters.set("audit_sample_ppm", 0))
    return trial


async def test_place__that_no_draw_fell_on__is_audited_for_cause_once_a_draw_has_caught_its_member(
    trial: ExpressTrial, govern: Callable[[Order], None]
) -> None:
    bank = trial.bank
    await unclaimed(bank)
    await trial.anchored()
    (drawn,) = await trial.drawn()
    govern(bank.base.contracts.parameters.set("audit_sample_ppm", 0))
    await trial.later(1)
    other = await unclaimed(bank)
    await trial.anchored()
    await trial.drawn()
    assert await trial.settled() == (CaseState.UPHELD,)
    for _ in range(4):
        await trial.office.round()

    (cause,) = (case for case in trial.cases if case.id != drawn.id)
    (_, place) = [AnchorLeaf(root=one.root, index=0) for one in bank.base.view.anchors.all]
    assert (cause.kind, cause.accused, cause.leaf) == (CaseKind.CAUSE, bank.id, None)
    assert cause.subject == place_evidence(bank.id, place)
    assert await DrawnBatches(bank.requester.anchors).of(place) == other.batch_id
    ruled = await trial.ruled()

    found = await trial.office.at_work.journal.of(cause.id)
    assert found is not None
    assert b"Read and not claimed" in found.reasons
    assert (ruled.id, ruled.ruled) == (cause.id, 1)
    shown = await shown_of(bank, other.batch_id)
    assert [(one.case_id, one.found) for one in shown.cases] == [("0x" + cause.id.hex(), 1)]
    await trial.office.round()
    assert len(trial.cases) == 2, "once"


async def test_batch__that_its_holder_has_audited_for_cause__is_dismissed_where_it_is_honest(
    undrawn: ExpressTrial,
) -> None:
    trial, bank = undrawn, undrawn.bank
    batch = await paid(bank, HELD, MISSED)
    with pytest.raises(UnknownReference, match="where it stands"):
        await trial.holder.audited.answering.open_for_cause(bank.id, batch.batch_id)
    await trial.anchored()
    with pytest.raises(UnknownReference, match="where it stands"):
        await trial.holder.audited.answering.open_for_cause(bank.id, batch.batch_id)

    case = await trial.suspected(batch)

    assert (case.kind, case.opener, case.ruled) == (CaseKind.CAUSE, trial.holder.id, 0)


async def test_batch__whose_dossier_leaves_the_holder_out__is_found_in_an_audit_for_cause(
    undrawn: ExpressTrial,
) -> None:
    """The holder presents what it was told in this case, too."""
    trial, bank = undrawn, undrawn.bank
    batch = await paid(bank, HELD, MISSED)
    await trial.anchored()
    gathers(bank, alone)

    case = await trial.suspected(batch)

    found = await trial.office.at_work.journal.of(case.id)
    assert found is not None
    assert b"receipt presented of holder 2" in found.reasons
    assert case.ruled == 2


async def test_audit_for_cause__answered_with_a_batch_of_another_place__counts_as_all_it_could_have(
    undrawn: ExpressTrial,
) -> None:
    trial, bank = undrawn, undrawn.bank
    batches = [await paid(bank, HELD, MISSED), await paid(bank, MISSED)]
    await trial.anchored()
    bank.audited.answering._drawn = Elsewhere(batches[1].batch_id)  # noqa: SLF001 - what a cheat would put there

    case = await trial.suspected(batches[0])

    assert case.ruled == case.most > 2


async def test_audit_for_cause__of_what_audits_do_not_reach_any_more__harms_nobody_who_has_forgotten_it(
    undrawn: ExpressTrial,
) -> None:
    """Else a member could wait until another one has rightly forgotten, and have it punished for that."""
    trial, bank = undrawn, undrawn.bank
    batch = await paid(bank, HELD, MISSED)
    await trial.anchored()
    await carried(bank.accounts.proving.round, bank, trial.holder)
    await trial.later(bank.base.view.parameter("audit_retention_s").value + 1)
    compaction = Compaction(bank.base.database)
    await compaction.anchors(before=2**40, limit=10)
    await compaction.batches(BATCHES_OVER, before=2**40, limit=10)
    await trial.office.at_work.stream.poll()

    case = await trial.suspected(batch)

    assert case.ruled == 0
    found = await trial.office.at_work.journal.of(case.id)
    assert found is not None
    assert b"older than audits reach" in found.reasons


async def test_holder__asked_in_a_case_about_a_place__shows_no_receipt_of_a_committed_batch(
    undrawn: ExpressTrial, talk: Conversation
) -> None:
    trial, bank = undrawn, undrawn.bank
    await talk.whole(HELD)
    batch = await paid(bank, HELD, MISSED)
    await trial.anchored()
    case = await trial.suspected(batch)

    office = trial.office.at_work
    with pytest.raises(PeerRefused) as refused:
        await office.auditor._fetching.receipt(case, trial.holder.id, talk.batch_id)  # noqa: SLF001 - its line

    assert refused.value.peer_code == "not_under_audit"
