"""What a holder presents to an auditor of a case that it has no part in: the receipt that it got, if any."""

from dataclasses import dataclass
from typing import Final

from oracle.auditing.case_files import CaseFileDamaged, case_content, case_file
from oracle.auditing.dossier import KeptReceipt
from oracle.auditing.part_rows import read_receipt_row, receipt_row
from oracle.domain.ids import BatchId
from oracle.peer.bodies.fields import HASH_SIZE, read_bytes, read_map
from oracle.peer.errors import WireRefused

FIRST_LINE: Final = b"riskmesh receipt 1\n"
_CASE, _BATCH, _RECEIPT = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFile:
    """Nothing in it counts before the requester's signature is checked."""

    case_id: bytes
    batch_id: BatchId
    receipt: KeptReceipt | None
    """None where no receipt of this batch was ever settled, or its time is over."""


def encode_receipt_file(file: ReceiptFile) -> bytes:
    content = {_CASE: file.case_id, _BATCH: file.batch_id, _RECEIPT: receipt_row(file.receipt)}
    return case_file(FIRST_LINE, content)


def decode_receipt_file(content: bytes) -> ReceiptFile:
    """Raises `CaseFileDamaged`."""
    value = case_content(content, FIRST_LINE)
    try:
        case, batch, receipt = read_map(value, _CASE, _BATCH, _RECEIPT)
        return ReceiptFile(
            case_id=read_bytes(case, "the case", exactly=HASH_SIZE),
            batch_id=BatchId(read_bytes(batch, "the batch", exactly=HASH_SIZE)),
            receipt=read_receipt_row(receipt),
        )
    except WireRefused as error:
        raise CaseFileDamaged(f"The file is not in the form of its version: {error}") from error
