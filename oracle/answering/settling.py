"""Takes the one receipt that follows a reply: checks claims and voucher, journals, then discloses."""

import asyncio
import secrets
from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar

import structlog

from oracle.answering.claims import JudgedClaim, OprfIdentity, judge_claims
from oracle.answering.disclosing import Discloser
from oracle.answering.ports import ChainClock, OprfKeys
from oracle.answering.reordering import answered_in_order
from oracle.answering.taking import only_served, taken_claims
from oracle.chain.grounds import Ground, ground_of_commitment, ground_of_reference
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.crypto.workers import Workers
from oracle.domain.answered import Answer, AnsweredBatch, AnswerState, Envelope, TakenReceipt
from oracle.domain.errors import Broken, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Outcome, Voucher
from oracle.domain.settlement import (
    AcceptedTotals,
    DisclosuresBody,
    ReceiptBody,
    RefusalReason,
    ServedRecord,
    ServedStatus,
    Signed,
    reason_name,
)
from oracle.peer.bodies.disclosures import encode_disclosures
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.errors import UnknownBatch
from oracle.peer.notary import Notary
from oracle.peer.sealed import OpenedMessage
from oracle.peer.statements import parse_receipt_statement
from oracle.rules.vouchers import Totals, charge_for, covers, greatest, totals_of
from oracle.store.answered import AnswerJournal
from oracle.store.disputes import ClaimedJournal
from oracle.store.restoration import RestorationJournal
from oracle.store.superseded_answers import SupersededAnswers
from oracle.store.vouchers import HeldVoucher, VoucherJournal
from oracle.telemetry.metrics import REFUSED

log = structlog.get_logger()
SALT_SIZE = 16
LARGEST_TOTAL = 2**63 - 1
"""What a column of the store holds; more than that is no debt that anybody could have run up."""
ANSWERED = frozenset({AnswerState.SEALED, AnswerState.DELIVERED, AnswerState.EXPIRED})


class CommitmentGone(Transient):
    """The batch of a receipt is not committed in the blocks read so far."""

    code: ClassVar[str] = "commitment_gone"


class AnsweredAnew(Transient):
    """A reorganisation had the batch answered from another snapshot; the requester has to take that first."""

    code: ClassVar[str] = "answered_anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A receipt beside the batch that it is for."""

    batch: AnsweredBatch
    envelope: Envelope
    answer: Answer
    body: ReceiptBody
    taken: TakenReceipt


