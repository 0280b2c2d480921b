"""The members as this institution sees them."""

from oracle.chain.view import AllianceView
from oracle.domain.ids import MemberId
from oracle.domain.reports import MemberLine, MemberStatus
from oracle.governing.names import MemberNames
from oracle.governing.ports import Clock


class MembersDesk:
    """Answers from the local view alone."""

    def __init__(self, *, me: MemberId, view: AllianceView, names: MemberNames, clock: Clock) -> None:
        self._me = me
        self._view = view
        self._names = names
        self._clock = clock

    async def members(self) -> tuple[MemberLine, ...]:
        """All members ever admitted, by number."""
        return tuple(self._line(member) for member in sorted(self._view.members.all))

    def _line(self, member_id: MemberId) -> MemberLine:
        member = self._view.member(member_id)
        epoch = self._view.epoch_of(self._clock.chain_time())
        published = self._view.publications_of(member_id)
        return MemberLine(
            member_id=member_id,
            name=self._names.name_of(member_id),
            status=MemberStatus(member.status.name.lower()),
            is_self=member_id == self._me,
            governance=member.governance,
            operator=member.operator.value,
            endpoint="" if member.endpoint is None else member.endpoint.url,
            score_bps=self._view.score_bps(member_id, epoch),
            hit_price=self._view.hit_price(member_id, epoch),
            sequence=published[-1].publication.sequence if published else None,
        )
