"""One batch of the bank from the question to the end of its audit."""

from collections.abc import Callable

from attacks.cheats import ClaimsNothing
from attacks.conversation import HELD, MISSED, Conversation
from attacks.office import Office

from oracle.domain.audits import BreachKind, CaseState
from oracle.rules.cases import Case

EPOCH_S = 100_000


class Trial:
    """One batch of the bank from the question to the end of its audit."""

    def __init__(self, talk: Conversation, office: Office, later: Callable[[int], None]) -> None:
        self.talk = talk
        self.office = office
        self.later = later

    async def next_epoch(self) -> None:
        """Into the epoch that the auditor has committed its seed for."""
        self.later(EPOCH_S)
        await self.talk.read_chain()

    async def drawn(self) -> Case:
        """The epoch ends; the auditor closes it, reveals, draws and opens."""
        self.later(EPOCH_S)
        for _ in range(4):
            await self.office.round()
        return self.case

    @property
    def case(self) -> Case:
        (case,) = self.office.at_work.stream.view.audits.cases.values()
        return case

    async def answered(self) -> Case:
        """The bank reads of the case and answers it."""
        bank = self.talk.bank
        await bank.base.stream.poll()
        await bank.audited.answering.round()
        await bank.base.stream.poll()
        await self.office.at_work.stream.poll()
        return self.case

    async def settled(self) -> CaseState | None:
        """The auditor gives its verdict; its time and the appeal window pass; it settles."""
        await self.office.round()
        case = self.case
        self.later(max(case.appeal_window_s, case.decide_by - case.opened_at) + 1)
        await self.office.round()
        await self.talk.bank.base.stream.poll()
        return self.case.outcome

    def penalties(self) -> dict[int, int]:
        """Breaches of the bank by kind, as its own view has them."""
        count, _ = self.talk.bank.base.view.quality.breaches(self.talk.bank.id, 0)
        return {BreachKind.DRAWN_AUDIT: count}


async def cheat(talk: Conversation) -> None:
    """Read a hit, pay for the answer and claim nothing."""
    await talk.ask(HELD, MISSED)
    await talk.answer()
    bank = talk.bank
    receipts = bank.receipts()
    receipts._writer = ClaimsNothing(  # noqa: SLF001 - the daemon's own writer, but for what it leaves out
        me=bank.id, lane=bank.voucher_book(), notary=bank.notary, view=bank.base.view
    )
    await bank.collector(receipts=receipts).judge_all()
    await talk.settle()
    await bank.requester.collector.end_overdue()
