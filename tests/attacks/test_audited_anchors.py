"""Draws on express batches: the chain knows a place in an anchor, the requester shows what stands there."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from attacks.cheats import ClaimsNothing
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED
from attacks.forging import gathers
from attacks.member import InProcess
from attacks.office import Office, office_settings
from attacks.test_express import asked, carried, open_budget

from oracle.auditing.dossier import Dossier
from oracle.auditing.drawn import DrawnBatches
from oracle.chain.transactions import Order
from oracle.crypto.draws import leaf_id
from oracle.domain.asked import AskedBatch
from oracle.domain.audits import AnchorLeaf, CaseKind, CaseState
from oracle.domain.ids import BatchId
from oracle.rules.cases import Case
from oracle.store.compaction import Compaction
from oracle.wiring.compacting import BATCHES_OVER

EPOCH_S = 100_000


class Trial:
    """Express batches of the bank, anchored in the epoch after they were asked in, and their audits."""

    def __init__(self, bank: InProcess, holder: InProcess, office: Office, chain: Chain) -> None:
        self.bank = bank
        self.office = office
        self._holder = holder
        self._chain = chain

    async def anchored(self) -> None:
        await self._later(EPOCH_S)
        await carried(self.bank.accounts.anchoring.round, self.bank, self._holder)

    async def drawn(self) -> tuple[Case, ...]:
        """The epoch of the anchor ends; the auditor draws and opens."""
        await self._later(EPOCH_S)
        for _ in range(4):
            await self.office.round()
        await self.bank.base.stream.poll()
        return self.cases

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(self.office.at_work.stream.view.audits.cases.values())

    async def settled(self) -> tuple[CaseState | None, ...]:
        """The bank answers, the auditor decides, time passes, it settles."""
        await self.bank.audited.answering.round()
        await self.bank.base.stream.poll()
        await self.office.round()
        case = self.cases[0]
        await self._later(max(case.appeal_window_s, case.decide_by - case.opened_at) + 1)
        await self.office.round()
        return tuple(case.outcome for case in self.cases)

    async def _later(self, seconds: int) -> None:
        self._chain.call("evm_increaseTime", seconds)
        self._chain.call("evm_mine")
        for member in (self.bank, self._holder):
            await member.base.stream.poll()


@pytest.fixture
async def trial(
    bank: InProcess, holder: InProcess, govern: Callable[[Order], None], tmp_path: Path, chain: Chain
) -> AsyncIterator[Trial]:
    """With one auditor and every place drawn."""
    govern(bank.base.contracts.parameters.set("audit_sample_ppm", 1_000_000))
    async with AsyncExitStack() as stack:
        deployment = bank.base.settings.chain.deployment
        office = Office(office_settings(tmp_path / "auditor", rpc=chain.url, deployment=deployment), stack)
        govern(bank.base.contracts.audits.appoint(office.keys.operator_address(), office.papers()))
        await office.open()
        await open_budget(bank, holder)
        yield Trial(bank, holder, office, chain)


async def _paid(bank: InProcess, *numbers: int) -> AskedBatch:
    batch = await asked(bank, *numbers)
    await bank.requester.collector.judge_all()
    await bank.requester.receipts.round()
    return batch


async def test_places__of_an_honest_requester__are_drawn_shown_and_dismissed(trial: Trial) -> None:
    bank = trial.bank
    batches = [await _paid(bank, HELD, MISSED), await _paid(bank, MISSED)]
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


async def test_place__of_a_batch_with_an_unclaimed_hit__is_upheld_for_it(trial: Trial) -> None:
    bank = trial.bank
    await asked(bank, HELD, MISSED)
    receipts = bank.receipts()
    receipts._writer = ClaimsNothing(  # noqa: SLF001 - the daemon's own writer, but for what it leaves out
        me=bank.id, lane=bank.voucher_book(), notary=bank.notary, view=bank.base.view
    )
    await bank.collector(receipts=receipts).judge_all()
    await bank.requester.receipts.round()
    await trial.anchored()

    (case,) = await trial.drawn()
    assert await trial.settled() == (CaseState.UPHELD,)

    found = await trial.office.at_work.journal.of(case.id)
    assert found is not None
    assert found.found == trial.cases[0].ruled == 1
    assert b"Read and not claimed" in found.reasons


async def _alone(honest: Dossier) -> Dossier:
    return replace(honest, holders=())


async def test_place__whose_dossier_leaves_the_holder_out__counts_every_element(
    trial: Trial, holder: InProcess
) -> None:
    """The holder of an express batch does not know its place: the auditor names the batch."""
    bank = trial.bank
    await _paid(bank, HELD, MISSED)
    await trial.anchored()
    gathers(bank, _alone)

    (case,) = await trial.drawn()
    await holder.base.stream.poll()
    assert await trial.settled() == (CaseState.UPHELD,)

    found = await trial.office.at_work.journal.of(case.id)
    assert found is not None
    assert b"receipt presented of holder 2" in found.reasons
    assert found.found == 2


class Elsewhere(DrawnBatches):
    """Shows one batch, whatever place was drawn."""

    def __init__(self, batch_id: BatchId) -> None:
        self._batch_id = batch_id

    async def of(self, _: AnchorLeaf) -> BatchId | None:
        return self._batch_id


async def test_place__answered_with_a_batch_of_another_place__counts_as_all_it_could_have(
    trial: Trial,
) -> None:
    bank = trial.bank
    batch = await _paid(bank, HELD, MISSED)
    await _paid(bank, MISSED)
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


async def test_batch__of_an_anchor_that_may_be_drawn__is_not_forgotten_before_it(trial: Trial) -> None:
    bank = trial.bank
    batch = await _paid(bank, HELD)
    await trial.anchored()
    compaction = Compaction(bank.base.database)

    await compaction.batches(BATCHES_OVER, before=2**40, limit=10)
    assert await bank.requester.journals.asked.batch(batch.batch_id) is not None

    await compaction.anchors(before=2**40, limit=10)
    await compaction.batches(BATCHES_OVER, before=2**40, limit=10)
    assert await bank.requester.journals.asked.batch(batch.batch_id) is None