class Settling:
    """A receipt is settled once; the same receipt again gets the same bytes."""

    def __init__(
        self,
        *,
        journal: AnswerJournal,
        superseded: SupersededAnswers,
        vouchers: VoucherJournal,
        claimed: ClaimedJournal,
        discloser: Discloser,
        notary: Notary,
        keys: OprfKeys,
        view: AllianceView,
        clock: ChainClock,
        workers: Workers,
        restoration: RestorationJournal,
    ) -> None:
        self._journal = journal
        self._superseded = superseded
        self._vouchers = vouchers
        self._claimed = claimed
        self._discloser = discloser
        self._notary = notary
        self._keys = keys
        self._view = view
        self._clock = clock
        self._workers = workers
        self._restoration = restoration
        self._lanes: defaultdict[MemberId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def expects(self, batch_id: BatchId, requester: MemberId) -> bool:
        """Whether a receipt of this member for this batch can be meant for us; the view mostly knows."""
        if self._view.commitment(requester, batch_id) is not None:
            return True
        return await self._journal.batch(requester, batch_id) is not None

    async def take(self, message: OpenedMessage) -> bytes:
        """The frame that answers a receipt. Raises `UnknownBatch` for what this member never answered."""
        async with self._lanes[message.sender]:
            batch = await self._journal.batch(message.sender, message.header.batch_id)
            if batch is not None:
                self._require_order(batch)
            if batch is None or batch.answer is None:
                raise UnknownBatch("No reply of this member to you has this batch identifier.")
            taken = _taken(message)
            if batch.state is AnswerState.SETTLED:
                return await self._again(batch, taken.digest)
            signed = parse_receipt_statement(message.statement)
            version = message.header.sender_key_version
            body = decode_receipt(message.frame, count=batch.count)
            if not self._notary.signed_by(signed.value, signed.signature, message.sender, version):
                return await self._refusal(batch, RefusalReason.BAD_SIGNATURE)
            if batch.earlier and await self._superseded.took(message.sender, batch.batch_id, taken.digest):
                return await self._refusal(batch, RefusalReason.RECEIPT_DIFFERS)
            if batch.state not in ANSWERED or batch.envelope is None:
                raise Broken("a receipt came for a reply that the journal does not have")
            case = _Case(batch=batch, envelope=batch.envelope, answer=batch.answer, body=body, taken=taken)
            if signed.value.outcome is Outcome.REFUSED:
                # Nothing is owed for a reply that was no answer; whether it was one, an audit can decide.
                log.warning("reply_refused", batch=batch.batch_id.hex(), requester=int(message.sender))
                return await self._finish(case, Totals(), (), held=None, refused_for=signed.value.reason)
            return await self._accept(case, message)

    def _require_order(self, batch: AnsweredBatch) -> None:
        """A receipt does not say which reply it is for: one must not count for a reply not taken yet."""
        if batch.envelope is not None and batch.envelope.reference is not None:
            return  # express rests on a block that its request names
        committed = self._view.commitment(batch.requester, batch.batch_id)
        if committed is None or committed.deadline < self._clock.chain_time():
            return
        untaken = batch.answer is None or batch.state is AnswerState.SEALED
        moved = batch.answer is not None and not answered_in_order(batch, committed, self._view)
        if moved or (batch.earlier and untaken):
            raise AnsweredAnew(
                "A reorganisation moved this batch behind or before another snapshot of ours. It is answered "
                "anew; send the receipt of that reply."
            )

    async def _accept(self, case: _Case, message: OpenedMessage) -> bytes:
        bad = self._bad_claims(case, message)
        if bad is not None:
            return await self._refusal(case.batch, bad)
        judged = await self._judge(case)
        records = await self._discloser.serve(case.batch.batch_id, case.answer.head, judged)
        charge = await self._charge(case, records)
        held = await self._held(case, message.sender)
        if isinstance(held, RefusalReason):
            return await self._refusal(case.batch, held)
        # A crash after accepting and before answering leaves this batch's own charge in the list.
        accepted = await self._vouchers.accepted_totals(message.sender, without=case.batch.batch_id)
        if held is None or not covers(totals_of(held.voucher), accepted, charge):
            return await self._refusal(case.batch, RefusalReason.VOUCHER_NOT_COVERING)
        return await self._finish(case, charge, records, held=held)

    async def _judge(self, case: _Case) -> tuple[JudgedClaim, ...]:
        """Claims after the window are refused one by one; the receipt, and what it pays, still counts."""
        window = self._view.parameter("claim_window_s").value
        if self._clock.chain_time() > case.batch.deadline + window:
            closed = RefusalReason.CLAIM_WINDOW_CLOSED
            return tuple(JudgedClaim(claim=claim, tag=None, reason=closed) for claim in case.body.claims)
        head = case.answer.head
        identity = OprfIdentity(
            secret=self._keys.oprf_secret_for_workers(head.oprf_key_version),
            holder=head.holder,
            version=head.oprf_key_version,
        )
        return await self._workers.run_for(
            case.batch.requester, judge_claims, case.body.claims, case.envelope.elements, identity
        )

    def _bad_claims(self, case: _Case, message: OpenedMessage) -> RefusalReason | None:
        holder, version = case.answer.head.holder, message.header.sender_key_version
        for claim in case.body.claims:
            statement = claim.claim(batch_id=case.batch.batch_id, holder=holder)
            if not self._notary.signed_by(statement, claim.signature, message.sender, version):
                return RefusalReason.CLAIM_SIGNATURE_WRONG
        return None

    def _ground(self, case: _Case) -> Ground:
        if case.envelope.reference is not None:
            return ground_of_reference(case.envelope.reference)
        committed = self._view.commitment(case.batch.requester, case.batch.batch_id)
        if committed is None:
            raise CommitmentGone("A reorganisation took the batch's commitment back; send the receipt again.")
        return ground_of_commitment(committed)

    async def _charge(self, case: _Case, records: tuple[ServedRecord, ...]) -> Totals:
        """Query fees for the proven answer, and each hit that is served; a withdrawn record costs nothing."""
        ground = self._ground(case)
        restored = await self._restoration.current()
        if restored is not None and ground.block_number <= (restored.head or restored.cursor):
            # Answered before, perhaps: then its charge is in what was adopted, and must not count twice.
            return Totals()
        epoch = ground.epoch(self._view)
        served = sum(record.status is ServedStatus.SERVED for record in records)
        return charge_for(
            queries=case.batch.count,
            hits=served,
            query_fee=self._view.price_at(epoch).query_fee,
            hit_price=self._view.hit_price(self._vouchers.holder, epoch),
        )

    async def _held(self, case: _Case, requester: MemberId) -> HeldVoucher | RefusalReason | None:
        """The greatest voucher of the pair, this one included, if its signature holds."""
        seen = await self._vouchers.held(requester)
        incoming = case.body.voucher
        if incoming is None:
            return seen
        if not self._genuine(incoming, requester):
            return RefusalReason.VOUCHER_BAD
        seen_totals = None if seen is None else totals_of(seen.voucher)
        best = greatest(seen_totals, totals_of(incoming.value))
        if best is None:
            return RefusalReason.VOUCHER_NOT_COMPARABLE
        if seen is not None and best == seen_totals:
            return seen
        since, met = self._clock.chain_time(), self._view.redeemed(requester, self._vouchers.holder).met
        if seen is not None and seen.voucher.amount > met:
            since = seen.received_at
        return HeldVoucher(voucher=incoming.value, signature=incoming.signature, received_at=since)

    def _genuine(self, signed: Signed[Voucher], requester: MemberId) -> bool:
        voucher = signed.value
        return (
            (voucher.requester, voucher.holder) == (requester, self._vouchers.holder)
            and max(voucher.queries, voucher.hits, voucher.amount) <= LARGEST_TOTAL
            and self._notary.signed_by(voucher, signed.signature, requester, voucher.key_version)
        )

    async def _finish(
        self,
        case: _Case,
        charge: Totals,
        records: tuple[ServedRecord, ...],
        *,
        held: HeldVoucher | None,
        refused_for: int = 0,
    ) -> bytes:
        """Journal what was accepted, then the answer, then let it go."""
        requester, batch_id = case.batch.requester, case.batch.batch_id
        if held is None and case.batch.earlier:
            await self._vouchers.withdraw(requester, batch_id)
        if held is not None and not await self._vouchers.accept(requester, batch_id, charge, held):
            return await self._refusal(case.batch, RefusalReason.VOUCHER_NOT_COVERING)
        holder, now = case.answer.head.holder, self._clock.chain_time()
        noted = taken_claims(case.body.claims, records, case.batch, holder, self._notary, at=now)
        await self._claimed.take(noted if charge.queries else only_served(noted))
        frame = await self._frame(case.batch, Outcome.ACCEPTED, 0, records)
        if await self._journal.settled(
            requester, batch_id, case.taken, frame, reason=refused_for, earlier=case.batch.earlier
        ):
            return frame
        # Another daemon of ours took a receipt for this batch in the meantime: what it answered stands.
        settled = await self._journal.batch(requester, batch_id)
        if settled is None:
            raise UnknownBatch("No reply of this member to you has this batch identifier any more.")
        return await self._again(settled, case.taken.digest)

    async def _again(self, batch: AnsweredBatch, digest: bytes) -> bytes:
        if batch.disclosures is None or digest != batch.receipt_digest:
            return await self._refusal(batch, RefusalReason.RECEIPT_DIFFERS)
        return batch.disclosures

    async def _refusal(self, batch: AnsweredBatch, reason: RefusalReason) -> bytes:
        """A refused receipt changes nothing: it may be sent again, corrected."""
        log.warning("receipt_refused", batch=batch.batch_id.hex(), reason=reason.name)
        REFUSED.labels("us", reason_name(reason)).inc()
        return await self._frame(batch, Outcome.REFUSED, reason, ())

    async def _frame(
        self, batch: AnsweredBatch, outcome: Outcome, reason: int, records: tuple[ServedRecord, ...]
    ) -> bytes:
        totals = await self._vouchers.accepted_totals(batch.requester)
        accepted = AcceptedTotals(queries=totals.queries, hits=totals.hits, amount=totals.amount)
        body = DisclosuresBody(outcome=outcome, reason=reason, records=records, accepted=accepted)
        return encode_disclosures(body, salt=secrets.token_bytes(SALT_SIZE), count=batch.count)


def _taken(message: OpenedMessage) -> TakenReceipt:
    statement, frame = message.statement, message.frame
    return TakenReceipt(digest=keccak256(statement + frame), statement=statement, frame=frame)
