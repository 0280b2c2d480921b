"""Answers express requests in the call that brings them: judged, evaluated and journalled, then replied."""

from dataclasses import dataclass
from typing import ClassVar

import structlog

from oracle.answering.admission import Admission
from oracle.answering.ports import Clock, Turns
from oracle.answering.replying import ReplyMaker
from oracle.answering.service import Lanes
from oracle.chain.grounds import Ground, ground_of_reference
from oracle.chain.references import References, ReferenceUnknown
from oracle.chain.view import AllianceView
from oracle.crypto.errors import CryptoError
from oracle.domain.anchors import Evidence
from oracle.domain.answered import Answer, AnsweredBatch, Envelope
from oracle.domain.errors import Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Mode, Request
from oracle.domain.reference import ReferenceBlock
from oracle.domain.settlement import RefusalReason, Signed
from oracle.peer.bodies.elements import pack_elements
from oracle.peer.bodies.envelope import decode_envelope
from oracle.peer.errors import FrameTooLarge, WireRefused
from oracle.peer.notary import Notary
from oracle.peer.sealed import OpenedMessage
from oracle.peer.statements import parse_request
from oracle.rules.express import (
    Now,
    reference_is_final,
    reference_is_fresh,
    refusal_of_times,
)
from oracle.store.answered import AnswerJournal, KnownRequest
from oracle.store.evidence import EvidenceJournal
from oracle.telemetry.metrics import REFUSED, timed_stage

log = structlog.get_logger()
WAIT_FOR_REFERENCE_S = 2.0


