"""A holder's word in a case that it has no part in: what the accused told it of its reply."""

from typing import ClassVar

from oracle.auditing.causes import audited_place, batch_evidence
from oracle.auditing.dossier import KeptReceipt
from oracle.auditing.receipt_file import ReceiptFile, encode_receipt_file
from oracle.chain.view import AllianceView
from oracle.domain.audits import CaseKind
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId
from oracle.rules.cases import Case
from oracle.store.taken_receipts import TakenReceipts


class NotUnderAudit(Refused):
    """The case that an auditor names is not about the batch whose receipt it asks for."""

    code: ClassVar[str] = "not_under_audit"


class Presenting:
    """Reads; writes nothing, and shows nothing but receipts that were settled."""

    def __init__(self, *, receipts: TakenReceipts, view: AllianceView) -> None:
        self._receipts = receipts
        self._view = view

    async def file(self, case: Case, batch_id: BatchId) -> bytes:
        """Raises `NotUnderAudit`."""
        if not self._is_about(case, batch_id):
            raise NotUnderAudit("The case that the auditor names is not about this batch.")
        taken = await self._receipts.of(case.accused, batch_id)
        kept = None if taken is None else KeptReceipt(statement=taken.statement, frame=taken.frame)
        return encode_receipt_file(ReceiptFile(case_id=case.id, batch_id=batch_id, receipt=kept))

    def _is_about(self, case: Case, batch_id: BatchId) -> bool:
        if audited_place(case, self._view) is not None:
            # Which of the express batches stands at that place, only the accused and its dossier can say.
            return self._view.commitment(case.accused, batch_id) is None
        if case.kind is CaseKind.CAUSE:
            return case.subject == batch_evidence(case.accused, batch_id)
        return case.kind is CaseKind.DRAWN and case.subject == batch_id
