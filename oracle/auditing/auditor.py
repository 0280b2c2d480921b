"""An auditor at work: does what the chain says is to be done, and writes down first what it must not lose."""

import secrets
from collections.abc import Awaitable

import structlog

from oracle.auditing.causes import is_beyond_reach
from oracle.auditing.drawn_places import DrawnPlaces
from oracle.auditing.duties import (
    AskPeople,
    CloseEpoch,
    CommitSeed,
    Duty,
    Examine,
    MakeDraw,
    OpenDrawn,
    OpenLeaf,
    Pursue,
    RevealSeed,
    Settle,
    StrikeOff,
    duties,
)
from oracle.auditing.examining import (
    Recomputing,
    beyond_reach,
    examined,
    for_people,
    not_handed_over,
)
from oracle.auditing.fetching import Fetching
from oracle.auditing.hearing import Hearing
from oracle.auditing.own_keys import OwnKeys
from oracle.auditing.questioning import Questioning
from oracle.chain.contracts.audit_ledger import AuditLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.crypto.draws import leaf_id, seed_commitment
from oracle.domain.errors import Refused, Transient
from oracle.rules.cases import Case
from oracle.rules.retention import handed_in_is_kept_since
from oracle.store.examinations import Examination, ExaminationJournal

log = structlog.get_logger()
SEED_SIZE = 32
EPOCHS_KEPT = 16
"""For which seeds stay after their draw."""


