"""A member's part in its cases: made from the journals and kept; an answer's digest goes on the chain."""

from typing import ClassVar, Protocol

import structlog

from oracle.auditing.accusing import Accusing
from oracle.auditing.case_files import file_digest
from oracle.auditing.causes import audited, batch_evidence, place_evidence
from oracle.auditing.drawn import DrawnBatches
from oracle.auditing.gathering import BatchNotKept, Gathering
from oracle.auditing.losing import Loss, encode_loss
from oracle.auditing.picture import Addresses
from oracle.auditing.rebuttal_file import RebuttalFile, encode_rebuttal_file
from oracle.auditing.serving import Serving
from oracle.chain.contracts.audit_ledger import AuditLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.crypto.draws import leaf_id
from oracle.domain.asked import BatchState, ReplyState
from oracle.domain.audits import AnchorLeaf, CaseKind, CaseState
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import UnknownReference
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

    async def reached(self, block: int) -> None:
        """Returns once the block is read."""


class Places(Protocol):
    """Where batches that this member answered stand in anchors, as their requesters have proven."""

    async def place(self, requester: MemberId, batch_id: BatchId) -> AnchorLeaf | None: ...


class CaseNotOpen(Refused):
    """The case waits for no answer that a person could give."""

    code: ClassVar[str] = "case_not_open"


