"""The holder's part in a dispute: shows the record behind the claim, as its journal or its snapshot has it.

A claim that never came with a receipt is served once an auditor hands it over, and its price waits in escrow:
nobody gets a record for nothing.
"""

import secrets
from dataclasses import dataclass, field
from typing import ClassVar

from oracle.answering.claims import OprfIdentity, judge_claims
from oracle.answering.disclosing import Discloser
from oracle.answering.ports import OprfKeys
from oracle.answering.taking import taken_claims
from oracle.auditing.batch_checks import FIRST
from oracle.auditing.case_files import file_digest
from oracle.auditing.claim_file import ClaimFile, decode_claim_file
from oracle.auditing.disclosure_file import DisclosureFile, decode_disclosure_file, encode_disclosure_file
from oracle.chain.grounds import ground_of_commitment, ground_of_reference
from oracle.chain.view import AllianceView
from oracle.crypto.workers import Workers
from oracle.domain.answered import AnsweredBatch
from oracle.domain.disputes import TakenClaim
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.settlement import ServedRecord, ServedStatus
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.fields import SALT_SIZE
from oracle.peer.notary import Notary
from oracle.rules.cases import Case
from oracle.rules.disputes import is_paid
from oracle.store.answered import AnswerJournal
from oracle.store.disputes import ClaimedJournal
from oracle.store.openings import KeptOpening, OpeningJournal
from oracle.store.restoration import RestorationJournal
from oracle.store.vouchers import VoucherJournal


class NotThisClaim(Refused):
    """What an auditor hands over is not the claim that the dispute is about."""

    code: ClassVar[str] = "not_this_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The disputed claim as far as it is known here."""

    requester: MemberId
    taken: TakenClaim | None
    batch: AnsweredBatch | None = field(repr=False)
    record: ServedRecord | None = field(repr=False)
    """What the claim was answered with, if it came with a receipt."""


class Serving:
    """What is handed in is journalled first; a record once shown is shown ever after."""

    def __init__(
        self,
        *,
        me: MemberId,
        journal: OpeningJournal,
        claimed: ClaimedJournal,
        answers: AnswerJournal,
        discloser: Discloser,
        keys: OprfKeys,
        workers: Workers,
        notary: Notary,
        view: AllianceView,
        restoration: RestorationJournal,
        vouchers: VoucherJournal,
    ) -> None:
        self._me = me
        self._journal = journal
        self._claimed = claimed
        self._answers = answers
        self._discloser = discloser
        self._keys = keys
        self._workers = workers
        self._notary = notary
        self._view = view
        self._restoration = restoration
        self._vouchers = vouchers

    async def made(self, case: Case) -> KeptOpening:
        """What answers the case with what is here now."""
        asked = await self._asked(case)
        shown = asked.record if asked.record is not None and _shows(asked.record) else None
        return await self._journal.add(_file(case, shown))

    async def take(self, case: Case, content: bytes) -> None:
        """Serve the claim that an auditor hands over, unless its record is shown already."""
        file = decode_claim_file(content)
        kept = await self._journal.of(case.id)
        shown = None if kept is None else decode_disclosure_file(kept.file).record
        if shown is not None and _shows(shown):
            return
        asked = await self._asked(case, self._notary.batch_id(file.asked()))
        record = asked.record
        if record is None or not _shows(record):
            self._require_claim(case, file)
            record = await self._served(case, file, asked)
            await self._note(case, asked.requester, record)
        # Else its receipt came after the case was answered, and was served.
        if record is not None:
            await self._journal.replace(_file(case, record))

    async def _asked(self, case: Case, batch_id: BatchId | None = None) -> _Asked:
        requester = case.opener or MemberId(0)
        taken = await self._claimed.of_digest(requester, case.subject)
        known = batch_id if taken is None else taken.batch_id
        batch = None if known is None else await self._answers.batch(requester, known)
        record = None
        if taken is not None and batch is not None and batch.disclosures is not None:
            records = decode_disclosures(batch.disclosures).records
            record = next((one for one in records if one.index == taken.index), None)
        return _Asked(requester=requester, taken=taken, batch=batch, record=record)

    def _require_claim(self, case: Case, file: ClaimFile) -> None:
        batch_id = self._notary.batch_id(file.asked())
        statement = file.claim.claim(batch_id=batch_id, holder=self._me)
        right = self._notary.digest(statement) == case.subject and self._notary.signed_since(
            statement, file.claim.signature, case.opener or MemberId(0), FIRST
        )
        if not right:
            raise NotThisClaim("The claim that was handed over is not the one that the dispute is about.")

    async def _served(self, case: Case, file: ClaimFile, asked: _Asked) -> ServedRecord | None:
        """None where there is nothing to serve, and nothing that a withdrawal could be said of."""
        batch, index = asked.batch, file.claim.index
        if batch is None:
            # Past its time, or never asked here: then the requester has no reply of ours to show.
            return ServedRecord(index=index, status=ServedStatus.WITHDRAWN, reason=0)
        if batch.answer is None or batch.envelope is None or index >= batch.count:
            return None
        if not self._paid(case, asked, batch):
            return None
        head = batch.answer.head
        identity = OprfIdentity(
            secret=self._keys.oprf_secret_for_workers(head.oprf_key_version),
            holder=head.holder,
            version=head.oprf_key_version,
        )
        judged = await self._workers.run_for(
            asked.requester, judge_claims, (file.claim,), batch.envelope.elements, identity
        )
        (record,) = await self._discloser.serve(batch.batch_id, head, judged)
        claims = taken_claims((file.claim,), (record,), batch, self._me, self._notary, at=self._view.now)
        for claim in claims:
            if claim.record_digest is not None:
                # Whoever gets a record is told when it is recalled.
                await self._claimed.disclosed(claim)
        return record

    async def _note(self, case: Case, requester: MemberId, record: ServedRecord | None) -> None:
        """That it is served, and not with a receipt: its price counts as accepted once the case is settled.

        Not while the store is an older copy: it may have served and counted the claim before.
        """
        served = record is not None and record.status is ServedStatus.SERVED
        if served and await self._restoration.current() is None:
            await self._vouchers.note_disputed(requester, case.id)

    def _paid(self, case: Case, asked: _Asked, batch: AnsweredBatch) -> bool:
        envelope = batch.envelope
        if envelope is not None and envelope.reference is not None:
            ground = ground_of_reference(envelope.reference)
        else:
            committed = self._view.commitment(asked.requester, batch.batch_id)
            if committed is None:
                return False
            ground = ground_of_commitment(committed)
        return is_paid(
            escrowed=case.amount,
            hit_price=self._view.hit_price(self._me, ground.epoch(self._view)),
            refused_for=None if asked.record is None else asked.record.reason,
        )


def _shows(record: ServedRecord) -> bool:
    return record.status is not ServedStatus.REFUSED


def _file(case: Case, record: ServedRecord | None) -> KeptOpening:
    salt = secrets.token_bytes(SALT_SIZE)
    file = encode_disclosure_file(DisclosureFile(case_id=case.id, salt=salt, record=record))
    return KeptOpening(case_id=case.id, digest=file_digest(file), file=file)