class Auditor:
    """Every effect has its intent, so a round that was cut off is simply done again."""

    def __init__(
        self,
        *,
        journal: ExaminationJournal,
        fetching: Fetching,
        hearing: Hearing,
        recomputing: Recomputing,
        questioning: Questioning,
        ledger: AuditLedger,
        lane: Lane,
        view: AllianceView,
        keys: OwnKeys,
        strikes: bool,
        pursues: bool,
    ) -> None:
        """`strikes` and `pursues`: what the configuration calls `strike_off` and `pursue`."""
        self._journal = journal
        self._fetching = fetching
        self._hearing = hearing
        self._recomputing = recomputing
        self._questioning = questioning
        self._ledger = ledger
        self._lane = lane
        self._view = view
        self._keys = keys
        self._strikes = strikes
        self._pursues = pursues
        self._places = DrawnPlaces()

    async def round(self) -> None:
        """All duties of now; one that is refused or has to wait holds up no other."""
        await self._attempt("FollowKeys", self._keys.follow())
        await self._places.follow(self._view)
        for duty in duties(self._view, self._lane.account, self._places):
            await self._attempt(type(duty).__name__, self._do(duty))
        await self._forget()

    async def _attempt(self, task: str, doing: Awaitable[None]) -> None:
        try:
            await doing
        except TransactionReverted as error:
            # Mostly because another auditor was quicker: the view shows it in a moment.
            log.info("duty_refused", task=task, reason=error.error)
        except (Transient, Refused) as error:
            log.warning("duty_waits", task=task, reason=error.code)

    async def _do(self, duty: Duty) -> None:
        match duty:
            case CommitSeed():
                seed = await self._journal.keep_seed(duty.epoch, secrets.token_bytes(SEED_SIZE))
                commitment = seed_commitment(duty.epoch, self._lane.account, seed)
                await self._send(f"seed:{duty.epoch}", self._ledger.commit_seed(duty.epoch, commitment))
            case RevealSeed():
                await self._reveal(duty.epoch)
            case Examine():
                await self._examine(duty)
            case AskPeople():
                await self._ask_people(duty.case)
            case StrikeOff():
                if self._strikes:
                    await self._send(*self._order(duty))
                    log.warning("auditor_struck_off", auditor=duty.auditor, epoch=duty.epoch)
            case Pursue():
                if self._pursues:
                    await self._send(*self._order(duty))
            case _:
                await self._send(*self._order(duty))

    def _order(
        self, duty: CloseEpoch | MakeDraw | StrikeOff | OpenDrawn | OpenLeaf | Pursue | Settle
    ) -> tuple[str, Order]:
        """The intent, and what carries it out."""
        ledger = self._ledger
        match duty:
            case CloseEpoch():
                return f"close:{duty.epoch}", ledger.close_epoch(duty.epoch)
            case MakeDraw():
                return f"draw:{duty.epoch}", ledger.draw(duty.epoch)
            case StrikeOff():
                intent = f"strike:{duty.epoch}:{duty.auditor}"
                return intent, ledger.strike_off(duty.epoch, duty.auditor)
            case OpenDrawn() | OpenLeaf():
                return self._opening(duty)
            case Pursue():
                intent = f"pursue:{duty.accused}:{duty.evidence.hex()}"
                return intent, ledger.open_for_cause(duty.accused, duty.evidence)
            case Settle():
                return f"settle:{duty.case_id.hex()}", ledger.settle(duty.case_id)

    def _opening(self, duty: OpenDrawn | OpenLeaf) -> tuple[str, Order]:
        if isinstance(duty, OpenDrawn):
            order = self._ledger.open_drawn(duty.epoch, duty.requester, duty.batch_id)
            return f"open:{duty.requester}:{duty.batch_id.hex()}", order
        order = self._ledger.open_leaf(duty.epoch, duty.requester, duty.leaf)
        return f"open:{duty.requester}:{leaf_id(duty.leaf).hex()}", order

    async def _reveal(self, epoch: int) -> None:
        seed = await self._journal.seed(epoch)
        if seed is None:
            # Committed from another store: restored in time it can still be revealed; all else goes on.
            log.error("seed_lost", epoch=epoch)
            return
        await self._send(f"reveal:{epoch}", self._ledger.reveal_seed(epoch, seed))

    async def _examine(self, duty: Examine) -> None:
        case = duty.case
        found = await self._journal.of(case.id)
        if found is None:
            made = await self._found(duty)
            if made is None:
                return
            found = await self._journal.keep(made)
        await self._cast(found)

    async def _ask_people(self, case: Case) -> None:
        found = await self._journal.of(case.id)
        if found is None:
            found = await self._journal.keep(for_people(case, await self._fetching.file(case)))
            log.warning("case_for_people", case_id=case.id.hex())
        await self._cast(found)

    async def _cast(self, found: Examination) -> None:
        """Nothing, where no verdict was come to: the case lapses, or a person has not decided yet."""
        if found.found is not None:
            order = self._ledger.cast_verdict(found.case_id, found=found.found, reason=found.reason)
            await self._send(f"verdict:{found.case_id.hex()}", order)

    async def _found(self, duty: Examine) -> Examination | None:
        """None while what is missing may still be had."""
        case = duty.case
        last = self._view.now > case.answer_by + (case.decide_by - case.answer_by) * 3 // 4
        if duty.about is None:
            return await self._hearing.found(case, last=last)
        if is_beyond_reach(case, self._view):
            return beyond_reach(case)
        if self._questioning.waits(case, last=last):
            return None
        try:
            file = await self._fetching.file(case)
        except (Transient, Refused) as error:
            if not last:
                log.warning("opening_waits", case_id=case.id.hex(), reason=error.code)
                return None
            return not_handed_over(case)
        return await examined(case, duty.about, file, self._recomputing, self._questioning, last=last)

    async def _send(self, intent: str, order: Order) -> None:
        await self._lane.execute(intent, order)

    async def _forget(self) -> None:
        if self._view.head is None:
            return
        oldest = handed_in_is_kept_since(
            (case.opened_at for case in self._view.audits.cases.values() if case.outcome is None),
            audit_s=self._view.parameter("audit_retention_s").value,
            now=self._view.now,
        )
        await self._journal.forget(
            seeds_before=self._view.epoch_of(self._view.now) - EPOCHS_KEPT, cases_before=oldest
        )
        await self._questioning.forget(before=oldest)
