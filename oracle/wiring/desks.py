"""All that the institution's interface serves; before membership only the status."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from oracle.accounting.desk import CreditsDesk, VerdictDesk
from oracle.accounting.dispute_desk import DisputesDesk
from oracle.accounting.recalling import Recalling
from oracle.asking.desk import QueryDesk
from oracle.auditing.desk import DossierDesk
from oracle.dataset.desk import RecordsDesk
from oracle.domain.errors import Refused, Transient
from oracle.governing.audits import AuditsDesk
from oracle.governing.desk import GovernanceDesk
from oracle.governing.members import MembersDesk
from oracle.governing.own_keys import OwnKeysDesk
from oracle.wiring.compacting import Compacting
from oracle.wiring.status import StatusDesk


class NotAMember(Refused):
    """The registry does not have this institution's operator key, so it can neither ask nor be asked."""

    code: ClassVar[str] = "not_a_member"


class DaemonStarting(Transient):
    """The daemon runs and has not opened what it works with yet: a member's start takes some seconds."""

    code: ClassVar[str] = "daemon_starting"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDesks:
    """What a member can do."""

    queries: QueryDesk
    records: RecordsDesk
    members: MembersDesk
    audits: AuditsDesk
    dossiers: DossierDesk
    governance: GovernanceDesk
    keys: OwnKeysDesk
    credits: CreditsDesk
    ratings: VerdictDesk
    disputes: DisputesDesk
    recalls: Recalling
    store: Compacting


class Desks:
    """Refuses everything but the status until `open` is called with the desks of a member.

    `starting` says whether that is about to happen, or may be: it is not known before the chain is read.
    """

    def __init__(self, status: StatusDesk, *, starting: Callable[[], bool]) -> None:
        self.status = status
        self._starting = starting
        self._desks: MemberDesks | None = None

    def open(self, desks: MemberDesks) -> None:
        self._desks = desks

    @property
    def queries(self) -> QueryDesk:
        return self._member.queries

    @property
    def records(self) -> RecordsDesk:
        return self._member.records

    @property
    def members(self) -> MembersDesk:
        return self._member.members

    @property
    def audits(self) -> AuditsDesk:
        return self._member.audits

    @property
    def dossiers(self) -> DossierDesk:
        return self._member.dossiers

    @property
    def governance(self) -> GovernanceDesk:
        return self._member.governance

    @property
    def keys(self) -> OwnKeysDesk:
        return self._member.keys

    @property
    def credits(self) -> CreditsDesk:
        return self._member.credits

    @property
    def ratings(self) -> VerdictDesk:
        return self._member.ratings

    @property
    def disputes(self) -> DisputesDesk:
        return self._member.disputes

    @property
    def recalls(self) -> Recalling:
        return self._member.recalls

    @property
    def store(self) -> Compacting:
        return self._member.store

    @property
    def _member(self) -> MemberDesks:
        if self._desks is None:
            if self._starting():
                raise DaemonStarting(
                    "The daemon has just started and still reads the chain and opens its dataset. Try again "
                    "in a few seconds; `riskmesh status` says when it is ready."
                )
            raise NotAMember(
                "This institution is not a member yet. Give application.json to a member, who proposes the "
                "admission; `riskmesh status` shows when it is carried out."
            )
        return self._desks
