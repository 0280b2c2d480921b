"""What audits are about: batches, or places in anchors, that the evidence of one for cause names, too.

The evidence on the chain is a digest that anybody can make, so nothing has to be handed round: the accused
and every auditor find what it names among the commitments and the anchors.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from oracle.auditing.drawn_places import DrawnPlaces
from oracle.chain.books.audits import Draw
from oracle.chain.facts import Anchored, Committed
from oracle.chain.view import AllianceView
from oracle.crypto.draws import falls_on
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import AnchorLeaf, CaseKind, CaseState
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.rules.cases import Case

MOST_AT_ONCE = 20
"""Follow-up audits of one member that are undecided: its auditors have to recompute them, too."""
_DIGESTS = 65_536
_ANCHOR_PART: Final = 28
"""Of the evidence: the rest is the place, so that nobody has to try all places of all anchors."""
_PLACE_SIZE: Final = 4

Audited: TypeAlias = BatchId | AnchorLeaf
"""A committed batch by its identifier, an express batch by where it stands in an anchor."""


@lru_cache(maxsize=_DIGESTS)
def batch_evidence(accused: MemberId, batch_id: BatchId) -> bytes:
    """Under which an audit for cause names this batch."""
    return keccak256(b"riskmesh/1/cause-batch" + accused.to_bytes(8) + batch_id)


def place_evidence(accused: MemberId, leaf: AnchorLeaf) -> bytes:
    """Under which an audit for cause names the batch at this place of an anchor."""
    return _place_evidence(accused, leaf.root, leaf.index)


def _place_evidence(accused: MemberId, root: bytes, index: int) -> bytes:
    return _anchor_part(accused, root) + index.to_bytes(_PLACE_SIZE)


@lru_cache(maxsize=_DIGESTS)
def _anchor_part(accused: MemberId, root: bytes) -> bytes:
    return keccak256(b"riskmesh/1/cause-place" + accused.to_bytes(8) + root)[:_ANCHOR_PART]


def audited_place(case: Case, view: AllianceView) -> AnchorLeaf | None:
    """The place in an anchor that an audit is about; None where it is about something else."""
    if case.kind is not CaseKind.CAUSE:
        return case.leaf
    found = _anchor_named(case, view)
    return None if found is None else AnchorLeaf(root=found.root, index=_place_named(case))


def audited(case: Case, view: AllianceView) -> Audited | None:
    """What a drawn audit, or one for cause, is about; None where the chain does not say."""
    place = audited_place(case, view)
    if place is not None:
        return place
    if case.kind is CaseKind.DRAWN:
        return BatchId(case.subject)
    found = _batch_named(case, view)
    return None if found is None else BatchId(found.batch_id)


def is_beyond_reach(case: Case, view: AllianceView) -> bool:
    """Whether an audit for cause names what nobody had to keep any more when it was opened.

    Of drawn ones the contract has seen to that.
    """
    anchor, batch = _anchor_named(case, view), _batch_named(case, view)
    if anchor is not None:
        since = anchor.at.block_timestamp
    elif batch is not None:
        since = batch.deadline
    else:
        return False
    return since < case.opened_at - view.parameter("audit_retention_s").value


def _anchor_named(case: Case, view: AllianceView) -> Anchored | None:
    """Of an audit for cause. What came after the case cannot be what it was opened for."""
    if case.kind is not CaseKind.CAUSE:
        return None
    for one in view.anchors.all:
        if (
            one.requester == case.accused
            and one.at.block_timestamp <= case.opened_at
            and _place_named(case) < one.batches
            and case.subject[:_ANCHOR_PART] == _anchor_part(one.requester, one.root)
        ):
            return one
    return None


def _place_named(case: Case) -> int:
    return int.from_bytes(case.subject[_ANCHOR_PART:])


def _batch_named(case: Case, view: AllianceView) -> Committed | None:
    if case.kind is not CaseKind.CAUSE:
        return None
    for one in view.commitments.all:
        if (
            one.requester == case.accused
            and one.at.block_timestamp <= case.opened_at
            and case.subject == batch_evidence(one.requester, BatchId(one.batch_id))
        ):
            return one
    return None


def to_pursue(view: AllianceView, me: Address, drawn: DrawnPlaces) -> Iterator[tuple[MemberId, bytes]]:
    """Other batches of members whom a draw has caught, and their evidence: this auditor's share of them.

    Only what is settled counts: until then a vote can still overturn it.
    """
    cases = tuple(view.audits.cases.values())
    caught = {one.accused for one in cases if one.kind is CaseKind.DRAWN and one.outcome is CaseState.UPHELD}
    office = sorted(view.audits.auditors)
    for member in sorted(caught):
        opened = {one.subject: one.opened_at for one in cases if one.accused == member}
        pending = sum(
            one.accused == member and one.kind is CaseKind.CAUSE and one.outcome is None for one in cases
        )
        for evidence in _left(member, view, drawn, opened):
            if pending >= MOST_AT_ONCE:
                break
            if office[int.from_bytes(evidence) % len(office)] == me:
                pending += 1
                yield member, evidence


def _left(
    member: MemberId, view: AllianceView, drawn: DrawnPlaces, opened: dict[bytes, int]
) -> Iterator[bytes]:
    """Evidence of whatever the draws of its epoch did not fall on, within retention, and no case is about.

    A case that was opened before there was a batch, whoever foresaw its evidence, was not about it.
    """
    oldest = view.now - view.parameter("audit_retention_s").value
    for committed in view.commitments.all:
        if committed.requester != member or committed.deadline < oldest or not _spared(committed, view):
            continue
        evidence = batch_evidence(member, BatchId(committed.batch_id))
        if opened.get(evidence, 0) < committed.at.block_timestamp:
            yield evidence
    for anchor in view.anchors.all:
        if anchor.requester == member and anchor.at.block_timestamp >= oldest:
            yield from _places_left(anchor, view, drawn, opened)


def _places_left(
    anchor: Anchored, view: AllianceView, drawn: DrawnPlaces, opened: dict[bytes, int]
) -> Iterator[bytes]:
    over, draw = _epoch_over(anchor.at.block_timestamp, view)
    fallen = () if draw is None else drawn.of(anchor, draw)
    if not over or fallen is None:
        return
    places = {leaf.index for leaf in fallen}
    for index in range(anchor.batches):
        evidence = _place_evidence(anchor.requester, anchor.root, index)
        if index not in places and opened.get(evidence, 0) < anchor.at.block_timestamp:
            yield evidence


def _spared(committed: Committed, view: AllianceView) -> bool:
    """Whether the draw of its epoch is over and did not fall on it: no batch is audited twice."""
    over, draw = _epoch_over(committed.deadline, view)
    if draw is None or draw.value is None:
        return over
    return over and not falls_on(draw.value, draw.sample_ppm, committed.requester, committed.batch_id)


def _epoch_over(timestamp: int, view: AllianceView) -> tuple[bool, Draw | None]:
    """Whether the epoch of this time is over, draw and all; and the draw, where there is one."""
    epoch = view.epoch_of(timestamp)
    draw = view.audits.draws.get(epoch)
    if epoch >= view.epoch_of(view.now):
        return False, draw
    if draw is None or not draw.commitments:
        return True, None
    return draw.value is not None, draw
