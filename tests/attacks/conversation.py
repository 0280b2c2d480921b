"""One query between two members in this process, taken step by step, and what each side has of it."""

from dataclasses import dataclass, field
from typing import Any

from attacks.member import InProcess

from oracle.answering.service import Answering
from oracle.asking.submission import Submission
from oracle.domain.answered import AnsweredBatch
from oracle.domain.asked import AskedBatch, AskedReceipt, AskedReply, BatchState, ReplyState
from oracle.domain.ids import BatchId
from oracle.domain.messages import Outcome, Receipt
from oracle.domain.reports import Finding, HolderState, QueryAccepted, QueryState, RawSubject, SubjectResult
from oracle.domain.settlement import DisclosuresBody, RefusalReason
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.statements import parse_receipt_statement
from oracle.rules.vouchers import Totals

HELD, LATER, MISSED = 7, 1_000, 2_000
"""Numbers for `phone`: one that the holder has, the first of those it gets later, one that it never has."""


def phone(number: int) -> str:
    """A number of a range that is kept for stories."""
    return f"+4477009{number:05d}"


class NoReceipts:
    """Writes no receipt: the test will."""

    async def note(self, batch: AskedBatch, reply: AskedReply) -> None:
        """Nothing is charged."""

    async def follow(self, batch: AskedBatch, reply: AskedReply) -> None:
        """Nothing follows."""


class KeptReceipts:
    """Keeps what is written beside the journal, in which the first receipt stands."""

    def __init__(self) -> None:
        self.written: list[AskedReceipt] = []

    async def add(self, receipt: AskedReceipt) -> AskedReceipt:
        self.written.append(receipt)
        return receipt


