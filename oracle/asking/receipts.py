"""Sends the one receipt that follows each reply, and takes the disclosures that answer it."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from oracle.asking.absences import Absences
from oracle.asking.disclosures import check_disclosures
from oracle.asking.ports import Grievances, VoucherLane
from oracle.asking.receipt_writing import ReceiptWriter
from oracle.chain.view import AllianceView
from oracle.domain.asked import (
    AskedBatch,
    AskedReceipt,
    AskedReply,
    HolderAnswer,
    PendingReceipt,
    ReceiptState,
    ReplyState,
    Settled,
    with_record,
)
from oracle.domain.disputes import DisputeGround
from oracle.domain.errors import Broken, Refused, RiskmeshError, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Outcome
from oracle.domain.settlement import DisclosuresBody, RefusalReason, reason_name
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.courier import Courier
from oracle.peer.errors import (
    EndpointRefused,
    PeerBusy,
    PeerRefused,
    PeerUnknown,
    UnknownBatch,
    WireRefused,
)
from oracle.peer.notary import Notary
from oracle.peer.sealed import OpenedMessage
from oracle.rules.disputes import ground_of, hits_owed
from oracle.rules.vouchers import Totals
from oracle.store.asked import AskedJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal
from oracle.telemetry.metrics import REFUSED, timed_stage

log = structlog.get_logger()
PER_HOLDER = 2
"""Receipts on their way to one holder at once: one that is slow or gone holds up nobody else."""
TOO_LITTLE = frozenset({RefusalReason.VOUCHER_NOT_COVERING, RefusalReason.VOUCHER_NOT_COMPARABLE})
"""The holder counts from another base than we do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """What a holder that accepts the receipt says of its claims."""

    body: DisclosuresBody
    message: OpenedMessage


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
        grievances: Grievances,
        notary: Notary,
        courier: Courier,
        view: AllianceView,
        changed: Callable[[], None],
        absences: Absences | None = None,
    ) -> None:
        self._asked = asked
        self._journal = journal
        self._replies = replies
        self._lane = lane
        self._grievances = grievances
        self._notary = notary
        self._courier = courier
        self._changed = changed
        self._absences = absences or Absences()
        self._writer = ReceiptWriter(me=me, lane=lane, notary=notary, view=view)
        self._places = defaultdict[MemberId, asyncio.Semaphore](lambda: asyncio.Semaphore(PER_HOLDER))
        self._under_way: set[tuple[BatchId, MemberId]] = set()

    async def note(self, batch: AskedBatch, reply: AskedReply) -> None:
        """Journal what a judged reply costs, where all of it must be known before a voucher is signed."""
        if reply.state is ReplyState.ACCEPTED and reply.proven is not None:
            charge, price_version = self._writer.cost(batch, reply.holder, hits=len(reply.proven.hits))
            await self._lane.note(reply.holder, batch.batch_id, charge, price_version)

    async def follow(self, batch: AskedBatch, reply: AskedReply) -> None:
        """Write the receipt for a judged reply."""
        await self._journal.add(await self._writer.written(batch, reply))

    async def follow_late(self, batch: AskedBatch, reply: AskedReply) -> None:
        """Write the receipt for a reply that came when its part was over: no answer, and it costs nothing."""
        late = await self._writer.refusing(
            batch.batch_id, batch.count, reply.holder, reason=RefusalReason.REPLY_LATE
        )
        await self._journal.add(late)

    def reserve(self, batch_id: BatchId, holder: MemberId) -> bool:
        """Have no receipt of this reply sent until `release`; False when one is under way."""
        if (batch_id, holder) in self._under_way:
            return False
        self._under_way.add((batch_id, holder))
        return True

    def release(self, batch_id: BatchId, holder: MemberId) -> None:
        self._under_way.discard((batch_id, holder))

    async def round(self) -> None:
        """Send what is written and not answered; a holder that is not reached is left alone for a while."""
        async with asyncio.TaskGroup() as group:
            for pending in await self._journal.pending():
                holder, batch_id = pending.holder, pending.batch_id
                if self._absences.over(holder, (batch_id, holder)) and self.reserve(batch_id, holder):
                    group.create_task(self._attempt(pending))

    async def _attempt(self, pending: PendingReceipt) -> None:
        batch_id, holder = pending.batch_id, pending.holder
        async with self._places[holder]:
            try:
                if not self._absences.over(holder):
                    return  # another one before it has not got through
                batch = await self._asked.batch(batch_id)
                # Only now: those that wait for a turn are many, and may be superseded since, or forgotten.
                receipt = await self._journal.receipt(batch_id, holder)
                if receipt is not None and receipt.state is ReceiptState.PENDING:
                    if batch is None:
                        raise Broken("a receipt is journalled for a batch that is not")
                    await self._settle(batch, receipt)
            except (Transient, EndpointRefused, PeerUnknown) as error:
                self._wait(batch_id, holder, error)
            else:
                self._changed()
            finally:
                self.release(batch_id, holder)

    def _wait(self, batch_id: BatchId, holder: MemberId, error: RiskmeshError) -> None:
        """Where the holder was not even asked, its endpoint or our configuration has to change first."""
        # One that answers that it cannot yet means this receipt.
        whom = (batch_id, holder) if isinstance(error, PeerBusy) else holder
        if self._absences.missed(whom, error.code):
            level = logging.INFO if isinstance(error, Transient) else logging.WARNING
            log.log(level, "receipt_waits", holder=int(holder), reason=error.code)

    async def _settle(self, batch: AskedBatch, receipt: AskedReceipt) -> None:
        answer = await self._sent(receipt)
        if self._absences.ended(receipt.holder, (receipt.batch_id, receipt.holder)):
            log.info("receipts_go_on", holder=int(receipt.holder))
        if isinstance(answer, int) and answer in TOO_LITTLE:
            corrected = await self._corrected(batch, receipt)
            answer = answer if corrected is None else await self._sent(corrected)
        if isinstance(answer, _Answered):
            await self._take(batch, receipt, answer)
            return
        log.warning("receipt_refused", holder=int(receipt.holder), reason=int(answer))
        reply = await self._replies.reply(receipt.batch_id, receipt.holder)
        # Of a batch that was answered anew the holder still counts what it accepted before.
        anew = reply is not None and reply.earlier > 0
        lost = answer in {RefusalReason.UNKNOWN_BATCH, *TOO_LITTLE}
        # A holder that kept the records to itself and forgets the batch in the end has taken its voucher: the
        # ledger gives back what is disputed, and who charged less as well would owe less than was accepted.
        if not anew and receipt.hits and lost and not await self._grievances.noted(receipt):
            await self._writer.correct(batch, receipt.holder, hits=0)
        if answer == RefusalReason.MALFORMED:
            claims = decode_receipt(receipt.frame, count=batch.count).claims
            await self._grievances.note(
                batch, receipt, dict.fromkeys((one.index for one in claims), DisputeGround.WRONG)
            )
        await self._journal.refused(receipt.batch_id, receipt.holder, answer)
        REFUSED.labels("a holder", reason_name(answer)).inc()

    async def _sent(self, receipt: AskedReceipt) -> "_Answered | int":
        """What the holder makes of it: its disclosures, or its reason for a no. Raises what it waits for."""
        try:
            with timed_stage("settle"):
                message = await self._courier.send_receipt(
                    receipt.holder, receipt.batch_id, statement=receipt.statement, frame=receipt.frame
                )
            body = decode_disclosures(message.frame)
        except (EndpointRefused, PeerUnknown):
            raise
        except WireRefused as error:
            log.warning("disclosures_malformed", holder=int(receipt.holder), reason=error.code)
            return RefusalReason.MALFORMED
        except PeerRefused as error:
            # A holder that was restored from a backup may have lost the batch, and serves nothing of it.
            lost = error.peer_code == UnknownBatch.code
            return RefusalReason.UNKNOWN_BATCH if lost else RefusalReason.RECEIPT_DIFFERS
        except Refused as error:
            log.warning("receipt_not_sent", holder=int(receipt.holder), reason=error.code)
            return RefusalReason.RECEIPT_DIFFERS
        if body.outcome is Outcome.REFUSED:
            return body.reason
        return _Answered(body=body, message=message)

    async def _corrected(self, batch: AskedBatch, receipt: AskedReceipt) -> AskedReceipt | None:
        """The receipt on the base that the holder proves; None when it proves nothing: it stays refused."""
        try:
            voucher = await self._lane.rebased(receipt.holder, receipt.batch_id)
        except Refused as error:
            log.warning("voucher_state_refused", holder=int(receipt.holder), reason=error.code)
            return None
        if voucher is None:
            return None
        corrected = self._writer.on_new_base(batch, receipt, voucher)
        await self._journal.correct(corrected)
        return corrected

    async def _take(self, batch: AskedBatch, receipt: AskedReceipt, answered: "_Answered") -> None:
        body = answered.body
        reply = await self._replies.reply(receipt.batch_id, receipt.holder)
        if reply is None:
            raise Broken("a receipt is journalled for a reply that is not")
        settled = check_disclosures(body.records, reply=reply, notary=self._notary)
        claims = decode_receipt(receipt.frame, count=batch.count).claims
        owed = hits_owed(
            claimed=frozenset(claim.index for claim in claims),
            served=body.served,
            escrowed=await self._grievances.escrowed(receipt),
        )
        if reply.earlier and reply.state is not ReplyState.ACCEPTED:
            await self._lane.correct(receipt.holder, batch.batch_id, Totals())
        elif reply.earlier or len(owed) < receipt.hits:
            # What the holder itself says it did not serve is not owed; what it served wrongly is disputed. Of
            # a reply that came anew both sides count this one now, and no more what came before it.
            await self._writer.correct(batch, receipt.holder, hits=len(owed))
        await self._grievances.note(batch, receipt, _grounds(settled, body))
        settled = replace(settled, answer=_kept(answered.message))
        standing = await self._journal.receipt(receipt.batch_id, receipt.holder)
        if standing is not None and standing.settled is not None:
            # A dispute has brought records before this answer came.
            for record in standing.settled.records:
                settled = with_record(settled, record)
        await self._journal.settled(receipt.batch_id, receipt.holder, settled)


def _kept(message: OpenedMessage) -> HolderAnswer:
    header = message.header
    return HolderAnswer(
        version=header.version,
        key_version=header.sender_key_version,
        sealing_version=header.recipient_key_version,
        signature=message.signature,
        content=message.frame.rstrip(b"\0"),
        frame_size=len(message.frame),
    )


def _grounds(settled: Settled, body: DisclosuresBody) -> dict[int, DisputeGround]:
    """What each claim without a good record can be disputed for."""
    found = ((index, ground_of(reason, served=index in body.served)) for index, reason in settled.unserved)
    return {index: ground for index, ground in found if ground is not None}
