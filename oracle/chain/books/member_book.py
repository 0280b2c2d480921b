"""The members by number, by operator and by certificate."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from oracle.chain.books.members import Endpoint, Member, OprfKey, SealingKey, Status, Versioned
from oracle.chain.errors import UnknownMember
from oracle.chain.facts import (
    EndpointSet,
    GovernanceReplaced,
    KeyFact,
    MemberActivated,
    MemberAdmitted,
    MemberExpelled,
    MemberFact,
    MemberLeft,
    MemberReinstated,
    MemberSuspended,
    MemberSuspendedInEmergency,
    OperatorRotated,
    OprfKeyRotated,
    ProfileSet,
    SealingKeyRotated,
    StatusFact,
)
from oracle.domain.errors import Broken
from oracle.domain.ids import Address, MemberId

_T = TypeVar("_T")
_FINAL = frozenset({Status.LEFT, Status.EXPELLED})


def _appended(
    history: tuple[Versioned[_T], ...],
    fact: OperatorRotated | SealingKeyRotated | OprfKeyRotated,
    value: _T,
) -> tuple[Versioned[_T], ...]:
    if fact.version != len(history) + 1:
        raise Broken(
            f"Key version {fact.version} follows version {len(history)}: a fact is missing from the journal"
        )
    newest = Versioned(version=fact.version, value=value, since_block=fact.at.block_number)
    if not history:
        return (newest,)
    ended = replace(history[-1], replaced_at=fact.at.block_timestamp, valid_until=fact.previous_until)
    return (*history[:-1], ended, newest)


@dataclass(slots=True)
class MemberBook:
    """Members by number, by operator, by certificate."""

    _members: dict[MemberId, Member] = field(default_factory=dict)
    _by_account: dict[Address, MemberId] = field(default_factory=dict)
    _by_tls: dict[bytes, MemberId] = field(default_factory=dict)

    def apply(self, fact: MemberFact) -> None:
        match fact:
            case MemberAdmitted():
                self._admit(fact)
            case MemberActivated() | MemberSuspended() | MemberReinstated() | MemberExpelled() | MemberLeft():
                self._change_status(fact)
            case MemberSuspendedInEmergency():
                self._suspend_in_emergency(fact)
            case (
                GovernanceReplaced()
                | OperatorRotated()
                | SealingKeyRotated()
                | OprfKeyRotated()
                | EndpointSet()
                | ProfileSet()
            ):
                self._change_key(fact)
            case _:
                assert_never(fact)

    @property
    def all(self) -> Mapping[MemberId, Member]:
        return self._members

    def get(self, member: MemberId) -> Member:
        """Raises UnknownMember."""
        found = self._members.get(member)
        if found is None:
            raise UnknownMember(f"There is no member {member} in the registry")
        return found

    def by_operator(self, operator: Address) -> Member | None:
        """The member whose current operator this is."""
        found = self._by_account.get(operator)
        return None if found is None else self._members[found]

    def by_tls(self, fingerprint: bytes) -> Member | None:
        """The member whose current certificate has this SHA-256."""
        found = self._by_tls.get(fingerprint)
        return None if found is None else self._members[found]

    def _admit(self, fact: MemberAdmitted) -> None:
        if fact.member_id in self._members:
            raise Broken(
                f"Member {fact.member_id} is admitted twice: the journal holds a fact of another chain"
            )
        self._members[fact.member_id] = Member(
            id=fact.member_id,
            governance=fact.governance,
            activates_at=fact.activates_at,
            statuses=((fact.at.block_number, Status.ADMITTED),),
        )

    def _suspend_in_emergency(self, fact: MemberSuspendedInEmergency) -> None:
        self._members[fact.member_id] = replace(
            self.get(fact.member_id), emergency_until=fact.until, emergency_again_from=fact.again_from
        )

    def _change_status(self, fact: StatusFact) -> None:
        member = self.get(fact.member_id)
        match fact:
            case MemberActivated():
                status = Status.ACTIVE
            case MemberReinstated():
                # Whoever was suspended before its activation still waits for it.
                activated = any(earlier is Status.ACTIVE for _, earlier in member.statuses)
                status = Status.ACTIVE if activated else Status.ADMITTED
            case MemberSuspended():
                status = Status.SUSPENDED
            case MemberExpelled():
                status = Status.EXPELLED
            case MemberLeft():
                status = Status.LEFT
            case _:
                assert_never(fact)
        entry = (fact.at.block_number, status)
        self._members[member.id] = replace(
            member,
            statuses=(*member.statuses, entry),
            # A vote to suspend takes the place of an emergency suspension that is still running.
            emergency_until=0 if status is Status.SUSPENDED else member.emergency_until,
            exited_at=fact.at.block_timestamp if status in _FINAL else None,
        )

    def _change_key(self, fact: KeyFact) -> None:
        member = self.get(fact.member_id)
        match fact:
            case GovernanceReplaced():
                changed = replace(member, governance=fact.governance)
            case OperatorRotated():
                if member.operators:
                    self._by_account.pop(member.operator.value, None)
                self._by_account[fact.operator] = member.id
                operators = _appended(member.operators, fact, fact.operator)
                changed = replace(member, operators=operators)
            case SealingKeyRotated():
                sealing = SealingKey(suite=fact.suite, key=fact.key)
                changed = replace(member, sealing_keys=_appended(member.sealing_keys, fact, sealing))
            case OprfKeyRotated():
                oprf = OprfKey(key=fact.key, possession=fact.possession, governance=member.governance)
                changed = replace(member, oprf_keys=_appended(member.oprf_keys, fact, oprf))
            case EndpointSet():
                changed = self._with_endpoint(member, fact)
            case ProfileSet():
                changed = replace(member, profile_hash=fact.profile_hash)
            case _:
                assert_never(fact)
        self._members[member.id] = changed

    def _with_endpoint(self, member: Member, fact: EndpointSet) -> Member:
        # Two members may announce one certificate; only the one that announced it first is found by it.
        previous = member.endpoint
        if previous is not None and self._by_tls.get(previous.tls_fingerprint) == member.id:
            del self._by_tls[previous.tls_fingerprint]
        self._by_tls.setdefault(fact.tls_fingerprint, member.id)
        endpoint = Endpoint(
            url=fact.endpoint,
            tls_fingerprint=fact.tls_fingerprint,
            certificate=fact.certificate,
            since_block=fact.at.block_number,
        )
        if previous is None:
            return replace(member, endpoints=(endpoint,))
        ended = replace(previous, valid_until=fact.previous_until)
        return replace(member, endpoints=(*member.endpoints[:-1], ended, endpoint))
