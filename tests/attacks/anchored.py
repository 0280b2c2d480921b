"""Express batches of the bank on a real chain, from the question to their audits."""

from dataclasses import replace

from attacks.cheats import ClaimsNothing
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED
from attacks.court import reading
from attacks.member import InProcess
from attacks.office import Office
from attacks.test_express import asked, carried

from oracle.auditing.dossier import Dossier
from oracle.auditing.drawn import DrawnBatches
from oracle.domain.asked import AskedBatch
from oracle.domain.audits import AnchorLeaf, CaseState
from oracle.domain.ids import BatchId
from oracle.rules.cases import Case

EPOCH_S = 100_000


class ExpressTrial:
    """Express batches of the bank, anchored in the epoch after they were asked in, and their audits."""

    def __init__(self, bank: InProcess, holder: InProcess, office: Office, chain: Chain) -> None:
        self.bank = bank
        self.office = office
        self.holder = holder
        self._chain = chain

    async def anchored(self) -> None:
        await self.later(EPOCH_S)
        await carried(self.bank.accounts.anchoring.round, self.bank, self.holder)

    async def drawn(self) -> tuple[Case, ...]:
        """The epoch of the anchor ends; the auditor draws and opens."""
        await self.later(EPOCH_S)
        for _ in range(4):
            await self.office.round()
        await self.later(1)
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
        await self.later(max(case.appeal_window_s, case.decide_by - case.opened_at) + 1)
        await self.office.round()
        return tuple(case.outcome for case in self.cases)

    async def suspected(self, batch: AskedBatch) -> Case:
        """The holder has auditors look at a batch that it answered; the bank answers, the auditor decides."""
        member = self.holder
        await carried(self.bank.accounts.proving.round, self.bank, member)
        await reading(member, member.audited.answering.open_for_cause(self.bank.id, batch.batch_id))
        return await self.ruled()

    async def ruled(self) -> Case:
        """The newest case, answered by the bank and looked at by the auditor."""
        await self.bank.base.stream.poll()
        await reading(self.bank, self.bank.audited.answering.round())
        await self.later(1)
        await self.office.round()
        return self.cases[-1]

    async def later(self, seconds: int) -> None:
        self._chain.call("evm_increaseTime", seconds)
        self._chain.call("evm_mine")
        for member in (self.bank, self.holder):
            await member.base.stream.poll()


async def paid(bank: InProcess, *numbers: int) -> AskedBatch:
    batch = await asked(bank, *numbers)
    await bank.requester.collector.judge_all()
    await bank.requester.receipts.round()
    return batch


async def unclaimed(bank: InProcess) -> AskedBatch:
    """A hit is read and paid for as a miss."""
    batch = await asked(bank, HELD, MISSED)
    receipts = bank.receipts()
    receipts._writer = ClaimsNothing(  # noqa: SLF001 - the daemon's own writer, but for what it leaves out
        me=bank.id, lane=bank.voucher_book(), notary=bank.notary, view=bank.base.view
    )
    await bank.collector(receipts=receipts).judge_all()
    await bank.requester.receipts.round()
    return batch


async def alone(honest: Dossier) -> Dossier:
    return replace(honest, holders=())


class Elsewhere(DrawnBatches):
    """Shows one batch, whatever place was drawn."""

    def __init__(self, batch_id: BatchId) -> None:
        self._batch_id = batch_id

    async def of(self, _: AnchorLeaf) -> BatchId | None:
        return self._batch_id
