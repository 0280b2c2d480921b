"""Writes the one receipt of a reply: the verdict, a claim on every hit, the voucher that covers all of it."""

import secrets
from dataclasses import dataclass

from oracle.asking.commitment import ground_of
from oracle.asking.ports import VoucherLane
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import AskedBatch, AskedReceipt, AskedReply, ReceiptState, ReplyState
from oracle.domain.errors import Broken
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Claim, Outcome, Receipt, Voucher
from oracle.domain.settlement import ReceiptBody, ReceiptClaim, Signed
from oracle.peer.bodies.receipt import decode_receipt, encode_receipt
from oracle.peer.notary import Notary
from oracle.peer.statements import encode_receipt_statement, parse_receipt_statement
from oracle.rules.vouchers import Totals, charge_for

SALT_SIZE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    outcome: Outcome
    reason: int
    claims: tuple[ReceiptClaim, ...]
    voucher: Signed[Voucher] | None


class ReceiptWriter:
    """Signs; sends nothing and journals nothing but charges."""

    def __init__(self, *, me: MemberId, lane: VoucherLane, notary: Notary, view: AllianceView) -> None:
        self._me = me
        self._lane = lane
        self._notary = notary
        self._view = view

    async def written(self, batch: AskedBatch, reply: AskedReply) -> AskedReceipt:
        """The receipt for a judged reply: a charge, claims on every hit, or the reason for a no."""
        if reply.state is ReplyState.ACCEPTED:
            verdict = await self._accept(batch, reply)
            return self._write(batch.batch_id, batch.count, reply.holder, verdict)
        return await self.refusing(batch.batch_id, batch.count, reply.holder, reason=reply.reason)

    async def refusing(self, batch_id: BatchId, count: int, holder: MemberId, *, reason: int) -> AskedReceipt:
        """Nothing is owed; the pair's newest total shows that everything else is."""
        voucher = await self._lane.current(holder)
        verdict = _Verdict(outcome=Outcome.REFUSED, reason=reason, claims=(), voucher=voucher)
        return self._write(batch_id, count, holder, verdict)

    def on_new_base(self, batch: AskedBatch, receipt: AskedReceipt, voucher: Signed[Voucher]) -> AskedReceipt:
        """The same claims with another voucher: a refused receipt changed nothing and may be corrected."""
        signed = parse_receipt_statement(receipt.statement).value
        claims = decode_receipt(receipt.frame, count=batch.count).claims
        verdict = _Verdict(outcome=signed.outcome, reason=signed.reason, claims=claims, voucher=voucher)
        return self._write(batch.batch_id, batch.count, receipt.holder, verdict)

    def cost(self, batch: AskedBatch, holder: MemberId, *, hits: int) -> tuple[Totals, int]:
        """What the reply costs at the prices of the epoch that the batch rests in, and their version."""
        epoch = ground_of(self._view, self._me, batch).epoch(self._view)
        prices = self._view.price_at(epoch)
        charge = charge_for(
            queries=batch.count,
            hits=hits,
            query_fee=prices.query_fee,
            hit_price=self._view.hit_price(holder, epoch),
        )
        return charge, prices.version

    def hit_price(self, batch: AskedBatch, holder: MemberId) -> int:
        """What one hit of the batch costs at this holder."""
        return self.cost(batch, holder, hits=1)[0].less(self.cost(batch, holder, hits=0)[0]).amount

    async def correct(self, batch: AskedBatch, holder: MemberId, *, hits: int) -> None:
        """Set what the batch costs at this holder once it is known how many of its hits are owed."""
        charge, _ = self.cost(batch, holder, hits=hits)
        await self._lane.correct(holder, batch.batch_id, charge)

    async def _accept(self, batch: AskedBatch, reply: AskedReply) -> _Verdict:
        if reply.proven is None:
            raise Broken("an accepted reply has no proof in the journal")
        hits = reply.proven.hits
        charge, price_version = self.cost(batch, reply.holder, hits=len(hits))
        voucher = await self._lane.charge(
            reply.holder, batch.batch_id, charge, price_version, anew=reply.earlier > 0
        )
        claims = tuple(self._claim(batch, reply.holder, hit.index) for hit in hits)
        return _Verdict(outcome=Outcome.ACCEPTED, reason=0, claims=claims, voucher=voucher)

    def _claim(self, batch: AskedBatch, holder: MemberId, index: int) -> ReceiptClaim:
        opening = batch.content.openings[index]
        claim = Claim(
            batch_id=batch.batch_id,
            holder=holder,
            index=index,
            subject=opening.subject.encoded,
            blind=opening.blind,
        )
        return ReceiptClaim(
            index=index, subject=claim.subject, blind=claim.blind, signature=self._notary.sign(claim)
        )

    def _write(self, batch_id: BatchId, count: int, holder: MemberId, verdict: _Verdict) -> AskedReceipt:
        frame = encode_receipt(
            ReceiptBody(claims=verdict.claims, voucher=verdict.voucher),
            salt=secrets.token_bytes(SALT_SIZE),
            count=count,
        )
        receipt = Receipt(
            batch_id=batch_id,
            holder=holder,
            outcome=verdict.outcome,
            reason=verdict.reason,
            body_digest=keccak256(frame),
        )
        return AskedReceipt(
            batch_id=batch_id,
            holder=holder,
            state=ReceiptState.PENDING,
            reason=0,
            hits=len(verdict.claims),
            statement=encode_receipt_statement(Signed(value=receipt, signature=self._notary.sign(receipt))),
            frame=frame,
            settled=None,
        )
