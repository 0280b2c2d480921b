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
        """May ask and be asked."""
        return self in {Status.ADMITTED, Status.ACTIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned(Generic[_T]):
    """One version of a key and the block it came with."""

    version: KeyVersion
    value: _T
    since_block: BlockNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    suite: int
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OprfKey:
    key: bytes
    possession: bytes
    """Z || c || s, 96 bytes; every member checks it for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    url: str
    tls_fingerprint: bytes
    """SHA-256 of the certificate."""
    certificate: bytes
    """DER."""
    since_block: BlockNumber


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
    endpoint: Endpoint | None = None
    profile_hash: bytes = b""

    @property
    def status(self) -> Status:
        return self.statuses[-1][1]

    @property
    def in_standing(self) -> bool:
        return self.status.in_standing

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
