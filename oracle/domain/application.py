"""What an institution hands in to become a member: its accounts, keys and endpoint, all of them public."""

from dataclasses import dataclass

from oracle.domain.ids import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The registry's `Application` with the name it is proposed under."""

    name: str
    governance: Address
    operator: Address
    sealing_suite: int
    """1 is X25519 with AES-256-GCM."""
    sealing_key: bytes
    oprf_key: bytes
    """32 bytes, a canonical ristretto255 point."""
    oprf_possession: bytes
    """96 bytes Z || c || s; checked by every member off the chain."""
    endpoint: str
    certificate: bytes
    """X.509 in DER, at most 2,048 bytes."""
    profile_hash: bytes
    """keccak256 of the name in UTF-8, 32 bytes."""
