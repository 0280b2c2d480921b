"""The requester's side of disputes: notes what was not disclosed as it had to be, and brings it to the chain.

What a dispute is judged by stays where it is: the receipt with its signed claims, the signed reply, and the
holder's signed answer are in the journals of the batch, which is kept while its dispute is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import structlog

from oracle.accounting.ports import Clock
from oracle.chain.contracts.audit_ledger import AuditLedger, dispute_case
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.domain.asked import AskedBatch, AskedReceipt, ReceiptState
from oracle.domain.audits import CaseState
from oracle.domain.disputes import Dispute, DisputeGround, DisputeState
from oracle.domain.errors import Broken, Refused
from oracle.domain.ids import BatchId, MemberId
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.notary import Notary
from oracle.peer.statements import parse_reply_head
from oracle.rules.disputes import DisputeWindows, amount_of, hits_owed, is_unanswered
from oracle.store.asked import AskedJournal
from oracle.store.disputes import DisputeJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal

log = structlog.get_logger()
STEP = 20
"""Disputes opened in one round: each is a transaction."""
OPEN_ALREADY = "CaseAlreadyOpened"
ON_THE_CHAIN = frozenset({DisputeState.OPENED, DisputeState.CLOSED})


class NothingToDispute(Refused):
    """No claim of ours about that subject was left unserved or served wrongly by that member."""

    code: ClassVar[str] = "nothing_to_dispute"


class DisputeTooLate(Refused):
    """Holders keep what they need to answer for a governed time only, and it is over."""

    code: ClassVar[str] = "dispute_too_late"


class Pricing(Protocol):
    """What the batches of this institution cost."""

    def hit_price(self, batch: AskedBatch, holder: MemberId) -> int: ...

    async def correct(self, batch: AskedBatch, holder: MemberId, *, hits: int) -> None:
        """Charge it for so many hits."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputePolicy:
    """What is done without being told."""

    automatic: bool
    unanswered_after_s: int


