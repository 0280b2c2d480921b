"""Encryption at rest: AES-256-GCM with one derived key a purpose, bound to the place a value is kept in."""

import os
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oracle.crypto.errors import StoredValueDamaged, require_length

KEY_SIZE = 32
NONCE_SIZE = 12
OVERHEAD = NONCE_SIZE + 16
"""Bytes that sealing adds: nonce and authentication tag."""

_INFO = b"riskmesh/1/storage/"


class StorageCipher:
    """Seals values of one purpose. Nonces are random: one key serves 2^32 values (NIST SP 800-38D, 8.3)."""

    __slots__ = ("_cipher", "_key")

    def __init__(self, storage_key: bytes, purpose: str) -> None:
        require_length("storage key", storage_key, KEY_SIZE)
        key = HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=_INFO + purpose.encode())
        self._key = key.derive(storage_key)
        self._cipher = AESGCM(self._key)

    def key_for_workers(self) -> bytes:
        """The key of this purpose alone, only to be handed to this daemon's worker processes."""
        return self._key

    @classmethod
    def in_worker(cls, key: bytes) -> Self:
        """The same cipher in a worker process, from `key_for_workers`."""
        require_length("storage key of a purpose", key, KEY_SIZE)
        cipher = cls.__new__(cls)
        cipher._key = key  # noqa: SLF001 - this is its other constructor
        cipher._cipher = AESGCM(key)  # noqa: SLF001
        return cipher

    def __repr__(self) -> str:
        return "StorageCipher()"

    def __reduce__(self) -> str:
        raise TypeError("A storage key is not serialised.")

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """`nonce (12) || ciphertext || tag (16)`; `context` names the place, e.g. table, row and column."""
        nonce = os.urandom(NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, plaintext, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Raises `StoredValueDamaged` when the value was altered, moved, or sealed with another key."""
        if len(sealed) < OVERHEAD:
            raise StoredValueDamaged("A stored value is shorter than its encryption; the store is damaged.")
        try:
            return self._cipher.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], context)
        except InvalidTag:
            raise StoredValueDamaged(
                "A stored value does not decrypt in its place: the store was altered or belongs to "
                "another storage key. Restore it together with its keys."
            ) from None
