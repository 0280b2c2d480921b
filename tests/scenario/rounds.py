"""The rounds of a member's daemon, made of the rooms of a member in this process."""

from attacks.member import InProcess

from oracle.governing.names import MemberNames
from oracle.governing.upkeep import Upkeep
from oracle.wiring.compacting import Compacting
from oracle.wiring.governing import build_governance
from oracle.wiring.recovery.recovering import Recovery
from oracle.wiring.rounds import Round
from oracle.wiring.schedule import NEWS_S, News, Pauses, Work, schedule


def rounds_of(member: InProcess, held: frozenset[str]) -> tuple[Round, ...]:
    """In the daemon's order; those named `held` are never begun."""
    rounds = schedule(
        _work(member),
        news=News(),
        publish_s=NEWS_S,
        pauses=Pauses(all=_no, leading=_no, publishing=_no, answering=_no, look_s=NEWS_S),
    )
    for entry in rounds.all:
        if entry.name in held:
            entry.held = _yes
    return rounds.all


def _work(member: InProcess) -> Work:
    base, accounts = member.base, member.accounts
    return Work(
        requester=member.requester,
        holder=member.holder,
        redeeming=accounts.redeeming,
        rating=accounts.rating,
        upkeep=_upkeep(member),
        epoch_upkeep=accounts.upkeep,
        compacting=Compacting(
            database=base.database,
            facts=base.facts,
            view=base.view,
            under_audit=member.audited.answering.under_audit,
        ),
        recovery=Recovery(
            base, member.id, requester=member.requester, holder=member.holder, rating=accounts.rating
        ),
        anchoring=accounts.anchoring,
        proving=accounts.proving,
        reporting=accounts.reporting,
        opening=member.audited.answering,
        recalling=accounts.recalling,
    )


def _upkeep(member: InProcess) -> Upkeep:
    base = member.base
    names = MemberNames(view=base.view, known=base.record.names)
    return Upkeep(
        me=member.id,
        registry=base.contracts.registry,
        ledger=base.contracts.credits,
        desk=build_governance(base, member.id, names),
        lane=base.lane,
        view=base.view,
        clock=base.clock,
        carry_through=True,
    )


def _no() -> bool:
    return False


def _yes() -> bool:
    return True