class AnsweredElsewhere(Transient):
    """Another daemon of this member answers this requester at this moment."""

    code: ClassVar[str] = "answered_elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressPolicy:
    """Whom the institution answers at once."""

    serve: bool
    least_score_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A request beside the message that brought it."""

    message: OpenedMessage
    batch_id: BatchId
    requester: MemberId
    signed: Signed[Request]

    @property
    def request(self) -> Request:
        return self.signed.value


class ExpressAnswering:
    """A request gets one reply ever; the same one again gets the same bytes."""

    def __init__(
        self,
        *,
        me: MemberId,
        policy: ExpressPolicy,
        journal: AnswerJournal,
        evidence: EvidenceJournal,
        admission: Admission,
        maker: ReplyMaker,
        notary: Notary,
        references: References,
        view: AllianceView,
        clock: Clock,
        lanes: Lanes,
        turns: Turns,
    ) -> None:
        self._me = me
        self._policy = policy
        self._journal = journal
        self._evidence = evidence
        self._admission = admission
        self._maker = maker
        self._notary = notary
        self._references = references
        self._view = view
        self._clock = clock
        self._lanes = lanes
        self._turns = turns

    async def answer(self, message: OpenedMessage) -> Answer | RefusalReason:
        """The reply, on disk, or why there is none. Raises `Transient` for what is to be asked again."""
        requester, batch_id = message.sender, message.header.batch_id
        case = _Case(
            message=message, batch_id=batch_id, requester=requester, signed=parse_request(message.statement)
        )
        with timed_stage("express_answer"):
            result = await self._judged_or_given(case)
        if isinstance(result, RefusalReason):
            log.info("express_refused", batch=batch_id.hex(), requester=int(requester), reason=result.name)
            REFUSED.labels("us", result.name.lower()).inc()
        return result

    async def _judged_or_given(self, case: _Case) -> Answer | RefusalReason:
        """An answer that was given once is given again, also where it could not be given any more."""
        try:
            result = await self._judge(case)
        except Transient:
            known = await self._known(case)
            if known.batch is None:
                raise
            return _given(known.batch)
        if isinstance(result, RefusalReason):
            known = await self._known(case)
            if known.batch is not None:
                return _given(known.batch)
        return result

    async def _known(self, case: _Case) -> KnownRequest:
        now = self._clock.chain_time()
        since = self._admission.since(now)
        nonce = case.request.nonce
        return await self._journal.known(case.requester, case.batch_id, nonce, now=now, since=since)

    async def _judge(self, case: _Case) -> Answer | RefusalReason:
        """What costs least comes first."""
        reason = self._refusal_of_asker(case) or self._refusal_of_form(case)
        if reason is not None:
            return reason
        try:
            packed = pack_elements(decode_envelope(case.message.frame))
        except WireRefused:
            return RefusalReason.MALFORMED
        reason = self._admission.refusal_of_elements(case.request, packed)
        if reason is not None:
            return reason
        reference = await self._reference(case.request)
        if isinstance(reference, RefusalReason):
            return reference
        envelope = Envelope(statement=case.message.statement, elements=packed, reference=reference)
        if not await self._turns.take(case.requester):
            raise AnsweredElsewhere("Another daemon of this member answers you now; ask again in a moment.")
        try:
            # One at a time per requester: two batches must not both be let in on the same free credit.
            async with self._lanes[case.requester]:
                return await self._admit(case, envelope, reference)
        finally:
            await self._turns.give_back(case.requester)

    def _refusal_of_asker(self, case: _Case) -> RefusalReason | None:
        view, policy = self._view, self._policy
        now = self._clock.chain_time()
        if not view.in_standing(case.requester):
            return RefusalReason.NOT_IN_STANDING
        score = view.score_bps(case.requester, view.epoch_of(now))
        if not policy.serve or score < policy.least_score_bps:
            return RefusalReason.MODE_NOT_SERVED
        # Its cost is taken when no vote can overturn it; until then it gets what draws reach, and no more.
        reports = view.anchors.open_reports_on(case.requester)
        return RefusalReason.MODE_NOT_SERVED if any(one.is_unanswered(now) for one in reports) else None

    def _refusal_of_form(self, case: _Case) -> RefusalReason | None:
        request = case.request
        if request.mode is not Mode.EXPRESS:
            return RefusalReason.MODE_NOT_SERVED
        now = Now(chain=self._clock.chain_time(), wall=self._clock.wall_ms() // 1_000)
        reason = refusal_of_times(request, now)
        if reason is not None:
            return reason
        version = case.message.header.sender_key_version
        if not self._notary.signed_by(request, case.signed.signature, case.requester, version):
            return RefusalReason.BAD_SIGNATURE
        return None

    async def _reference(self, request: Request) -> ReferenceBlock | RefusalReason:
        """The reference block as this member has read it: a requester that is ahead is caught up with."""
        view = self._view
        depth = view.parameter("finality_depth").value

        def read() -> bool:
            head = view.head
            return head is not None and reference_is_final(
                reference_block=request.reference_block, finality_depth=depth, cursor=head.number
            )

        if not read() and not await self._clock.catch_up(read, patience_s=WAIT_FOR_REFERENCE_S):
            raise ReferenceUnknown("This member has not read your reference block as final; ask again.")
        found = await self._references.find(request.reference_block, request.reference_block_hash)
        if found is None:
            raise ReferenceUnknown("This member does not know your reference block; ask at another one.")
        fresh = reference_is_fresh(
            reference_time=found.timestamp,
            head_time=view.now,
            max_age_s=view.parameter("express_max_age_s").value,
        )
        return found if fresh else RefusalReason.REFERENCE_TOO_OLD

    async def _note_reuse(self, case: _Case) -> None:
        """Two requests under one nonce are a breach: the second is kept, as proof, and not answered."""
        log.warning("nonce_reused", requester=int(case.requester), batch=case.batch_id.hex())
        await self._evidence.add_reuse(_evidence(case))

    async def _admit(
        self, case: _Case, envelope: Envelope, reference: ReferenceBlock
    ) -> Answer | RefusalReason:
        ground = ground_of_reference(reference)
        known = await self._known(case)
        if known.batch is not None:
            return _given(known.batch)
        if known.nonce_used_by is not None:
            await self._note_reuse(case)
            return RefusalReason.NONCE_REUSED
        reason = self._admission.refusal(envelope, ground, requester=case.requester, standing=known.standing)
        if reason is not None:
            return reason
        placed = ground.publication(self._view, self._me)
        if placed is None or not await self._maker.can_make(placed):
            return RefusalReason.NOT_READY
        try:
            with timed_stage("evaluate"):
                answer = await self._maker.make(
                    case.batch_id, envelope.elements, placed, requester=case.requester
                )
        except (CryptoError, FrameTooLarge) as error:
            too_large = isinstance(error, FrameTooLarge)
            return RefusalReason.REPLY_TOO_LARGE if too_large else RefusalReason.ELEMENT_INVALID
        return await self._journalled(case, envelope, answer, ground)

    async def _journalled(
        self, case: _Case, envelope: Envelope, answer: Answer, ground: Ground
    ) -> Answer | RefusalReason:
        if await self._journal.answered_at_once(
            _evidence(case),
            envelope,
            answer,
            deadline=case.request.deadline,
            query_fees=self._admission.query_fees(case.request.count, ground),
        ):
            return answer
        # The same request came twice at once, or another under its nonce: the first one's answer stands.
        known = await self._known(case)
        if known.batch is not None:
            return _given(known.batch)
        if known.nonce_used_by is not None:
            await self._note_reuse(case)
        return RefusalReason.NONCE_REUSED


def _given(batch: AnsweredBatch) -> Answer | RefusalReason:
    """One without an answer was committed as well, and is answered that way or not at all."""
    return batch.answer or RefusalReason.MODE_NOT_SERVED


def _evidence(case: _Case) -> Evidence:
    return Evidence(
        requester=case.requester,
        batch_id=case.batch_id,
        nonce=case.request.nonce,
        elements=case.request.count,
        issued_at=case.request.issued_at,
        key_version=case.message.header.sender_key_version,
        statement=case.message.statement,
    )
