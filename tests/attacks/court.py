"""One dispute of the bank, from its opening to what is settled, and doors that let nobody in."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from attacks.conversation import Conversation
from attacks.member import InProcess
from attacks.office import Office

from oracle.domain.audits import CaseState
from oracle.domain.disputes import DisputeGround, DisputeState
from oracle.domain.ids import Address
from oracle.domain.reports import RecordState, UnknownReference
from oracle.peer.bodies.receipt import decode_receipt
from oracle.rules.cases import Case


async def reading(member: InProcess, work: Awaitable[Any]) -> None:
    """Do this while the member reads the chain, as its daemon does."""
    doing = asyncio.ensure_future(work)
    while not doing.done():
        await member.base.stream.poll()
        await asyncio.sleep(0.01)
    await doing


class Court:
    """One dispute of the bank over the first subject that it asked about, to its end."""

    def __init__(self, talk: Conversation, office: Office, later: Callable[[int], None]) -> None:
        self.talk = talk
        self.office = office
        self.later = later

    @property
    def case(self) -> Case:
        (case,) = self.office.at_work.stream.view.audits.cases.values()
        return case

    async def open(self) -> None:
        """As the bank's people do, and its daemon then."""
        bank, talk = self.talk.bank, self.talk
        await bank.accounts.disputes.open_dispute(query_id=talk.query_id, index=0, holder=talk.holder.id)
        await reading(bank, bank.requester.disputing.round())
        await talk.read_chain()

    async def open_anyhow(self, *, amount: int) -> None:
        """As a bank does that goes by its own rules, for a claim that it signed."""
        bank, holder = self.talk.bank, self.talk.holder.id
        disputing, batch, receipt = (
            bank.requester.disputing,
            await self.talk.batch(),
            await self.talk.receipt(),
        )
        (claim,) = decode_receipt(receipt.frame, count=batch.count).claims
        await disputing.note(batch, receipt, {claim.index: DisputeGround.WRONG})
        noted = await disputing.open(batch.batch_id, holder, claim.index)
        await disputing._journal.turn(noted, DisputeState.OPENED)  # noqa: SLF001 - its daemon is to show the claim
        order = bank.base.contracts.audits.open_dispute(
            holder, claim=noted.claim_digest, reply=noted.reply_digest, amount=amount
        )
        await reading(bank, bank.base.lane.execute("dispute", order))
        await self.talk.read_chain()

    async def answer(self) -> None:
        """Both parties' daemons look at the case."""
        for member in (self.talk.bank, self.talk.holder):
            await reading(member, member.audited.answering.round())
        await self.talk.read_chain()

    async def settle(self) -> CaseState | None:
        """The appeal window passes."""
        await self.office.round()
        self.later(self.case.decide_by - self.case.opened_at + self.case.appeal_window_s)
        await self.office.round()
        await self.talk.read_chain()
        await self.talk.bank.requester.disputing.round()
        return self.case.outcome

    async def to_the_last(self) -> None:
        """Most of the time for the ruling passes, and the auditor looks again."""
        case = self.case
        self.later(case.answer_by - case.opened_at + (case.decide_by - case.answer_by) * 3 // 4 + 1)
        await self.office.round()

    async def reasons(self) -> bytes:
        found = await self.office.at_work.journal.of(self.case.id)
        assert found is not None
        return found.reasons

    async def record_state(self) -> RecordState:
        (first, *_) = await self.talk.results()
        assert first.record_state is not None
        return first.record_state

    async def balances(self) -> tuple[int, int]:
        view = self.talk.bank.base.view
        return view.balance(self.talk.bank.id), view.balance(self.talk.holder.id)


class Closed:
    """Nobody is let in."""

    async def opening(self, _raw: bytes, _auditor: Address) -> bytes:
        raise UnknownReference("Not for you.")


class TakesNothing:
    """Shows its claim, and refuses whatever is handed over."""

    def __init__(self, member: InProcess) -> None:
        self._doors = member.doors()

    async def opening(self, raw: bytes, auditor: Address) -> bytes:
        if len(raw) > 500:
            raise UnknownReference("We want none of it.")
        return await self._doors.opening(raw, auditor)
