"""The requester's part in a dispute: shows its claim, and takes the record that the auditors hand on."""

from collections.abc import Callable
from typing import ClassVar

import structlog

from oracle.asking.disclosures import check_disclosures
from oracle.auditing.case_files import file_digest
from oracle.auditing.claim_file import ClaimFile, encode_claim_file
from oracle.auditing.disclosure_file import decode_disclosure_file
from oracle.auditing.dossier import HolderPart
from oracle.auditing.picture import Addresses
from oracle.domain.asked import AskedReceipt, ReplyState
from oracle.domain.disputes import Dispute, DisputeGround
from oracle.domain.errors import Refused
from oracle.domain.settlement import ReceiptClaim
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.notary import Notary
from oracle.peer.statements import parse_reply_head
from oracle.rules.cases import Case
from oracle.store.asked import AskedJournal
from oracle.store.disputes import DisputeJournal
from oracle.store.openings import KeptOpening, OpeningJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal

log = structlog.get_logger()


class NotThisRecord(Refused):
    """What an auditor hands over is not the committed record behind the disputed claim."""

    code: ClassVar[str] = "not_this_record"


class Accusing:
    """Shows what the journals have of a claim; a record that comes late is taken like any other."""

    def __init__(
        self,
        *,
        addresses: Addresses,
        journal: OpeningJournal,
        disputes: DisputeJournal,
        asked: AskedJournal,
        replies: ReplyJournal,
        receipts: ReceiptJournal,
        notary: Notary,
        changed: Callable[[], None],
    ) -> None:
        self._addresses = addresses
        self._journal = journal
        self._disputes = disputes
        self._asked = asked
        self._replies = replies
        self._receipts = receipts
        self._notary = notary
        self._changed = changed

    async def made(self, case: Case) -> KeptOpening | None:
        """None where the journals do not have the claim any more: a store that was set back."""
        dispute = await self._disputes.of_claim(case.accused, case.subject)
        file = None if dispute is None else await self._shown(case, dispute)
        if file is None:
            log.warning("claim_lost", case_id=case.id.hex())
            return None
        content = encode_claim_file(file)
        return await self._journal.add(
            KeptOpening(case_id=case.id, digest=file_digest(content), file=content)
        )

    async def take(self, case: Case, content: bytes) -> None:
        """Raises `NotThisRecord`, or `CaseFileDamaged`."""
        record = decode_disclosure_file(content).record
        dispute = await self._disputes.of_claim(case.accused, case.subject)
        reply = None if dispute is None else await self._replies.reply(dispute.batch_id, dispute.holder)
        if dispute is None or reply is None or record is None:
            raise NotThisRecord("There is no claim of this institution that this could answer.")
        settled = check_disclosures([record], reply=reply, notary=self._notary)
        found = [one for one in settled.records if one.index == dispute.index]
        if not found:
            raise NotThisRecord("It is not the record that the holder had committed to, or not signed.")
        await self._receipts.disclosed(dispute.batch_id, dispute.holder, found[0])
        self._changed()

    async def _shown(self, case: Case, dispute: Dispute) -> ClaimFile | None:
        batch = await self._asked.batch(dispute.batch_id)
        reply = await self._replies.reply(dispute.batch_id, dispute.holder)
        receipt = await self._receipts.receipt(dispute.batch_id, dispute.holder)
        if batch is None or receipt is None or reply is None or reply.received is None:
            return None
        if self._notary.digest(parse_reply_head(reply.received.statement).value) != case.reply_digest:
            return None  # superseded by a reorganisation since
        claim = _claim(receipt, batch.count, dispute.index)
        if claim is None:
            return None
        # What the holder answered shows other records, too: only where its refusal is the point.
        answer = receipt.settled.answer if receipt.settled and _refused(dispute) else None
        return ClaimFile(
            chain_id=self._addresses.chain_id,
            registry=self._addresses.registry,
            case_id=case.id,
            request=batch.content.statement,
            elements=batch.content.elements,
            claim=claim,
            part=HolderPart(
                holder=dispute.holder,
                state=ReplyState.RECEIVED,
                reason=0,
                reply=reply.received,
                receipt=None,
                answer=answer,
            ),
        )


def _claim(receipt: AskedReceipt, count: int, index: int) -> ReceiptClaim | None:
    claims = decode_receipt(receipt.frame, count=count).claims
    return next((one for one in claims if one.index == index), None)


def _refused(dispute: Dispute) -> bool:
    return dispute.ground is DisputeGround.REFUSED
