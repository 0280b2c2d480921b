"""A member: its status and every version of its keys."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

from oracle.chain.errors import UnknownKeyVersion
from oracle.domain.ids import Address, BlockNumber, KeyVersion, MemberId

_T = TypeVar("_T")


class Status(IntEnum):
    """As the registry numbers them; 0 is nobody."""

    ADMITTED = 1
    ACTIVE = 2
    SUSPENDED = 3
    LEFT = 4
    EXPELLED = 5

    @property
    def in_standing(self) -> bool:
        """May ask and be asked, unless an emergency suspension runs."""
        return self in {Status.ADMITTED, Status.ACTIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned(Generic[_T]):
    """One version of a key, the block it came with, and when its successor took over."""

    version: KeyVersion
    value: _T
    since_block: BlockNumber
    replaced_at: int | None = None
    """Unix seconds; None while it is the current one."""
    valid_until: int | None = None
    """Unix seconds before which it still counts beside its successor; None while it is the current one."""

    def counts_at(self, timestamp: int) -> bool:
        return self.valid_until is None or timestamp < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    suite: int
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OprfKey:
    key: bytes
    possession: bytes
    """Z || c || s, 96 bytes; every member checks it for itself."""
    governance: Address
    """The member's governance account when it registered the key, which the proof is bound to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    url: str
    tls_fingerprint: bytes
    """SHA-256 of the certificate."""
    certificate: bytes
    """DER."""
    since_block: BlockNumber
    valid_until: int | None = None
    """Unix seconds before which the certificate is still taken; None while it is the current one."""

    def counts_at(self, timestamp: int) -> bool:
        return self.valid_until is None or timestamp < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member as of the view's last block; histories are ascending and never pruned."""

    id: MemberId
    governance: Address
    activates_at: int
    """Unix seconds from which its activation is possible."""
    statuses: tuple[tuple[BlockNumber, Status], ...]
    operators: tuple[Versioned[Address], ...] = ()
    sealing_keys: tuple[Versioned[SealingKey], ...] = ()
    oprf_keys: tuple[Versioned[OprfKey], ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    profile_hash: bytes = b""
    emergency_until: int = 0
    """Unix seconds until which an emergency suspension lasts or lasted."""
    emergency_again_from: int = 0
    """Unix seconds before which there is no other one."""
    exited_at: int | None = None
    """Unix seconds at which it left or was expelled."""

    @property
    def status(self) -> Status:
        return self.statuses[-1][1]

    def stands_at(self, timestamp: int) -> bool:
        """Whether it may ask and be asked at this moment, given its status as of the view's last block."""
        return self.status.in_standing and timestamp >= self.emergency_until

    @property
    def endpoint(self) -> Endpoint | None:
        return self.endpoints[-1] if self.endpoints else None

    def status_at(self, block: BlockNumber) -> Status | None:
        """Status at the end of this block; None before its admission."""
        earlier = [status for since, status in self.statuses if since <= block]
        return earlier[-1] if earlier else None

    @property
    def operator(self) -> Versioned[Address]:
        return newest(self.operators)

    @property
    def sealing_key(self) -> Versioned[SealingKey]:
        return newest(self.sealing_keys)

    @property
    def oprf_key(self) -> Versioned[OprfKey]:
        return newest(self.oprf_keys)


def newest(history: tuple[Versioned[_T], ...]) -> Versioned[_T]:
    if not history:
        raise UnknownKeyVersion("The registry has not announced this key yet")
    return history[-1]


def at_version(history: tuple[Versioned[_T], ...], version: KeyVersion) -> Versioned[_T]:
    """Versions count from 1 without gaps. Raises UnknownKeyVersion."""
    if not 1 <= version <= len(history):
        raise UnknownKeyVersion(f"Key version {version} is not one of the {len(history)} on the chain")
    return history[version - 1]
