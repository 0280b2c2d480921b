"""Takes a question in: canonical subjects, blinded batches, signed requests, all journalled."""

import asyncio
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oracle.asking.blinding import BlindedBatch, blind_question
from oracle.asking.budget import OwnBudget
from oracle.asking.launching import Launch, OnDisk
from oracle.asking.ports import Clock
from oracle.asking.timing import DeadlineNotAllowed, Timing, committed_timing, express_timing
from oracle.chain.grounds import Ground, ground_of_reference
from oracle.chain.references import References
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.crypto.workers import FEW, Workers
from oracle.domain.asked import AskedBatch, BatchContent, BatchState, Question
from oracle.domain.errors import Refused
from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.messages import Mode, Request
from oracle.domain.reports import QueryAccepted, RawSubject, RefusedSubject
from oracle.domain.settlement import Signed
from oracle.domain.subject import Subject, SubjectType, subject_type
from oracle.peer.bodies.elements import elements_hash, pack_elements, unpack_elements
from oracle.peer.notary import Notary
from oracle.peer.statements import encode_request, parse_request
from oracle.store.asked import AskedJournal
from oracle.store.stretches import AskedStretch
from oracle.subjects import SubjectRefused, canonical

NO_BLOCK = bytes(32)


class NothingToAsk(Refused):
    """No subject of the query is valid, so nothing was sent; the reasons name each of them."""

    code = "nothing_to_ask"


class PurposeUnknown(Refused):
    """The purpose is not one of the governed list."""

    code = "purpose_unknown"


class NobodyToAsk(Refused):
    """No other member in standing has published anything that an express query could be answered from."""

    code = "nobody_to_ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingPolicy:
    """What the institution's configuration says about its questions."""

    default_purpose: int
    default_deadline_s: int
    express_deadline_ms: int
    batch_size: int