@dataclass(kw_only=True)
class Conversation:
    """`bank` asks, `holder` answers; the batch is the one asked last."""

    bank: InProcess
    holder: InProcess
    query_id: str = ""
    batch_id: BatchId = field(default=BatchId(b""))

    async def ask(
        self,
        *numbers: int,
        submission: Submission | None = None,
        committing: Any = None,
        subjects: tuple[RawSubject, ...] = (),
    ) -> BatchId:
        """Submit, commit, and let both sides read the commitment."""
        await self.submit(*numbers, submission=submission, subjects=subjects)
        await (committing or self.bank.requester.committing).round()
        await self.read_chain()
        return self.batch_id

    async def submit(
        self,
        *numbers: int,
        submission: Submission | None = None,
        subjects: tuple[RawSubject, ...] = (),
    ) -> None:
        asked = (*(self.subject(number) for number in numbers), *subjects)
        self.adopt(
            await (submission or self.bank.submission()).submit(
                asked, purpose=None, case_reference="case 7", deadline_s=None
            )
        )

    def subject(self, number: int) -> RawSubject:
        return RawSubject(type="phone", value=phone(number))

    def adopt(self, accepted: QueryAccepted) -> None:
        """Follow this query from now on."""
        assert accepted.refused == ()
        self.query_id = accepted.query_id
        self.batch_id = BatchId(bytes.fromhex(accepted.batches[0][2:]))

    async def read_chain(self) -> None:
        """Both read the chain to its head; the bank notes that its batch stands there."""
        for member in (self.bank, self.holder):
            await member.base.stream.poll()
        await self.bank.requester.collector.note_commitments()

    async def answer(self, answering: Answering | None = None) -> None:
        """The holder fetches the envelope, answers and delivers."""
        await (answering or self.holder.holder.answering).round()

    async def judge(self) -> None:
        """The bank judges what it got and writes its receipt."""
        await self.bank.requester.collector.judge_all()
        await self.bank.requester.collector.end_overdue()

    async def judge_without_receipt(self) -> None:
        """The bank judges what it got; the test writes the receipt."""
        await self.bank.collector(receipts=NoReceipts()).judge_all()
        assert (await self.reply()).state is ReplyState.ACCEPTED

    async def another_receipt(self) -> AskedReceipt:
        """What the bank would write and sign now for the same reply."""
        kept = KeptReceipts()
        await self.bank.receipts(journal=kept).follow(await self.batch(), await self.reply())
        return kept.written[0]

    async def settle(self) -> None:
        """The bank sends its receipts and takes what answers them."""
        await self.bank.requester.receipts.round()

    async def whole(self, *numbers: int) -> None:
        await self.ask(*numbers)
        await self.answer()
        await self.judge()
        await self.settle()

    async def state(self) -> QueryState:
        """What the bank's own people see."""
        return await self.bank.requester.desk.query_state(self.query_id)

    async def results(self) -> list[SubjectResult]:
        """In the order in which they were asked."""
        return sorted((await self.state()).results, key=lambda result: result.index)

    async def batch(self) -> AskedBatch:
        found = await self.bank.requester.journals.asked.batch(self.batch_id)
        assert found is not None
        return found

    async def reply(self) -> AskedReply:
        found = await self.bank.requester.journals.replies.reply(self.batch_id, self.holder.id)
        assert found is not None
        return found

    async def receipt(self) -> AskedReceipt:
        found = await self.bank.requester.journals.receipts.receipt(self.batch_id, self.holder.id)
        assert found is not None
        return found

    async def answered(self) -> AnsweredBatch:
        """The batch as the holder has it."""
        found = await self.holder.holder.journal.batch(self.bank.id, self.batch_id)
        assert found is not None
        return found

    async def charged(self) -> Totals | None:
        """What the bank has written down that it owes for this batch."""
        return await self.bank.requester.journals.charges.charge_of(self.holder.id, self.batch_id)

    async def accepted(self) -> Totals:
        """What the holder has accepted of the bank over all batches."""
        return await self.holder.holder.vouchers.accepted_totals(self.bank.id)

    async def send(self, receipt: AskedReceipt) -> DisclosuresBody:
        """Send these bytes whatever the journal says of them."""
        return decode_disclosures(await self.send_raw(receipt))

    async def send_raw(self, receipt: AskedReceipt) -> bytes:
        message = await self.bank.courier.send_receipt(
            self.holder.id, self.batch_id, statement=receipt.statement, frame=receipt.frame
        )
        return message.frame

    async def require_caught(self, reason: RefusalReason) -> None:
        """The reply is judged, no answer, kept, not paid for, and the holder is told so."""
        reply, receipt, state = await self.reply(), await self.receipt(), await self.state()
        assert (reply.state, reply.proven) == (ReplyState.REJECTED, None)
        assert RefusalReason(reply.reason) is reason
        assert reply.received is not None, "the evidence is gone"
        answered = await self.answered()
        assert answered.answer is not None
        assert reply.received.frame == answered.answer.frame
        assert reply.received.statement == answered.answer.statement
        assert await self.charged() is None
        self._require_silence(state, HolderState.FAILED, reason)
        signed = self._verdict(receipt)
        assert (signed.outcome, signed.reason) == (Outcome.REFUSED, reason)
        assert decode_receipt(receipt.frame, count=answered.count).claims == ()
        await self.settle()
        assert await self.accepted() == Totals()
        assert (await self.batch()).state is BatchState.DONE

    async def require_turned_away(self) -> None:
        """The reply did not pass the door: nothing of it is journalled, nothing is owed."""
        assert (await self.reply()).state is ReplyState.WAITING
        assert await self.charged() is None
        state = await self.state()
        assert {result.state for result in state.results} == {Finding.NO_ANSWER}

    def _verdict(self, receipt: AskedReceipt) -> Receipt:
        signed = parse_receipt_statement(receipt.statement)
        assert self.holder.notary.signed_by(signed.value, signed.signature, self.bank.id, 1)
        return signed.value

    def _require_silence(self, state: QueryState, expected: HolderState, reason: RefusalReason) -> None:
        assert {result.state for result in state.results} == {Finding.NO_ANSWER}
        (progress,) = state.holders
        assert (progress.state, progress.hits, progress.paid) == (expected, 0, 0)
        assert progress.reason == reason.name.replace("_", " ").lower()
