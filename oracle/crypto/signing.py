"""Signatures over EIP-712 digests on secp256k1: 65 bytes `r || s || v`, deterministic, low s."""

import secrets
from functools import lru_cache

from coincurve import PrivateKey, PublicKey

from oracle.crypto.errors import (
    ScalarRefused,
    SignatureMalformed,
    SignatureMalleable,
    SignatureUnrecoverable,
    require_length,
)
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address

SIGNATURE_SIZE = 65
DIGEST_SIZE = 32

_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
_V_OFFSET = 27


class Signer:
    """A secp256k1 key that signs and never shows itself."""

    __slots__ = ("_key", "address")

    def __init__(self, secret: bytes) -> None:
        require_length("signing key", secret, 32)
        if not 0 < int.from_bytes(secret, "big") < _ORDER:
            raise ScalarRefused("The signing key is zero or not below the order of secp256k1.")
        self._key = PrivateKey(secret)
        self.address = _address(self._key.public_key)

    def __repr__(self) -> str:
        return f"Signer(address={self.address!r})"

    def __reduce__(self) -> str:
        raise TypeError("A signing key is not serialised.")

    def sign(self, digest: bytes) -> bytes:
        """RFC 6979 signature of a 32-byte digest."""
        require_length("digest to sign", digest, DIGEST_SIZE)
        signature = self._key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes((signature[64] + _V_OFFSET,))


def generate_signing_key() -> bytes:
    """A fresh secp256k1 secret, 32 bytes, from the operating system's generator."""
    return (secrets.randbelow(_ORDER - 1) + 1).to_bytes(32, "big")


def sign(secret: bytes, digest: bytes) -> bytes:
    """One signature with a key given as bytes; `Signer` is quicker for many."""
    return Signer(secret).sign(digest)


def recover(digest: bytes, signature: bytes) -> Address:
    """The account that signed; refuses every second form of one signature."""
    require_length("signed digest", digest, DIGEST_SIZE)
    require_length("signature", signature, SIGNATURE_SIZE)
    r, s, v = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64]
    if v - _V_OFFSET not in (0, 1) or not 0 < r < _ORDER or not 0 < s < _ORDER:
        raise SignatureMalformed("The signature has a v other than 27 or 28, or an r or s out of range.")
    if s > _ORDER // 2:
        raise SignatureMalleable("The signature has its s in the upper half of the order; EIP-2 forbids it.")
    try:
        key = PublicKey.from_signature_and_message(
            signature[:64] + bytes((v - _V_OFFSET,)), digest, hasher=None
        )
    except ValueError:
        raise SignatureUnrecoverable("No public key belongs to this signature.") from None
    return _address(key)


def _address(key: PublicKey) -> Address:
    """EIP-55 address of a public key."""
    return _spelled(keccak256(key.format(compressed=False)[1:])[-20:])


@lru_cache(maxsize=1_024)
def _spelled(account: bytes) -> Address:
    letters = account.hex()
    checksum = keccak256(letters.encode()).hex()
    return Address(
        "0x"
        + "".join(c.upper() if nibble >= "8" else c for c, nibble in zip(letters, checksum, strict=False))
    )
