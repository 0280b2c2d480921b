"""Takes a question in: canonical subjects, blinded batches, signed requests, all journalled."""

import asyncio
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from oracle.asking.blinding import BlindedBatch, blind_question
from oracle.asking.ports import Clock
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.crypto.workers import Workers
from oracle.domain.asked import AskedBatch, BatchContent, BatchState, Question
from oracle.domain.errors import Refused
from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.messages import Mode, Request
from oracle.domain.reports import QueryAccepted, RawSubject, RefusedSubject
from oracle.domain.settlement import Signed
from oracle.domain.subject import Subject, SubjectType, subject_type
from oracle.peer.bodies.elements import elements_hash, pack_elements
from oracle.peer.notary import Notary
from oracle.peer.statements import encode_request
from oracle.store.asked import AskedJournal
from oracle.subjects import SubjectRefused, canonical

NO_BLOCK = bytes(32)


class NothingToAsk(Refused):
    """No subject of the query is valid, so nothing was sent; the reasons name each of them."""

    code = "nothing_to_ask"


class EvaluationBudgetExceeded(Refused):
    """The query has more subjects than this institution may still ask about in this epoch."""

    code = "evaluation_budget_exceeded"


class PurposeUnknown(Refused):
    """The purpose is not one of the governed list."""

    code = "purpose_unknown"


class DeadlineNotAllowed(Refused):
    """The chain would refuse a batch with such a deadline."""

    code = "deadline_not_allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingPolicy:
    """What the institution's configuration says about its questions."""

    default_purpose: int
    default_deadline_s: int
    batch_size: int


class Submission:
    """Writes a question down before anything of it leaves; `submitted` wakes what commits it."""

    def __init__(
        self,
        *,
        me: MemberId,
        policy: AskingPolicy,
        journal: AskedJournal,
        notary: Notary,
        view: AllianceView,
        clock: Clock,
        workers: Workers,
        submitted: Callable[[], None],
    ) -> None:
        self._me = me
        self._policy = policy
        self._journal = journal
        self._notary = notary
        self._view = view
        self._clock = clock
        self._workers = workers
        self._submitted = submitted

    async def submit(
        self,
        subjects: Sequence[RawSubject],
        *,
        purpose: int | None,
        case_reference: str,
        deadline_s: int | None,
    ) -> QueryAccepted:
        """Journal a query with all its batches, or nothing; see `QueryService.submit`."""
        view = self._view
        # Reading thousands of subjects takes a while: not in the event loop.
        question = await asyncio.to_thread(self._question, subjects, purpose, case_reference, deadline_s)
        await self._require_budget(len(question.subjects))
        batch_size = min(self._policy.batch_size, view.parameter("max_batch_count").value)
        blinded = await self._workers.run(
            _blind,
            question,
            {kind: view.parameter(f"prefix_bits_{int(kind)}").value for kind in SubjectType},
            batch_size,
        )
        query_id = uuid.uuid4().hex
        batches = tuple(self._sign(query_id, n, question, batch) for n, batch in enumerate(blinded))
        await self._journal.add(query_id, question, batches)
        self._submitted()
        return QueryAccepted(
            query_id=query_id,
            batches=tuple("0x" + batch.batch_id.hex() for batch in batches),
            asked=len(question.subjects),
            deadline=batches[0].deadline,
            refused=question.refused,
        )

    async def _require_budget(self, subjects: int) -> None:
        """Refuse at the edge what the ledger would refuse; what is prepared counts as used."""
        now, view = self._clock.chain_time(), self._view
        epoch = view.epoch_of(now)
        budget = view.budget(self._me, epoch)
        limit = max(budget.limit, view.entitlement(self._me, epoch))
        used = budget.used + await self._journal.prepared_elements()
        if used + subjects > limit:
            renews = datetime.fromtimestamp(view.parameters.checkpoint_at(now).end_of(epoch), UTC)
            raise EvaluationBudgetExceeded(
                f"This query has {subjects} subjects; {used} of this epoch's {limit} evaluations are used. "
                f"The budget renews at {renews:%Y-%m-%d %H:%M:%S} UTC; ask fewer subjects, or ask after that."
            )

    def _question(
        self,
        subjects: Sequence[RawSubject],
        purpose: int | None,
        case_reference: str,
        deadline_s: int | None,
    ) -> Question:
        purpose = self._policy.default_purpose if purpose is None else purpose
        known = self._view.parameter("purpose_count").value
        if not 1 <= purpose <= known:
            raise PurposeUnknown(f"Purpose {purpose} is not on the governed list of 1 to {known}.")
        deadline_s = self._policy.default_deadline_s if deadline_s is None else deadline_s
        longest = self._view.parameter("max_deadline_s").value
        if not 1 <= deadline_s <= longest:
            raise DeadlineNotAllowed(
                f"A deadline of {deadline_s} s is not between 1 and the agreed {longest}."
            )
        accepted: list[tuple[int, Subject]] = []
        refused: list[RefusedSubject] = []
        for index, raw in enumerate(subjects):
            kind = subject_type(raw.type)
            if kind is None:
                refused.append(RefusedSubject(index=index, reason="the subject type is not known"))
                continue
            try:
                accepted.append((index, canonical(kind, raw.value)))
            except SubjectRefused as error:
                refused.append(RefusedSubject(index=index, reason=str(error)))
        if not accepted:
            reasons = "; ".join(sorted({line.reason for line in refused})[:3]) or "it is empty"
            raise NothingToAsk(f"The query names no valid subject: {reasons}")
        return Question(
            subjects=tuple(subject for _, subject in accepted),
            positions=tuple(index for index, _ in accepted),
            refused=tuple(refused),
            purpose=purpose,
            case_reference=case_reference,
            deadline_s=deadline_s,
        )

    def _sign(self, query_id: str, ordinal: int, question: Question, blinded: BlindedBatch) -> AskedBatch:
        packed = pack_elements(blinded.elements)
        case_salt = secrets.token_bytes(32)
        # A chain that makes blocks on demand only may have stood still: its last block's time is long past.
        now = max(self._clock.chain_time(), self._clock.wall_ms() // 1_000)
        request = Request(
            mode=Mode.COMMITTED,
            requester=self._me,
            nonce=secrets.randbits(128),
            elements_hash=elements_hash(packed),
            count=len(blinded.elements),
            purpose=question.purpose,
            case_commitment=keccak256(case_salt + question.case_reference.encode()),
            issued_at=now,
            deadline=now + question.deadline_s,
            reference_block=BlockNumber(0),
            reference_block_hash=NO_BLOCK,
        )
        signed = Signed(value=request, signature=self._notary.sign(request))
        return AskedBatch(
            batch_id=self._notary.batch_id(request),
            query_id=query_id,
            ordinal=ordinal,
            state=BatchState.PREPARED,
            count=request.count,
            deadline=request.deadline,
            created_at_ms=self._clock.wall_ms(),
            committed_at_ms=None,
            content=BatchContent(
                statement=encode_request(signed),
                elements=packed,
                openings=blinded.openings,
                case_salt=case_salt,
            ),
        )


def _blind(
    question: Question, prefix_bits: dict[SubjectType, int], batch_size: int
) -> tuple[BlindedBatch, ...]:
    return blind_question(question, prefix_bits=prefix_bits, batch_size=batch_size)
