"""Disputes on a real chain, from the dispute over the auditor's verdict to what both accounts say of it.

A party lies in each; what the auditor has to go by is what it is shown, and the chain.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED, Conversation
from attacks.court import Closed, Court, TakesNothing, reading
from attacks.member import InProcess
from attacks.office import Office, appointed
from attacks.test_lying_disclosure import LyingRecords, settle_with, with_another_salt

from oracle.chain.transactions import Order
from oracle.domain.audits import CaseState
from oracle.domain.disputes import DisputeGround, DisputeState
from oracle.domain.reports import CaseStanding, RecordState

HIT_PRICE = 100
LONG_AFTER_S = 1_000
"""Past deadline and claim window."""


@pytest.fixture
async def office(
    bank: InProcess, govern: Callable[[Order], None], tmp_path: Path, chain: Chain
) -> AsyncIterator[Office]:
    async with appointed(bank, govern, tmp_path, chain.url) as made:
        yield made


@pytest.fixture
def court(talk: Conversation, office: Office, later: Callable[[int], None]) -> Court:
    return Court(talk, office, later)


async def _wrongly_served(talk: Conversation) -> None:
    """The holder discloses something else than it has committed to."""
    lying = LyingRecords(talk.holder, with_another_salt)
    await settle_with(talk, talk.holder.discloser(snapshots=lying), HELD)


async def _unserved(court: Court) -> None:
    """The receipt does not reach the holder, until it is too late."""
    talk = court.talk
    await talk.ask(HELD, MISSED)
    await talk.answer()
    await talk.judge()
    court.later(LONG_AFTER_S)
    await talk.read_chain()


async def _require_reconciled(member: InProcess) -> list[tuple[int, int, int, int]]:
    """Escrow, refund, award and penalty of each epoch, which the ledger agrees with to the unit."""
    report = await member.accounts.credits.statement(epoch=None)
    assert [one for one in report.values if one.stated != one.ledger] == []
    return [(one.escrowed, one.refunded, one.awarded, one.penalties) for one in report.epochs]


async def test_dispute__record_that_was_not_committed__is_upheld_and_paid_back(court: Court) -> None:
    talk = court.talk
    await _wrongly_served(talk)
    (noted,) = (await talk.bank.accounts.disputes.disputes()).own
    assert (noted.ground, noted.state, noted.amount) == (DisputeGround.WRONG, DisputeState.NOTED, HIT_PRICE)
    await court.open()
    assert await _require_reconciled(talk.bank) == [(HIT_PRICE, 0, 0, 0)]
    await court.answer()

    await court.office.round()
    assert await court.settle() is CaseState.UPHELD

    assert b"not the committed record" in await court.reasons()
    for desk in (talk.bank.accounts.disputes, talk.holder.accounts.disputes):
        (case,) = (await desk.disputes()).cases
        assert (case.standing, case.outcome) == (CaseStanding.SETTLED, CaseStanding.UPHELD)
    (own,) = (await talk.bank.accounts.disputes.disputes()).own
    assert own.state is DisputeState.CLOSED
    assert await _require_reconciled(talk.bank) == [(HIT_PRICE, 0, 0, 0), (0, HIT_PRICE, 0, 0)]
    penalty = talk.bank.base.view.parameter("breach_penalty").value
    assert (await _require_reconciled(talk.holder))[-1] == (0, 0, 0, penalty)
    assert await court.record_state() is RecordState.REFUSED


async def test_dispute__claim_that_never_reached_the_holder__is_served_and_dismissed(court: Court) -> None:
    """The auditor hands the claim to the holder and the record to the bank: nobody is in breach."""
    await _unserved(court)
    await court.open()
    await court.answer()
    before = await court.balances()

    await court.office.round()
    assert await court.settle() is CaseState.DISMISSED

    assert b"handed on to the requester" in await court.reasons()
    assert await court.record_state() is RecordState.DISCLOSED
    assert await court.balances() == (before[0], before[1] + HIT_PRICE)
    assert (await court.talk.receipt()).settled is not None
    assert await _require_reconciled(court.talk.holder)
    await court.talk.holder.holder.setting_off.round()
    accepted = await court.talk.holder.holder.vouchers.accepted_totals(court.talk.bank.id)
    assert (accepted.queries, accepted.hits, accepted.amount) == (0, 1, HIT_PRICE)


async def test_recall__of_a_record_that_came_through_a_dispute__reaches_the_bank(court: Court) -> None:
    await _unserved(court)
    await court.open()
    await court.answer()
    await court.office.round()
    assert await court.settle() is CaseState.DISMISSED
    holder, bank = court.talk.holder, court.talk.bank

    removed = await holder.holder.records.remove_records([court.talk.subject(HELD)], refuted=True)
    await holder.accounts.recalling.round()

    assert removed.recalled == 1
    assert [one.reason for one in (await bank.accounts.recalling.recalls()).taken] == ["refuted"]


async def test_dispute__over_a_record_that_came__costs_the_bank_its_price_once(court: Court) -> None:
    await court.talk.whole(HELD, MISSED)
    await court.open_anyhow(amount=HIT_PRICE)
    await court.answer()

    await court.office.round()

    assert await court.settle() is CaseState.DISMISSED
    assert await _require_reconciled(court.talk.bank)
    await reading(court.talk.holder, court.talk.holder.accounts.redeeming.round())
    await court.talk.read_chain()
    paid = 1_000_000 - (await court.balances())[0]
    assert paid <= HIT_PRICE + 2, "it was paid twice"


async def test_dispute__opened_before_the_receipt_is_sent__does_not_put_the_holder_in_breach(
    court: Court,
) -> None:
    """The holder answers that it never had the claim; then it gets it, and serves it."""
    talk = court.talk
    await talk.ask(HELD, MISSED)
    await talk.answer()
    await talk.judge()
    await court.open_anyhow(amount=HIT_PRICE)
    await court.answer()
    await talk.settle()
    assert await court.record_state() is RecordState.DISCLOSED

    await court.office.round()

    assert await court.settle() is CaseState.DISMISSED
    assert b"handed on to the requester" in await court.reasons()
    assert await _require_reconciled(talk.holder)


async def test_dispute__for_nothing_over_a_claim_never_sent__brings_no_record(court: Court) -> None:
    """A bank that reads hits and does not claim them gets none through the auditors either."""
    await _unserved(court)
    await court.open_anyhow(amount=0)
    await court.answer()

    await court.office.round()

    assert await court.settle() is CaseState.DISMISSED
    assert b"credits wait" in await court.reasons()
    assert await court.record_state() is RecordState.PENDING


async def test_dispute__holder_never_answers__is_upheld_by_silence(court: Court) -> None:
    await _unserved(court)
    await court.open()

    assert await court.settle() is CaseState.UPHELD


async def test_dispute__holder_answers_and_shows_the_auditor_nothing__waits_and_is_upheld(
    court: Court,
) -> None:
    await _unserved(court)
    await court.open()
    await court.answer()
    court.talk.holder.front.doors = Closed()

    await court.office.round()
    assert court.case.verdicts == ()
    await court.to_the_last()

    assert court.case.ruled == 1
    assert await court.settle() is CaseState.UPHELD


async def test_dispute__bank_shows_the_auditor_nothing__waits_and_is_dismissed(court: Court) -> None:
    await _unserved(court)
    await court.open()
    await court.answer()
    court.talk.bank.front.doors = Closed()

    await court.office.round()
    assert court.case.verdicts == ()
    await court.to_the_last()

    assert await court.settle() is CaseState.DISMISSED


async def test_dispute__bank_does_not_take_the_record__waits_and_is_dismissed(court: Court) -> None:
    """It cannot have the case upheld by closing its door once the holder has shown the record."""
    await _unserved(court)
    await court.open()
    await court.answer()
    court.talk.bank.front.doors = TakesNothing(court.talk.bank)

    await court.office.round()
    assert court.case.verdicts == ()
    await court.to_the_last()

    assert await court.settle() is CaseState.DISMISSED
    assert b"did not take it" in await court.reasons()


async def test_dispute__record_that_was_erased__lapses_and_gives_the_escrow_back(court: Court) -> None:
    await _unserved(court)
    removed = await court.talk.holder.holder.records.remove_records([court.talk.subject(HELD)], refuted=False)
    assert removed.removed == 1
    await court.open()
    await court.answer()

    await court.office.round()
    assert court.case.verdicts == ()

    assert await court.settle() is CaseState.LAPSED
    assert b"erased" in await court.reasons()
    assert (await _require_reconciled(court.talk.bank))[-1][1] == HIT_PRICE


async def test_dispute__auditor_killed_between_all_steps__comes_to_the_same(court: Court) -> None:
    await _unserved(court)
    await court.open()
    await court.answer()
    for _ in range(3):
        await court.office.open()

    assert await court.settle() is CaseState.DISMISSED
    assert len(court.case.verdicts) == 1


async def test_dispute__opened_again_after_a_restart__is_one_case(
    talk: Conversation, members: Callable[[int], Awaitable[InProcess]]
) -> None:
    """The daemon was killed after the transaction had left and before the journal said so."""
    await _wrongly_served(talk)
    disputing = talk.bank.requester.disputing
    noted = await disputing.open(talk.batch_id, talk.holder.id, 0)
    order = talk.bank.base.contracts.audits.open_dispute(
        noted.holder, claim=noted.claim_digest, reply=noted.reply_digest, amount=noted.amount
    )
    intent = f"dispute:{disputing.case_of(noted).hex()}"
    await reading(talk.bank, talk.bank.base.lane.execute(intent, order))

    bank = await members(1)
    await bank.base.stream.poll()
    await reading(bank, bank.requester.disputing.round())

    report = await bank.accounts.disputes.disputes()
    assert [one.state for one in report.own] == [DisputeState.OPENED]
    assert len(report.cases) == 1
