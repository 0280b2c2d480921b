"""Messages sealed to one recipient: HPKE (RFC 9180) base mode, X25519, HKDF-SHA256, AES-256-GCM, one shot."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from oracle.crypto.errors import SealBroken, SealingKeyInvalid, require_length

SUITE_NUMBER = 1
"""What the registry calls this suite beside a sealing key."""
KEY_SIZE = 32
OVERHEAD = 48
"""Bytes that sealing adds: encapsulated key (32) and authentication tag (16)."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SealingKey:
    """An X25519 key that opens messages and never shows itself."""

    __slots__ = ("_key", "public")

    def __init__(self, secret: bytes) -> None:
        require_length("sealing key", secret, KEY_SIZE)
        self._key = X25519PrivateKey.from_private_bytes(secret)
        self.public = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"SealingKey(public={self.public.hex()})"

    def __reduce__(self) -> str:
        raise TypeError("A sealing key is not serialised.")

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Raises `SealBroken` unless the message was sealed to this key, in this context, and is whole."""
        if len(sealed) < OVERHEAD:
            raise SealBroken("The sealed message is shorter than its seal.")
        try:
            return _SUITE.decrypt(sealed, self._key, info)
        except (InvalidTag, ValueError):
            # One error for all causes: which check failed is nobody's business but an attacker's.
            raise SealBroken(
                "The message does not open: it was sealed to another key or context, altered or cut short."
            ) from None


def seal(public_key: bytes, plaintext: bytes, info: bytes) -> bytes:
    """`encapsulated key (32) || ciphertext || tag (16)`; `info` binds the context, e.g. a header's digest."""
    require_length("public sealing key", public_key, KEY_SIZE)
    try:
        return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public_key), info)
    except ValueError:
        raise SealingKeyInvalid("Nothing can be sealed to this public key; it is of low order.") from None


def open_sealed(private_key: bytes, sealed: bytes, info: bytes) -> bytes:
    """One message opened with a key given as bytes; `SealingKey` is quicker for many."""
    return SealingKey(private_key).open(sealed, info)
