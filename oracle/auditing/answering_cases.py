"""The requester's part in a drawn audit: made from the journal, kept, and its digest put on the chain."""

from typing import Protocol

import structlog

from oracle.auditing.codec import dossier_digest, encode_dossier
from oracle.auditing.gathering import BatchNotKept, Gathering
from oracle.auditing.losing import Loss, encode_loss
from oracle.auditing.picture import Addresses
from oracle.chain.contracts.audit_ledger import AuditLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.domain.asked import BatchState, ReplyState
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import BatchId, MemberId
from oracle.rules.cases import Case
from oracle.store.asked import AskedJournal
from oracle.store.openings import KeptOpening, OpeningJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal

log = structlog.get_logger()
UNDECIDED = frozenset({CaseState.OPEN, CaseState.ANSWERED})
JUDGED = frozenset({ReplyState.ACCEPTED, ReplyState.REJECTED})


class Clock(Protocol):
    """The chain's time."""

    def chain_time(self) -> int: ...


class CaseAnswering:
    """Kept before it is answered; the same file is handed to every auditor until the case is over."""

    def __init__(
        self,
        *,
        me: MemberId,
        addresses: Addresses,
        journal: OpeningJournal,
        gathering: Gathering,
        asked: AskedJournal,
        replies: ReplyJournal,
        receipts: ReceiptJournal,
        ledger: AuditLedger,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        self._me = me
        self._addresses = addresses
        self._journal = journal
        self._gathering = gathering
        self._asked = asked
        self._replies = replies
        self._receipts = receipts
        self._ledger = ledger
        self._lane = lane
        self._view = view
        self._clock = clock

    async def round(self) -> None:
        """Answer what is open, then erase what nobody may ask for any more."""
        now = self._clock.chain_time()
        for case in tuple(self._view.audits.cases.values()):
            if case.kind is CaseKind.DRAWN and case.accused == self._me and case.state(now) in UNDECIDED:
                await self._follow(case, now)
        for case_id in await self._journal.cases():
            over = self._view.audits.cases.get(case_id)
            if over is not None and (over.outcome is not None or over.can_settle(now)):
                await self._journal.erase(case_id)

    def under_audit(self) -> frozenset[BatchId]:
        """Batches of which an opening may still have to be made: nothing of them is forgotten."""
        now = self._clock.chain_time()
        return frozenset(
            BatchId(case.subject)
            for case in self._view.audits.cases.values()
            if case.kind is CaseKind.DRAWN and case.accused == self._me and case.state(now) in UNDECIDED
        )

    async def _follow(self, case: Case, now: int) -> None:
        kept = await self._journal.of(case.id) or await self._made(case, now)
        if kept is None or case.state(now) is not CaseState.OPEN:
            return
        try:
            await self._lane.execute(f"answer:{case.id.hex()}", self._ledger.answer(case.id, kept.digest))
        except TransactionReverted as error:
            log.warning("case_not_answered", case_id=case.id.hex(), reason=error.error)

    async def _made(self, case: Case, now: int) -> KeptOpening | None:
        batch_id = BatchId(case.subject)
        if not await self._decided(batch_id) and now < (case.opened_at + case.answer_by) // 2:
            return None
        try:
            file = encode_dossier(await self._gathering.dossier(batch_id))
        except BatchNotKept:
            log.warning("openings_lost", case_id=case.id.hex(), batch=batch_id.hex())
            file = encode_loss(
                Loss(
                    chain_id=self._addresses.chain_id,
                    registry=self._addresses.registry,
                    case_id=case.id,
                    batch_id=batch_id,
                    member=self._me,
                    noticed_at=now,
                )
            )
        made = KeptOpening(case_id=case.id, digest=dossier_digest(file), file=file)
        if case.answer is not None and case.answer != made.digest:
            # Answered before this store was restored: whatever is made now is not what was answered.
            return None
        return await self._journal.add(made)

    async def _decided(self, batch_id: BatchId) -> bool:
        """Nothing of the batch is under way: every part has ended, every judged reply has its receipt."""
        batch = await self._asked.batch(batch_id)
        if batch is None:
            return True
        if batch.state not in {BatchState.DONE, BatchState.FAILED}:
            return False
        judged = {one.holder for one in await self._replies.replies_of(batch_id) if one.state in JUDGED}
        return judged <= {one.holder for one in await self._receipts.receipts_of(batch_id)}
