"""The keyring as the peer room sees it."""

from oracle.crypto.keyring import Keyring
from oracle.domain.ids import KeyVersion, MemberId


class SealingKeys:
    """`Opener`: this member's sealing keys, all versions that are still kept."""

    def __init__(self, keyring: Keyring, member: MemberId) -> None:
        self._keyring = keyring
        self._member = member

    @property
    def member(self) -> MemberId:
        return self._member

    def has_sealing_key(self, version: KeyVersion) -> bool:
        return self._keyring.has_sealing_key(version)

    def open_sealed(self, version: KeyVersion, ciphertext: bytes, info: bytes) -> bytes:
        return self._keyring.open(ciphertext, info, version)
