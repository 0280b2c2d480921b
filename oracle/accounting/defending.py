"""The accused's side: answers disputes in time with what was kept; only its digest goes on the chain."""

import secrets
from typing import ClassVar

import structlog

from oracle.accounting.ports import Clock
from oracle.chain.books.audits import Auditor
from oracle.chain.contracts.audit_ledger import AuditLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.crypto.sealing import SUITE_NUMBER, seal
from oracle.domain.answered import AnsweredBatch
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.disputes import CaseAnswer
from oracle.domain.errors import Refused
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.reports import UnknownReference
from oracle.peer.bodies.case_answer import (
    CaseAnswerBody,
    case_answer_digest,
    case_answer_info,
    encode_case_answer,
)
from oracle.peer.notary import Notary
from oracle.rules.cases import Case
from oracle.store.answered import AnswerJournal
from oracle.store.disputes import CaseAnswers, ClaimedJournal

log = structlog.get_logger()
SALT_SIZE = 16


class AuditorUnknown(Refused):
    """Answers are sealed to auditors in office only, and to keys of a suite that this version knows."""

    code: ClassVar[str] = "auditor_unknown"


class CaseNotOpen(Refused):
    """The case waits for no answer that a person could give."""

    code: ClassVar[str] = "case_not_open"


class Defending:
    """Who does not answer has lost; what is answered is written first, and the first answer stands."""

    def __init__(
        self,
        *,
        me: MemberId,
        journal: CaseAnswers,
        claimed: ClaimedJournal,
        answers: AnswerJournal,
        notary: Notary,
        ledger: AuditLedger,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        self._me = me
        self._journal = journal
        self._claimed = claimed
        self._answers = answers
        self._notary = notary
        self._ledger = ledger
        self._lane = lane
        self._view = view
        self._clock = clock

    async def round(self) -> None:
        """Answer every dispute against this member that is open."""
        now = self._clock.chain_time()
        for case in self._view.audits.newest_cases():
            mine = case.accused == self._me and case.kind is CaseKind.DISPUTE
            if mine and case.state(now) is CaseState.OPEN:
                await self._answer(case)

    async def sealed_for(self, case_id: bytes, auditor: Address) -> bytes:
        """The answer to a case, sealed to one auditor in office by its newest key, under a key used once."""
        answer = await self._journal.get(case_id)
        if answer is None:
            raise UnknownReference("This member has answered no case of this identifier.")
        found = self._view.audits.auditors.get(auditor)
        if found is None or found.sealing_suite != SUITE_NUMBER:
            raise AuditorUnknown(f"{auditor} is no auditor in office with a key that this version seals to.")
        return _sealed(answer, found)

    async def answer_by_hand(self, case_id: bytes, digest: bytes) -> None:
        """Put the digest of what the institution itself has to say on the chain."""
        case = self._view.audits.cases.get(case_id)
        if case is None or case.accused != self._me:
            raise UnknownReference("There is no case of this identifier against this member.")
        by_itself = case.kind in {CaseKind.DISPUTE, CaseKind.DRAWN}
        if by_itself or case.state(self._clock.chain_time()) is not CaseState.OPEN:
            raise CaseNotOpen(
                "Disputes and drawn audits are answered by the daemon, other cases once and in time."
            )
        row = await self._lane.execute(f"answer:{case_id.hex()}", self._ledger.answer(case_id, digest))
        await self._clock.reached(row.block_number or 0)

    async def digest_of(self, case_id: bytes) -> bytes | None:
        """Of the answer that is kept, whether or not it has reached the chain."""
        answer = await self._journal.get(case_id)
        return None if answer is None else answer.digest

    async def _answer(self, case: Case) -> None:
        answer = await self._journal.get(case.id) or await self._journal.add(await self._made(case))
        try:
            row = await self._lane.execute(
                f"answer:{case.id.hex()}", self._ledger.answer(case.id, answer.digest)
            )
        except TransactionReverted as error:
            log.warning("case_not_answered", intent=f"answer:{case.id.hex()}", reason=error.code)
            return
        log.warning("case_answered", intent=f"answer:{case.id.hex()}")
        await self._clock.reached(row.block_number or 0)

    async def _made(self, case: Case) -> CaseAnswer:
        batch, index = await self._kept(case)
        answer, envelope = (None, None) if batch is None else (batch.answer, batch.envelope)
        body = CaseAnswerBody(
            case_id=case.id,
            requester=case.opener or MemberId(0),
            batch_id=BatchId(b"") if batch is None else batch.batch_id,
            index=index,
            request=b"" if envelope is None else envelope.statement,
            head=b"" if answer is None else answer.statement,
            receipt_digest=b"" if batch is None else batch.receipt_digest or b"",
            disclosures=b"" if batch is None else (batch.disclosures or b"").rstrip(b"\0"),
        )
        content = encode_case_answer(body, salt=secrets.token_bytes(SALT_SIZE))
        return CaseAnswer(case_id=case.id, digest=case_answer_digest(content), content=content)

    async def _kept(self, case: Case) -> tuple[AnsweredBatch | None, int]:
        """The batch that the disputed claim is of; by its reply where the claim never came."""
        requester = case.opener
        if requester is None:
            return None, 0
        taken = await self._claimed.of_digest(requester, case.subject)
        if taken is not None:
            return await self._answers.batch(requester, taken.batch_id), taken.index
        for batch_id in await self._answers.answered(requester):
            batch = await self._answers.batch(requester, batch_id)
            if batch is None or batch.answer is None:
                continue
            if self._notary.digest(batch.answer.head) == case.reply_digest:
                return batch, 0
        return None, 0


def _sealed(answer: CaseAnswer, auditor: Auditor) -> bytes:
    return seal(auditor.sealing_key, answer.content, case_answer_info(answer.case_id, auditor.account))
