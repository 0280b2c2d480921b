"""Recomputes a dossier against the chain: every check one line, whatever the file says of itself.

Pure: views in, a report out. Each line says against whom its failure speaks, so that a holder's lie is not
held against whoever asked.
"""

from collections.abc import Callable

from oracle.auditing.account_checks import AccountFound, check_account
from oracle.auditing.batch_checks import OPENING, batch_checks, subject_of
from oracle.auditing.dossier import Dossier, HolderPart
from oracle.auditing.lines import not_applicable
from oracle.auditing.picture import Picture
from oracle.auditing.reply_checks import ReplyFound, check_reply
from oracle.domain.asked import DisclosedRecord, ReplyState
from oracle.domain.ids import MemberId
from oracle.domain.reports import (
    DisclosedLine,
    DossierReport,
    HolderFolder,
    OpenedLine,
    ProofLine,
    ProofResult,
)
from oracle.domain.settlement import reason_name


def recompute(
    dossier: Dossier, picture: Picture, *, digest: bytes, name_of: Callable[[MemberId], str]
) -> DossierReport:
    """All checks in their order: the batch, then holder by holder.

    `name_of` is asked of known members only.
    """

    def named(member: MemberId) -> str:
        return name_of(member) if member in picture.now.members.all else ""

    checks = list(batch_checks(dossier, picture))
    folders = []
    for part in dossier.holders:
        found = check_reply(part, dossier, picture)
        account = check_account(part, found, dossier, picture)
        checks += [*found.lines, *account.lines]
        folders.append(_folder(part, found, account, named))
    checks += _missing(dossier, picture)
    request = picture.request
    return DossierReport(
        digest="0x" + digest.hex(),
        chain_id=dossier.chain_id,
        registry=dossier.registry,
        batch_id="0x" + picture.batch_id.hex(),
        requester=request.requester,
        requester_name=named(request.requester),
        mode=request.mode.name.lower(),
        issued_at=request.issued_at,
        deadline=request.deadline,
        purpose=request.purpose,
        case_reference=dossier.case_reference,
        stands_in_block=None if picture.ground is None else picture.ground.block_number,
        block_time=None if picture.ground is None else picture.ground.block_timestamp,
        anchor_root=None if dossier.anchor is None else "0x" + dossier.anchor.root.hex(),
        anchor_index=None if dossier.anchor is None else dossier.anchor.place.index,
        elements=tuple(_opened(index, one.subject) for index, one in enumerate(dossier.opened)),
        holders=tuple(folders),
        checks=tuple(checks),
        unclaimed=_unclaimed(checks, folders),
    )


def _unclaimed(checks: list[ProofLine], folders: list[HolderFolder]) -> int | None:
    if any(line.name in OPENING and line.result is ProofResult.FAILED for line in checks):
        return None
    return sum(len(folder.unclaimed) for folder in folders)


def _missing(dossier: Dossier, picture: Picture) -> list[ProofLine]:
    """Holders that had published, and of which the dossier says nothing: only they can say what they sent."""
    ground = picture.ground
    if ground is None:
        return []
    there = {part.holder for part in dossier.holders}
    return [
        not_applicable("reply", "The dossier says nothing of this holder.", holder=member)
        for member, found in sorted(picture.then.members.all.items())
        if member != picture.request.requester
        and member not in there
        and found.stands_at(ground.block_timestamp)
        and ground.publication(picture.now, member) is not None
    ]


def _opened(index: int, encoded: bytes) -> OpenedLine:
    subject = subject_of(encoded)
    if subject is None:
        return OpenedLine(index=index, type="unknown", value=encoded.hex())
    return OpenedLine(index=index, type=subject.type.label, value=subject.value)


def _folder(
    part: HolderPart, found: ReplyFound, account: AccountFound, name_of: Callable[[MemberId], str]
) -> HolderFolder:
    head = found.head
    state = part.state
    if part.reply is not None:
        state = ReplyState.REJECTED if found.proven is None else ReplyState.ACCEPTED
    return HolderFolder(
        holder=part.holder,
        name=name_of(part.holder),
        state=state.value,
        reason=reason_name(part.reason) if part.reason else "",
        answered_at=None if head is None else head.answered_at,
        sequence=None if head is None else head.sequence,
        snapshot_block=None if head is None else head.snapshot_block,
        root=None if head is None else "0x" + head.root.hex(),
        hits=() if found.proven is None else tuple(hit.index for hit in found.proven.hits),
        claimed=account.claimed,
        unclaimed=account.unclaimed,
        disclosed=tuple(line for one in account.disclosed for line in _disclosed(one)),
        charge=None if account.charge is None else account.charge.amount,
        voucher_amount=None if account.voucher is None else account.voucher.amount,
    )


def _disclosed(one: DisclosedRecord) -> list[DisclosedLine]:
    return [
        DisclosedLine(
            index=one.index,
            category=item.category.label,
            severity=item.severity,
            reason_code=item.reason_code,
            confidence_bps=item.confidence_bps,
            first_seen_day=item.first_seen_day,
            last_seen_day=item.last_seen_day,
            holder_reference=item.holder_reference,
        )
        for item in one.record.items
    ]