class Submission:
    """Writes a question down before anything of it leaves.

    Then `submitted` wakes what commits it; `launch` takes it to the holders once it is written.
    """

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
        budget: OwnBudget,
        references: References,
        submitted: Callable[[], None],
        launch: Callable[[Launch], None],
    ) -> None:
        self._me = me
        self._policy = policy
        self._journal = journal
        self._notary = notary
        self._view = view
        self._clock = clock
        self._workers = workers
        self._budget = budget
        self._references = references
        self._submitted = submitted
        self._launch = launch

    async def submit(
        self,
        subjects: Sequence[RawSubject],
        *,
        purpose: int | None,
        case_reference: str,
        deadline_s: int | None = None,
        mode: Mode = Mode.COMMITTED,
        deadline_ms: int | None = None,
        stretch: AskedStretch | None = None,
    ) -> QueryAccepted:
        """Journal a query with all its batches, or nothing; see `QueryService.submit`."""
        view = self._view
        timing = await self._timing(mode, deadline_s, deadline_ms)
        if len(subjects) <= FEW:
            question = self._question(subjects, purpose, case_reference, timing)
        else:
            # Reading thousands of subjects takes a while: not in the event loop.
            question = await asyncio.to_thread(self._question, subjects, purpose, case_reference, timing)
        batch_size = min(self._policy.batch_size, view.parameter("max_batch_count").value)
        blinded = await self._workers.run_sized(
            len(question.subjects), None, _blind, question, self._prefix_bits(timing), batch_size
        )
        query_id = uuid.uuid4().hex
        batches = tuple(self._sign(query_id, n, question, batch, timing) for n, batch in enumerate(blinded))
        await self._journalled(query_id, question, batches, timing, stretch)
        return accepted(query_id, question, batches)

    async def submit_decoys(self, query_id: str, elements: bytes, *, purpose: int, deadline_s: int) -> None:
        """Journal a batch about elements that only an auditor can open; once, by the query's identifier."""
        timing = committed_timing(deadline_s, longest_s=self._view.parameter("max_deadline_s").value)
        question = Question(
            subjects=(),
            positions=(),
            refused=(),
            purpose=purpose,
            case_reference="",
            deadline_s=deadline_s,
        )
        blinded = BlindedBatch(elements=unpack_elements(elements), openings=())
        batch = self._sign(query_id, 0, question, blinded, timing)
        await self._journalled(query_id, question, (batch,), timing, None)

    async def _timing(self, mode: Mode, deadline_s: int | None, deadline_ms: int | None) -> Timing:
        policy = self._policy
        if mode is Mode.COMMITTED:
            if deadline_ms is not None:
                raise DeadlineNotAllowed("deadline_ms is for express queries; others have deadline_s.")
            return committed_timing(
                policy.default_deadline_s if deadline_s is None else deadline_s,
                longest_s=self._view.parameter("max_deadline_s").value,
            )
        if deadline_s is not None:
            deadline_ms = deadline_s * 1_000 if deadline_ms is None else min(deadline_s * 1_000, deadline_ms)
        return express_timing(
            policy.express_deadline_ms if deadline_ms is None else deadline_ms,
            await self._references.newest(),
        )

    def _prefix_bits(self, timing: Timing) -> dict[SubjectType, int]:
        """As governed now; of express at the reference block, by which holders judge."""
        parameters, at = self._view.parameters, timing.reference
        names = {kind: f"prefix_bits_{int(kind)}" for kind in SubjectType}
        return {
            kind: (parameters.current(name) if at is None else parameters.at_block(name, at.number)).value
            for kind, name in names.items()
        }

    async def _journalled(
        self,
        query_id: str,
        question: Question,
        batches: tuple[AskedBatch, ...],
        timing: Timing,
        stretch: AskedStretch | None,
    ) -> None:
        allowed = self._budget.requires(sum(batch.count for batch in batches))
        if timing.reference is None:
            await self._journal.add(query_id, question, batches, stretch=stretch, allowed=allowed)
            self._submitted()
            return
        holders = self._holders(ground_of_reference(timing.reference))
        issued_at = parse_request(batches[0].content.statement).value.issued_at
        until_ms, on_disk = batches[0].created_at_ms + timing.deadline_ms, OnDisk()
        for batch in batches:
            self._launch(Launch(batch=batch, holders=holders, until_ms=until_ms, on_disk=on_disk))
        with on_disk:
            await self._journal.add_asked(
                query_id,
                question,
                batches,
                holders=holders,
                issued_at=issued_at,
                stretch=stretch,
                allowed=allowed,
            )

    def _holders(self, ground: Ground) -> tuple[MemberId, ...]:
        """Members in standing that had published by the reference block."""
        view = self._view
        found = tuple(
            member.id
            for member in view.members_in_standing()
            if member.id != self._me and ground.publication(view, member.id) is not None
        )
        if not found:
            raise NobodyToAsk(
                "No other member in standing has published anything yet, so an express query would ask "
                "nobody; `riskmesh members` shows who has records."
            )
        return found

    def _question(
        self,
        subjects: Sequence[RawSubject],
        purpose: int | None,
        case_reference: str,
        timing: Timing,
    ) -> Question:
        purpose = self._policy.default_purpose if purpose is None else purpose
        known = self._view.parameter("purpose_count").value
        if not 1 <= purpose <= known:
            raise PurposeUnknown(f"Purpose {purpose} is not on the governed list of 1 to {known}.")
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
            deadline_s=timing.deadline(0),
        )

    def _sign(
        self, query_id: str, ordinal: int, question: Question, blinded: BlindedBatch, timing: Timing
    ) -> AskedBatch:
        packed = pack_elements(blinded.elements)
        case_salt, reference = secrets.token_bytes(32), timing.reference
        # A chain that makes blocks on demand only may have stood still: its last block's time is long past.
        now = max(self._clock.chain_time(), self._clock.wall_ms() // 1_000)
        request = Request(
            mode=timing.mode,
            requester=self._me,
            nonce=secrets.randbits(128),
            elements_hash=elements_hash(packed),
            count=len(blinded.elements),
            purpose=question.purpose,
            case_commitment=keccak256(case_salt + question.case_reference.encode()),
            issued_at=now,
            deadline=timing.deadline(now),
            reference_block=BlockNumber(0) if reference is None else reference.number,
            reference_block_hash=NO_BLOCK if reference is None else reference.hash,
        )
        signed = Signed(value=request, signature=self._notary.sign(request))
        return AskedBatch(
            batch_id=self._notary.batch_id(request),
            query_id=query_id,
            ordinal=ordinal,
            state=BatchState.PREPARED if reference is None else BatchState.ASKED,
            count=request.count,
            deadline=request.deadline,
            created_at_ms=self._clock.wall_ms(),
            committed_at_ms=None,
            content=BatchContent(
                statement=encode_request(signed),
                elements=packed,
                openings=blinded.openings,
                case_salt=case_salt,
                reference=reference,
            ),
        )


def accepted(query_id: str, question: Question, batches: Sequence[AskedBatch]) -> QueryAccepted:
    """What whoever asked is told of a journalled query, however often."""
    return QueryAccepted(
        query_id=query_id,
        batches=tuple("0x" + batch.batch_id.hex() for batch in batches),
        asked=len(question.subjects),
        deadline=batches[0].deadline,
        refused=question.refused,
    )


def _blind(
    question: Question, prefix_bits: dict[SubjectType, int], batch_size: int
) -> tuple[BlindedBatch, ...]:
    return blind_question(question, prefix_bits=prefix_bits, batch_size=batch_size)
