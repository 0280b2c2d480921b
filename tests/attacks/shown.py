"""What a member's people are shown of one of its batches, as its daemon puts it together."""

from attacks.member import InProcess

from oracle.domain.ids import BatchId
from oracle.domain.reports import DossierReport
from oracle.governing.audits import AuditsDesk
from oracle.governing.names import MemberNames
from oracle.wiring.dossiers import build_dossiers


async def shown_of(member: InProcess, batch_id: BatchId) -> DossierReport:
    """With all cases that the chain has of it by now."""
    base = member.base
    await base.stream.poll()
    names = MemberNames(view=base.view, known=base.record.names)
    audits = AuditsDesk(me=member.id, view=base.view, clock=base.clock, names=names)
    desk = build_dossiers(base, member.requester, audits=audits, answering=member.audited.answering)
    return await desk.dossier("0x" + batch_id.hex())
