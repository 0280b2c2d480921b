"""This member's keys as its own institution sees them, and the orders that its governance account signs."""

from dataclasses import dataclass
from enum import StrEnum


class KeyKind(StrEnum):
    """What can be rotated."""

    OPERATOR = "operator"
    SEALING = "sealing"
    OPRF = "oprf"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """One version of one key."""

    kind: KeyKind
    version: int
    public: str
    """Address, public key or fingerprint, hex."""
    in_folder: bool
    """This daemon has the secret."""
    current: bool
    """The registry's newest version."""
    replaced_at: int | None = None
    """Unix seconds; None while it is current, and for a key that is prepared and not registered."""
    valid_until: int | None = None
    """Unix seconds before which it still counts beside its successor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationReport:
    """A rotation that stands on the chain."""

    kind: KeyKind
    version: int
    previous_until: int
    """Unix seconds before which the version before still counts."""
    block: int
    transaction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Another endpoint stands on the chain."""

    endpoint: str
    block: int
    transaction: str


class OrderKind(StrEnum):
    """What a governance account orders with a signature."""

    ROTATE_OPERATOR = "rotate_operator"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceOrder:
    """What a governance account signs: EIP-712 under the registry's domain of messages between members."""

    kind: OrderKind
    chain_id: int
    registry: str
    """Address of the `MemberRegistry`."""
    signer: str
    """Address of the governance account."""
    member_id: int
    version: int = 0
    """Of the operator key to come; 0 in an order to leave, like what follows."""
    operator: str = ""
    grace_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOrder:
    """An order with the signature of the governance account; a contract account has its own form."""

    order: GovernanceOrder
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed:
    """The member has left for ever."""

    member_id: int
    block: int
    transaction: str