class Disputing:
    """Journalled before it is sent; opening one twice is one intent, and the ledger has each claim once."""

    def __init__(
        self,
        *,
        me: MemberId,
        policy: DisputePolicy,
        journal: DisputeJournal,
        asked: AskedJournal,
        replies: ReplyJournal,
        receipts: ReceiptJournal,
        pricing: Pricing,
        notary: Notary,
        ledger: AuditLedger,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        self._me = me
        self._policy = policy
        self._journal = journal
        self._asked = asked
        self._replies = replies
        self._receipts = receipts
        self._pricing = pricing
        self._notary = notary
        self._ledger = ledger
        self._lane = lane
        self._view = view
        self._clock = clock

    async def note(
        self, batch: AskedBatch, receipt: AskedReceipt, grounds: Mapping[int, DisputeGround]
    ) -> None:
        """Journal what claims of this receipt, by element, are to be disputed for."""
        reply = await self._replies.reply(batch.batch_id, receipt.holder)
        if not grounds or reply is None or reply.received is None:
            return
        head = parse_reply_head(reply.received.statement).value
        price = self._pricing.hit_price(batch, receipt.holder)
        state = DisputeState.OPENING if self._policy.automatic else DisputeState.NOTED
        await self._journal.note(
            [
                Dispute(
                    batch_id=batch.batch_id,
                    holder=receipt.holder,
                    index=claim.index,
                    claim_digest=self._notary.digest(
                        claim.claim(batch_id=batch.batch_id, holder=receipt.holder)
                    ),
                    reply_digest=self._notary.digest(head),
                    ground=ground,
                    amount=amount_of(ground, hit_price=price),
                    state=state,
                    noted_at=self._clock.chain_time(),
                )
                for claim in decode_receipt(receipt.frame, count=batch.count).claims
                if (ground := grounds.get(claim.index)) is not None
            ]
        )
        log.warning("disclosures_disputable", holder=int(receipt.holder), count=len(grounds))

    async def noted(self, receipt: AskedReceipt) -> bool:
        """Whether any claim of this receipt is disputed, or can be."""
        return bool(await self._journal.of_receipt(receipt.batch_id, receipt.holder))

    async def escrowed(self, receipt: AskedReceipt) -> frozenset[int]:
        """Elements of this receipt whose price waits in escrow, or was awarded to either party."""
        return frozenset(
            one.index
            for one in await self._journal.of_receipt(receipt.batch_id, receipt.holder)
            if one.amount and one.state in ON_THE_CHAIN and self._outcome(one) is not CaseState.LAPSED
        )

    async def open(self, batch_id: BatchId, holder: MemberId, index: int) -> Dispute:
        """Decide to open one; it goes to the chain with the next round."""
        found = await self._journal.get(batch_id, holder, index)
        if found is None:
            await self._note_unanswered(batch_id, holder, patience_s=0)
            found = await self._journal.get(batch_id, holder, index)
        if found is None:
            raise NothingToDispute(
                f"Member {holder} left no claim of yours about this subject unserved, nor served it wrongly; "
                "a receipt that is not answered can be disputed once the claim window has closed."
            )
        if found.state in {DisputeState.NOTED, DisputeState.FAILED}:
            await self._require_time(batch_id)
            await self._journal.turn(found, DisputeState.OPENING)
        standing = await self._journal.get(batch_id, holder, index)
        if standing is None:
            raise Broken("a dispute that was just decided is not in the journal")
        return standing

    async def round(self) -> None:
        """Note receipts that wait too long, open what is decided, close what is settled."""
        for receipt in await self._receipts.pending():
            if receipt.hits:
                await self._note_unanswered(
                    receipt.batch_id, receipt.holder, patience_s=self._policy.unanswered_after_s
                )
        for dispute in await self._journal.opening(limit=STEP):
            await self._open(dispute)
        for dispute in await self._journal.opened():
            if self._outcome(dispute) is not None:
                await self._charge(dispute)
                await self._journal.turn(dispute, DisputeState.CLOSED)

    def case_of(self, dispute: Dispute) -> bytes:
        return dispute_case(self._me, dispute.holder, dispute.claim_digest)

    async def _note_unanswered(self, batch_id: BatchId, holder: MemberId, *, patience_s: int) -> None:
        batch = await self._asked.batch(batch_id)
        receipt = await self._receipts.receipt(batch_id, holder)
        if batch is None or receipt is None or receipt.state is not ReceiptState.PENDING:
            return
        overdue = is_unanswered(
            windows_of(self._view),
            deadline=batch.deadline,
            now=self._clock.chain_time(),
            patience_s=patience_s,
        )
        if overdue and not await self._journal.of_receipt(batch_id, holder):
            claims = decode_receipt(receipt.frame, count=batch.count).claims
            await self.note(
                batch, receipt, dict.fromkeys((one.index for one in claims), DisputeGround.UNANSWERED)
            )

    async def _require_time(self, batch_id: BatchId) -> None:
        batch = await self._asked.batch(batch_id)
        if batch is None or self._clock.chain_time() > windows_of(self._view).ends(batch.deadline):
            raise DisputeTooLate(
                "Holders keep what they need to answer until dispute_window_s after the claim window; that "
                "is over for this batch."
            )

    async def _open(self, dispute: Dispute) -> None:
        order = self._ledger.open_dispute(
            dispute.holder,
            claim=dispute.claim_digest,
            reply=dispute.reply_digest,
            amount=dispute.amount,
        )
        try:
            row = await self._lane.execute(f"dispute:{self.case_of(dispute).hex()}", order)
        except TransactionReverted as error:
            if error.error != OPEN_ALREADY:
                log.warning("dispute_not_opened", holder=int(dispute.holder), reason=error.code)
                await self._journal.turn(dispute, DisputeState.FAILED, failure=str(error))
                return
        else:
            await self._clock.reached(row.block_number or 0)
        await self._charge(dispute, opened=True)
        await self._journal.turn(dispute, DisputeState.OPENED)

    def _outcome(self, dispute: Dispute) -> CaseState | None:
        case = self._view.audits.cases.get(self.case_of(dispute))
        return None if case is None else case.outcome

    async def _charge(self, dispute: Dispute, *, opened: bool = False) -> None:
        """Count in vouchers what the ledger sets off against them; before its receipt is answered all is."""
        batch = await self._asked.batch(dispute.batch_id)
        receipt = await self._receipts.receipt(dispute.batch_id, dispute.holder)
        if batch is None or receipt is None or receipt.state is not ReceiptState.SETTLED:
            return
        if receipt.settled is None or receipt.settled.answer is None:
            return  # an earlier release did not keep it
        escrowed = await self.escrowed(receipt)
        if opened and dispute.amount:
            escrowed |= {dispute.index}
        owed = hits_owed(
            claimed=frozenset(one.index for one in decode_receipt(receipt.frame, count=batch.count).claims),
            served=decode_disclosures(receipt.settled.answer.frame).served,
            escrowed=escrowed,
        )
        await self._pricing.correct(batch, dispute.holder, hits=len(owed))


def windows_of(view: AllianceView) -> DisputeWindows:
    return DisputeWindows(
        claim_s=view.parameter("claim_window_s").value, dispute_s=view.parameter("dispute_window_s").value
    )
