"""Audits for cause on a real chain: of whom a draw has caught, and of whom another member suspects."""

from collections.abc import Callable

import pytest
from attacks.conversation import HELD
from attacks.court import reading
from attacks.shown import shown_of
from attacks.trial import Trial, cheat

from oracle.auditing.causes import batch_evidence
from oracle.chain.transactions import Order
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.reports import UnknownReference


async def test_audit_for_cause__of_another_batch_of_a_cheat__follows_what_the_draw_has_found(
    trial: Trial, govern: Callable[[Order], None]
) -> None:
    """The draw falls on one of two batches in which hits went unclaimed; the other one is not spared."""
    talk, office = trial.talk, trial.office
    await trial.next_epoch()
    await cheat(talk)
    drawn = await trial.drawn()
    govern(talk.bank.base.contracts.parameters.set("audit_sample_ppm", 0))
    await talk.read_chain()
    await cheat(talk)
    await trial.answered()
    assert await trial.settled() is CaseState.UPHELD
    for _ in range(4):
        await office.round()

    cases = office.at_work.stream.view.audits.cases
    (cause,) = (one for one in cases.values() if one.id != drawn.id)
    assert (cause.kind, cause.accused) == (CaseKind.CAUSE, talk.bank.id)
    assert cause.subject == batch_evidence(talk.bank.id, talk.batch_id)
    await talk.bank.base.stream.poll()
    assert talk.batch_id in talk.bank.audited.answering.under_audit()
    await talk.bank.audited.answering.round()
    await talk.bank.base.stream.poll()
    await office.round()

    found = await office.at_work.journal.of(cause.id)
    assert found is not None
    assert b"Read and not claimed" in found.reasons
    assert cases[cause.id].ruled == 1
    shown = await shown_of(talk.bank, talk.batch_id)
    assert [(one.case_id, one.found) for one in shown.cases] == [("0x" + cause.id.hex(), 1)]


async def test_audit_for_cause__of_an_honest_batch__is_dismissed_and_costs_who_opened_it(
    trial: Trial,
) -> None:
    talk, office = trial.talk, trial.office
    await talk.whole(HELD)
    holder, bank = talk.holder, talk.bank
    await holder.base.stream.poll()
    opening = holder.audited.answering.open_for_cause(bank.id, talk.batch_id)
    await reading(holder, opening)
    before = holder.base.view.balance(holder.id)
    with pytest.raises(UnknownReference):
        await holder.audited.answering.open_for_cause(holder.id, talk.batch_id)

    await trial.answered()
    await office.round()
    trial.later(trial.case.decide_by - trial.case.opened_at + trial.case.appeal_window_s)
    await office.round()
    await holder.base.stream.poll()

    assert trial.case.outcome is CaseState.DISMISSED
    fee = holder.base.view.parameter("needless_case_fee").value
    assert holder.base.view.balance(holder.id) == before - fee
