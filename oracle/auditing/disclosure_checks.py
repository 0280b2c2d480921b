"""Holds what the holder of a dispute shows against what it had committed to. Pure."""

from oracle.asking.disclosures import check_disclosures
from oracle.auditing.case_files import CaseFileDamaged
from oracle.auditing.claim_checks import ClaimFound
from oracle.auditing.disclosure_file import decode_disclosure_file
from oracle.domain.settlement import RefusalReason, ServedRecord, ServedStatus, reason_name
from oracle.peer.notary import Witness
from oracle.rules.cases import Case
from oracle.rules.disputes import Served


def check_served(content: bytes, found: ClaimFound, case: Case, witness: Witness) -> tuple[Served, str]:
    """What it is, and why it is no more."""
    try:
        file = decode_disclosure_file(content)
    except CaseFileDamaged as error:
        return Served.NOT, f"what was handed in does not parse: {error}"
    record = file.record
    if file.case_id != case.id or record is None or record.index != found.index:
        return Served.NOT, "the holder shows no record for the claim"
    return _record(record, found, witness)


def _record(record: ServedRecord, found: ClaimFound, witness: Witness) -> tuple[Served, str]:
    if record.status is ServedStatus.WITHDRAWN:
        return Served.WITHDRAWN, "the holder has erased the record"
    if record.status is ServedStatus.REFUSED:
        return Served.NOT, f"the holder refuses the claim, as {reason_name(record.reason)}"
    settled = check_disclosures([record], reply=found.reply, notary=witness)
    if any(reason == RefusalReason.MALFORMED for _, reason in settled.unserved):
        return Served.NOT, "what the holder shows is not the committed record, or is not signed"
    return Served.RIGHT, ""
