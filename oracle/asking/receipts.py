"""The one receipt that follows each reply: claims and voucher out, disclosures in."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from oracle.asking.commitment import commitment_of
from oracle.asking.disclosures import check_disclosures
from oracle.asking.ports import VoucherLane
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import AskedBatch, AskedReceipt, AskedReply, ReceiptState, ReplyState
from oracle.domain.errors import Broken, Refused, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Claim, Outcome, Receipt, Voucher
from oracle.domain.settlement import (
    ReceiptBody,
    ReceiptClaim,
    RefusalReason,
    ServedStatus,
    Signed,
    reason_name,
)
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.receipt import encode_receipt
from oracle.peer.courier import Courier
from oracle.peer.errors import EndpointRefused, PeerUnknown, WireRefused
from oracle.peer.notary import Notary
from oracle.peer.statements import encode_receipt_statement
from oracle.rules.vouchers import Totals, charge_for
from oracle.store.asked import AskedJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal
from oracle.telemetry.metrics import REFUSED, timed_stage

log = structlog.get_logger()
SALT_SIZE = 16
PER_HOLDER = 2
"""Receipts on their way to one holder at once: one that is slow or gone holds up nobody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    outcome: Outcome
    reason: int
    claims: tuple[ReceiptClaim, ...]
    voucher: Signed[Voucher] | None


class Receipts:
    """Written before it is sent, sent until it is answered, the same bytes each time."""

    def __init__(
        self,
        *,
        me: MemberId,
        asked: AskedJournal,
        journal: ReceiptJournal,
        replies: ReplyJournal,
        lane: VoucherLane,
        notary: Notary,
        courier: Courier,
        view: AllianceView,
        changed: Callable[[], None],
    ) -> None:
        self._me = me
        self._asked = asked
        self._journal = journal
        self._replies = replies
        self._lane = lane
        self._notary = notary
        self._courier = courier
        self._view = view
        self._changed = changed
        self._places = defaultdict[MemberId, asyncio.Semaphore](lambda: asyncio.Semaphore(PER_HOLDER))
        self._under_way: set[tuple[BatchId, MemberId]] = set()

    async def follow(self, batch: AskedBatch, reply: AskedReply) -> None:
        """Write the receipt for a judged reply: a charge, claims on every hit, or the reason for a no."""
        if reply.state is ReplyState.ACCEPTED:
            verdict = await self._accept(batch, reply)
        else:
            voucher = await self._lane.current(reply.holder)
            verdict = _Verdict(outcome=Outcome.REFUSED, reason=reply.reason, claims=(), voucher=voucher)
        await self._journal.add(self._write(batch, reply.holder, verdict))

    async def _accept(self, batch: AskedBatch, reply: AskedReply) -> _Verdict:
        if reply.proven is None:
            raise Broken("an accepted reply has no proof in the journal")
        hits = reply.proven.hits
        charge, price_version = self._charge(batch, reply.holder, hits=len(hits))
        voucher = await self._lane.charge(reply.holder, batch.batch_id, charge, price_version)
        claims = tuple(self._claim(batch, reply.holder, hit.index) for hit in hits)
        return _Verdict(outcome=Outcome.ACCEPTED, reason=0, claims=claims, voucher=voucher)

    def _charge(self, batch: AskedBatch, holder: MemberId, *, hits: int) -> tuple[Totals, int]:
        """What the reply costs at the prices of the commitment's epoch, and their version."""
        commitment = commitment_of(self._view, self._me, batch.batch_id)
        epoch = self._view.epoch_of(commitment.at.block_timestamp)
        prices = self._view.price_at(epoch)
        charge = charge_for(
            queries=batch.count,
            hits=hits,
            query_fee=prices.query_fee,
            hit_price=self._view.hit_price(holder, epoch),
        )
        return charge, prices.version

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

    def _write(self, batch: AskedBatch, holder: MemberId, verdict: _Verdict) -> AskedReceipt:
        frame = encode_receipt(
            ReceiptBody(claims=verdict.claims, voucher=verdict.voucher),
            salt=secrets.token_bytes(SALT_SIZE),
            count=batch.count,
        )
        receipt = Receipt(
            batch_id=batch.batch_id,
            holder=holder,
            outcome=verdict.outcome,
            reason=verdict.reason,
            body_digest=keccak256(frame),
        )
        return AskedReceipt(
            batch_id=batch.batch_id,
            holder=holder,
            state=ReceiptState.PENDING,
            reason=0,
            hits=len(verdict.claims),
            statement=encode_receipt_statement(Signed(value=receipt, signature=self._notary.sign(receipt))),
            frame=frame,
            settled=None,
        )

    async def round(self) -> None:
        """Send what is written and not answered; a holder that is not reached now is tried next round."""
        async with asyncio.TaskGroup() as group:
            for receipt in await self._journal.pending():
                if (receipt.batch_id, receipt.holder) not in self._under_way:
                    self._under_way.add((receipt.batch_id, receipt.holder))
                    group.create_task(self._attempt(receipt))

    async def _attempt(self, receipt: AskedReceipt) -> None:
        batch = await self._asked.batch(receipt.batch_id)
        if batch is None:
            raise Broken("a receipt is journalled for a batch that is not")
        async with self._places[receipt.holder]:
            try:
                await self._send(batch, receipt)
            except Transient as error:
                log.info("receipt_waits", holder=int(receipt.holder), reason=error.code)
            else:
                self._changed()
            finally:
                self._under_way.discard((receipt.batch_id, receipt.holder))

    async def _send(self, batch: AskedBatch, receipt: AskedReceipt) -> None:
        try:
            with timed_stage("settle"):
                answer = await self._courier.send_receipt(
                    receipt.holder, receipt.batch_id, statement=receipt.statement, frame=receipt.frame
                )
            body = decode_disclosures(answer)
        except (EndpointRefused, PeerUnknown) as error:
            # The holder was not asked: its endpoint or our configuration has to change first.
            log.warning("receipt_waits", holder=int(receipt.holder), reason=error.code)
            return
        except WireRefused as error:
            log.warning("disclosures_malformed", holder=int(receipt.holder), reason=error.code)
            await self._refused(receipt, RefusalReason.MALFORMED)
            return
        except Refused as error:
            log.warning("receipt_refused", holder=int(receipt.holder), reason=error.code)
            await self._refused(receipt, RefusalReason.RECEIPT_DIFFERS)
            return
        if body.outcome is Outcome.REFUSED:
            log.warning("receipt_refused", holder=int(receipt.holder), reason=body.reason)
            await self._refused(receipt, body.reason)
            return
        reply = await self._replies.reply(receipt.batch_id, receipt.holder)
        if reply is None:
            raise Broken("a receipt is journalled for a reply that is not")
        settled = check_disclosures(body.records, batch=batch, reply=reply, notary=self._notary)
        served = sum(answer.status is ServedStatus.SERVED for answer in body.records)
        if served < receipt.hits:
            # What the holder itself says it did not serve is not owed; what it served wrongly is disputed.
            charge, _ = self._charge(batch, receipt.holder, hits=served)
            await self._lane.correct(receipt.holder, batch.batch_id, charge)
        await self._journal.settled(receipt.batch_id, receipt.holder, settled)

    async def _refused(self, receipt: AskedReceipt, reason: int) -> None:
        await self._journal.refused(receipt.batch_id, receipt.holder, reason)
        REFUSED.labels("a holder", reason_name(reason)).inc()
