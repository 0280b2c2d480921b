"""Checks of a dossier against what holders present: nobody but the requester can have signed it. Pure.

A holder has to be asked only where the dossier does not show its own signed answer to the claims.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from oracle.auditing.account_checks import read_receipt
from oracle.auditing.answer_checks import signed_answer
from oracle.auditing.batch_checks import FIRST
from oracle.auditing.case_files import CaseFileDamaged
from oracle.auditing.dossier import Dossier, HolderPart, KeptReceipt
from oracle.auditing.lines import failed
from oracle.auditing.picture import Picture
from oracle.auditing.receipt_file import decode_receipt_file
from oracle.domain.asked import ReplyState
from oracle.domain.ids import MemberId
from oracle.domain.messages import Outcome, Receipt
from oracle.domain.reports import DossierReport, HolderFolder, Party
from oracle.domain.settlement import ReceiptBody, ServedStatus, Signed
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.errors import WireRefused
from oracle.rules.cases import Case
from oracle.rules.presented import Said, hides

PRESENTED = "receipt presented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """A report, and what it was made of."""

    dossier: Dossier
    picture: Picture
    report: DossierReport


def unheard(found: Recomputed) -> tuple[MemberId, ...]:
    """Holders that may have got a receipt, and whose own word on it the dossier does not have."""
    parts = {part.holder: part for part in found.dossier.holders}
    folders = {folder.holder: folder for folder in found.report.holders}
    return tuple(
        holder
        for holder in _asked(found.picture)
        if holder not in parts or not _heard(parts[holder], folders[holder], found.picture)
    )


def with_presented(found: Recomputed, files: Mapping[MemberId, bytes], case: Case) -> DossierReport:
    """The report with what speaks against the requester: of such a reply any element may have been a hit."""
    report, count = found.report, found.picture.request.count
    parts = {part.holder: part for part in found.dossier.holders}
    folders = {folder.holder: folder for folder in report.holders}
    for holder, file in sorted(files.items()):
        presented = _genuine(file, holder, case, found.picture)
        if presented is None or not hides(_shown(parts.get(holder), count), presented):
            continue
        why = (
            "The holder presents a receipt that the dossier does not show."
            if holder not in parts or parts[holder].receipt is None
            else "The holder presents a receipt that says another thing than the one in the dossier."
        )
        line = failed(PRESENTED, why, Party.REQUESTER, holder=holder)
        counted = len(folders[holder].unclaimed) if holder in folders else 0
        unclaimed = None if report.unclaimed is None else report.unclaimed - counted + count
        report = replace(report, checks=(*report.checks, line), unclaimed=unclaimed)
    return report


def _asked(picture: Picture) -> list[MemberId]:
    """Whoever could answer the batch; every member where it rests on no block of the chain."""
    ground, requester = picture.ground, picture.request.requester
    return [
        member
        for member, found in sorted(picture.then.members.all.items())
        if member != requester
        and (
            ground is None
            or (
                found.stands_at(ground.block_timestamp)
                and ground.publication(picture.now, member) is not None
            )
        )
    ]


def _heard(part: HolderPart, folder: HolderFolder, picture: Picture) -> bool:
    """Whether the holder itself has signed that it got these very claims: then it has nothing to add."""
    if folder.state != ReplyState.ACCEPTED or part.answer is None:
        return False
    shown = _shown(part, picture.request.count)
    if shown is None or not shown.accepted or not signed_answer(part.answer, part.holder, picture):
        return False
    try:
        body = decode_disclosures(part.answer.frame)
    except WireRefused:
        return False
    # A claim that it refused it may have got with another opening than the dossier shows.
    served = all(one.status is not ServedStatus.REFUSED for one in body.records)
    same = [one.index for one in body.records] == [index for index, _, _ in shown.claims]
    return body.outcome is Outcome.ACCEPTED and served and same


def _shown(part: HolderPart | None, count: int) -> Said | None:
    read = None if part is None or part.receipt is None else read_receipt(part.receipt, count=count)
    return None if read is None else _said(*read)


def _genuine(file: bytes, holder: MemberId, case: Case, picture: Picture) -> Said | None:
    """What the requester told this holder of this batch; None for what it did not sign."""
    kept = _presented(file, case, picture)
    read = None if kept is None else read_receipt(kept, count=picture.request.count)
    if read is None:
        return None
    signed, receipt = read[0], read[0].value
    if (receipt.batch_id, receipt.holder) != (picture.batch_id, holder):
        return None
    if not picture.witness.signed_since(receipt, signed.signature, picture.request.requester, FIRST):
        return None
    return _said(*read)


def _presented(file: bytes, case: Case, picture: Picture) -> KeptReceipt | None:
    try:
        found = decode_receipt_file(file)
    except CaseFileDamaged:
        return None
    return found.receipt if (found.case_id, found.batch_id) == (case.id, picture.batch_id) else None


def _said(signed: Signed[Receipt], body: ReceiptBody) -> Said:
    return Said(
        accepted=signed.value.outcome is Outcome.ACCEPTED,
        reason=signed.value.reason,
        claims=tuple((one.index, one.subject, one.blind) for one in body.claims),
    )
