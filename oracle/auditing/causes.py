"""Audits for cause that name a batch: the evidence on the chain is a digest that anybody can make of it.

So nothing has to be handed round: the accused and every auditor find the batch among the commitments.
"""

from collections.abc import Iterator
from functools import lru_cache

from oracle.chain.facts import Committed
from oracle.chain.view import AllianceView
from oracle.crypto.draws import falls_on
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.rules.cases import Case

MOST_AT_ONCE = 20
"""Follow-up audits of one member that are undecided: its auditors have to recompute them, too."""
_DIGESTS = 65_536


@lru_cache(maxsize=_DIGESTS)
def batch_evidence(accused: MemberId, batch_id: BatchId) -> bytes:
    """The digest under which an audit for cause names this batch."""
    return keccak256(b"riskmesh/1/cause-batch" + accused.to_bytes(8) + batch_id)


def audited_batch(case: Case, view: AllianceView) -> BatchId | None:
    """The batch that a drawn audit, or one for cause, is about; None where it is about something else."""
    if case.kind is CaseKind.DRAWN:
        return BatchId(case.subject)
    if case.kind is not CaseKind.CAUSE:
        return None
    own = (one.batch_id for one in view.commitments.all if one.requester == case.accused)
    return next((one for one in own if batch_evidence(case.accused, BatchId(one)) == case.subject), None)


def to_pursue(view: AllianceView, me: Address) -> Iterator[tuple[MemberId, bytes]]:
    """Other batches of members whom a draw has caught, and their evidence: this auditor's share of them.

    Only what is settled counts: until then a vote can still overturn it.
    """
    cases = tuple(view.audits.cases.values())
    caught = {one.accused for one in cases if one.kind is CaseKind.DRAWN and one.outcome is CaseState.UPHELD}
    office = sorted(view.audits.auditors)
    oldest = view.now - view.parameter("audit_retention_s").value
    audited = {(one.accused, one.subject) for one in cases}
    for member in sorted(caught):
        pending = sum(
            one.accused == member and one.kind is CaseKind.CAUSE and one.outcome is None for one in cases
        )
        for committed in view.commitments.all:
            if committed.requester != member or committed.deadline < oldest or not _spared(committed, view):
                continue
            evidence = batch_evidence(member, BatchId(committed.batch_id))
            known = {(member, committed.batch_id), (member, evidence)} & audited
            mine = office[int.from_bytes(evidence) % len(office)] == me
            if mine and not known and pending < MOST_AT_ONCE:
                pending += 1
                yield member, evidence


def _spared(committed: Committed, view: AllianceView) -> bool:
    """Whether the draw of its epoch is over and did not fall on it: no batch is audited twice."""
    epoch = view.epoch_of(committed.deadline)
    if epoch >= view.epoch_of(view.now):
        return False
    draw = view.audits.draws.get(epoch)
    if draw is None or not draw.commitments:
        return True
    if draw.value is None:
        return False
    return not falls_on(draw.value, draw.sample_ppm, committed.requester, committed.batch_id)
