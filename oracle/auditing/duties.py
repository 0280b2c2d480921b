"""What an auditor has to do now, decided from the chain alone: seeds, draws, cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from oracle.auditing.causes import Audited, audited, to_pursue
from oracle.auditing.drawn_places import DrawnPlaces
from oracle.chain.books.audits import Draw
from oracle.chain.view import AllianceView
from oracle.crypto.draws import falls_on, leaf_id
from oracle.domain.audits import AnchorLeaf, CaseKind
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.rules.cases import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSeed:
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEpoch:
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealSeed:
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeDraw:
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeOff:
    """Takes the office of another auditor that withheld its seed."""

    epoch: int
    auditor: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDrawn:
    epoch: int
    requester: MemberId
    batch_id: BatchId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pursue:
    """Audit another batch of a member that a draw has caught."""

    accused: MemberId
    evidence: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLeaf:
    epoch: int
    requester: MemberId
    leaf: AnchorLeaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Examine:
    case: Case
    about: Audited | None = None
    """None of a dispute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPeople:
    """Get what the accused has answered with, and cast the verdict that a person has written down.

    What evidence that names nothing on the chain is worth, no program can say; what the contract has proven
    stands unless people find otherwise.
    """

    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    case_id: bytes


Duty: TypeAlias = (
    CommitSeed
    | CloseEpoch
    | RevealSeed
    | MakeDraw
    | StrikeOff
    | OpenDrawn
    | OpenLeaf
    | Pursue
    | Examine
    | AskPeople
    | Settle
)


def duties(view: AllianceView, me: Address, places: DrawnPlaces) -> tuple[Duty, ...]:
    """In the order in which they are urgent. None for whoever is no auditor in office."""
    if me not in view.audits.auditors or view.head is None:
        return ()
    now = view.now
    current = view.epoch_of(now)
    found: list[Duty] = []
    for draw in view.audits.draws.values():
        found += _of_draw(draw, me, now=now, current=current)
        found += _withheld(draw, view, me)
    coming = view.audits.draws.get(current + 1)
    if coming is None or me not in coming.commitments:
        found.append(CommitSeed(epoch=current + 1))
    found += _drawn(view, places)
    found += (Pursue(accused=accused, evidence=evidence) for accused, evidence in to_pursue(view, me, places))
    for case in view.audits.cases.values():
        if case.takes_verdicts(now) and all(auditor != me for auditor, _ in case.verdicts):
            about = audited(case, view)
            if case.kind is CaseKind.DISPUTE or about is not None:
                found.append(Examine(case=case, about=about))
            else:
                found.append(AskPeople(case=case))
        if case.can_settle(now):
            found.append(Settle(case_id=case.id))
    return tuple(found)


def _of_draw(draw: Draw, me: Address, *, now: int, current: int) -> Iterator[Duty]:
    if draw.value is not None or draw.epoch >= current or not draw.commitments:
        return
    if draw.closing_hash is None or draw.reveal_by is None:
        yield CloseEpoch(epoch=draw.epoch)
        return
    revealed = {auditor for auditor, _ in draw.revealed}
    if me in draw.commitments and me not in revealed and now <= draw.reveal_by:
        yield RevealSeed(epoch=draw.epoch)
    if len(draw.revealed) == len(draw.commitments) or now > draw.reveal_by:
        yield MakeDraw(epoch=draw.epoch)


def _withheld(draw: Draw, view: AllianceView, me: Address) -> Iterator[StrikeOff]:
    """Of others in office; who was appointed anew afterwards was so by a vote that knew of it."""
    if draw.reveal_by is None or view.now <= draw.reveal_by:
        return
    revealed = {auditor for auditor, _ in draw.revealed}
    for account in draw.commitments:
        auditor = view.audits.auditors.get(account)
        if auditor is None or account == me or account in revealed:
            continue
        if auditor.appointed_at <= draw.reveal_by:
            yield StrikeOff(epoch=draw.epoch, auditor=account)


def _drawn(view: AllianceView, places: DrawnPlaces) -> Iterator[OpenDrawn | OpenLeaf]:
    """Batches that a draw fell on, within retention, and that nobody has opened yet."""
    oldest = view.now - view.parameter("audit_retention_s").value
    drawn = {draw.epoch: draw for draw in view.audits.draws.values() if draw.value is not None}
    opened = {
        (case.accused, case.subject) for case in view.audits.cases.values() if case.kind is CaseKind.DRAWN
    }
    for committed in view.commitments.all:
        if committed.deadline < oldest or (committed.requester, committed.batch_id) in opened:
            continue
        draw = drawn.get(view.epoch_of(committed.deadline))
        if draw is None or draw.value is None:
            continue
        if falls_on(draw.value, draw.sample_ppm, committed.requester, committed.batch_id):
            yield OpenDrawn(
                epoch=draw.epoch, requester=committed.requester, batch_id=BatchId(committed.batch_id)
            )
    for anchor in view.anchors.all:
        anchored_at = anchor.at.block_timestamp
        draw = None if anchored_at < oldest else drawn.get(view.epoch_of(anchored_at))
        if draw is None:
            continue
        requester = anchor.requester
        for leaf in places.of(anchor, draw) or ():
            if (requester, leaf_id(leaf)) not in opened:
                yield OpenLeaf(epoch=draw.epoch, requester=requester, leaf=leaf)
