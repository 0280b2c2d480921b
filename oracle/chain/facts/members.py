"""Facts of the registry."""

from dataclasses import dataclass

from oracle.chain.facts.placed import Placed
from oracle.domain.ids import Address, KeyVersion, MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdmitted(Placed):
    member_id: MemberId
    governance: Address
    operator: Address
    activates_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberActivated(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSuspended(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSuspendedInEmergency(Placed):
    member_id: MemberId
    until: int
    """Unix seconds; standing comes back then by itself."""
    again_from: int
    """Unix seconds before which there is no other emergency suspension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReinstated(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberExpelled(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceReplaced(Placed):
    member_id: MemberId
    governance: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRotated(Placed):
    member_id: MemberId
    version: KeyVersion
    operator: Address
    previous_until: int = 0
    """Unix seconds before which the version before still counts; 0 for the first version, here and below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKeyRotated(Placed):
    member_id: MemberId
    version: KeyVersion
    suite: int
    key: bytes
    previous_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OprfKeyRotated(Placed):
    member_id: MemberId
    version: KeyVersion
    key: bytes
    possession: bytes
    previous_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSet(Placed):
    member_id: MemberId
    endpoint: str
    tls_fingerprint: bytes
    """SHA-256 of the certificate."""
    certificate: bytes
    """DER."""
    previous_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSet(Placed):
    member_id: MemberId
    profile_hash: bytes