class CaseAnswering:
    """Kept before it is answered; what is kept is handed to every auditor until the case is over."""

    def __init__(
        self,
        *,
        me: MemberId,
        addresses: Addresses,
        journal: OpeningJournal,
        serving: Serving,
        accusing: Accusing,
        gathering: Gathering,
        drawn: DrawnBatches,
        places: Places,
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
        self._serving = serving
        self._accusing = accusing
        self._gathering = gathering
        self._drawn = drawn
        self._places = places
        self._asked = asked
        self._replies = replies
        self._receipts = receipts
        self._ledger = ledger
        self._lane = lane
        self._view = view
        self._clock = clock

    async def round(self) -> None:
        """Answer what is open, show what is disputed, erase what nobody may ask for any more."""
        now = self._clock.chain_time()
        for case in tuple(self._view.audits.cases.values()):
            if case.state(now) not in UNDECIDED:
                continue
            if case.accused == self._me and self._by_itself(case):
                await self._follow(case, now)
            elif case.opener == self._me and case.kind is CaseKind.DISPUTE:
                await self._journal.of(case.id) or await self._accusing.made(case)
        for case_id in await self._journal.cases():
            over = self._view.audits.cases.get(case_id)
            if over is not None and (over.outcome is not None or over.can_settle(now)):
                await self._journal.erase(case_id)

    async def take(self, case: Case, content: bytes) -> None:
        """What an auditor hands over: to the accused of a dispute the claim, to its opener the record."""
        if case.kind is not CaseKind.DISPUTE:
            return
        if case.accused == self._me:
            await self._serving.take(case, content)
        else:
            await self._accusing.take(case, content)

    async def answer_by_hand(self, case_id: bytes, *, name: str, content: bytes) -> None:
        """Answer with a file of the institution's own, which auditors then fetch. Raises `CaseNotOpen`."""
        case = self._view.audits.cases.get(case_id)
        if case is None or case.accused != self._me:
            raise UnknownReference("There is no case of this identifier against this member.")
        if self._by_itself(case) or case.state(self._clock.chain_time()) is not CaseState.OPEN:
            raise CaseNotOpen(
                "Disputes and audits of batches are answered by the daemon, other cases once and in time."
            )
        file = encode_rebuttal_file(RebuttalFile(case_id=case_id, name=name, content=content))
        made = KeptOpening(case_id=case_id, digest=file_digest(file), file=file)
        if (await self._journal.add(made)).digest != made.digest:
            raise CaseNotOpen("This case is being answered with another file already; the first one stands.")
        row = await self._lane.execute(_intent(case), self._ledger.answer(case_id, made.digest))
        await self._clock.reached(row.block_number or 0)

    async def open_for_cause(self, accused: MemberId, batch_id: BatchId) -> bytes:
        """Have auditors look at a batch of another member; returns the case."""
        evidence = await self._evidence(accused, batch_id)
        order = self._ledger.open_for_cause(accused, evidence)
        row = await self._lane.execute(f"cause:{accused}:{batch_id.hex()}", order)
        await self._clock.reached(row.block_number or 0)
        found = (
            case.id
            for case in self._view.audits.cases.values()
            if (case.accused, case.opener, case.subject) == (accused, self._me, evidence)
        )
        return next(found)

    async def _evidence(self, accused: MemberId, batch_id: BatchId) -> bytes:
        if accused != self._me and self._view.commitment(accused, batch_id) is not None:
            return batch_evidence(accused, batch_id)
        leaf = await self._places.place(accused, batch_id)
        if leaf is not None and self._view.anchors.anchor(accused, leaf.root) is not None:
            return place_evidence(accused, leaf)
        raise UnknownReference(
            f"Member {accused} is no other member that has committed such a batch, or has shown us where it "
            "stands in an anchor."
        )

    def under_audit(self) -> frozenset[BatchId]:
        """Committed batches of which an opening may still have to be made: nothing of them is forgotten.

        Those in anchors are kept as long as their anchors, which is longer than a case can wait for them.
        """
        now = self._clock.chain_time()
        return frozenset(
            about
            for case in self._view.audits.cases.values()
            if case.accused == self._me and case.state(now) in UNDECIDED
            for about in (audited(case, self._view),)
            if about is not None and not isinstance(about, AnchorLeaf)
        )

    def _by_itself(self, case: Case) -> bool:
        """What the daemon answers from its journals; a person answers the others."""
        return case.kind is CaseKind.DISPUTE or audited(case, self._view) is not None

    async def _follow(self, case: Case, now: int) -> None:
        kept = await self._journal.of(case.id) or await self._made(case, now)
        if kept is None or case.state(now) is not CaseState.OPEN:
            return
        try:
            await self._lane.execute(_intent(case), self._ledger.answer(case.id, kept.digest))
        except TransactionReverted as error:
            log.warning("case_not_answered", case_id=case.id.hex(), reason=error.error)
        else:
            log.warning("case_answered", case_id=case.id.hex())

    async def _made(self, case: Case, now: int) -> KeptOpening | None:
        about = audited(case, self._view)
        if about is None:
            return await self._serving.made(case)
        if isinstance(about, AnchorLeaf):
            # An anchor that is gone leaves the batch unknown, and lost.
            about = await self._drawn.of(about) or BatchId(leaf_id(about))
        return await self._opened(case, about, now)

    async def _opened(self, case: Case, batch_id: BatchId, now: int) -> KeptOpening | None:
        if not await self.decided(batch_id) and now < (case.opened_at + case.answer_by) // 2:
            return None
        try:
            file = await self._gathering.file(batch_id)
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
        made = KeptOpening(case_id=case.id, digest=file_digest(file), file=file)
        if case.answer is not None and case.answer != made.digest:
            # Answered before this store was restored: whatever is made now is not what was answered.
            return None
        return await self._journal.add(made)

    async def decided(self, batch_id: BatchId) -> bool:
        """Nothing of the batch is under way: every part has ended, every judged reply has its receipt."""
        batch = await self._asked.batch(batch_id)
        if batch is None:
            return True
        if batch.state not in {BatchState.DONE, BatchState.FAILED}:
            return False
        judged = {one.holder for one in await self._replies.replies_of(batch_id) if one.state in JUDGED}
        return judged <= {one.holder for one in await self._receipts.receipts_of(batch_id)}


def _intent(case: Case) -> str:
    return f"answer:{case.id.hex()}"
